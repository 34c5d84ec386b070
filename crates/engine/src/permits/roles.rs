//! The roles every plant starts with, and what no token may hold.

use super::{Permit, Permits, Scope};
use Permit::*;

/// A role that comes with Takt: it may be renamed and cloned, its points may not be changed (`ROLE_SYSTEM_LOCKED`).
#[derive(Clone, Copy, Debug)]
pub struct PresetRole {
    /// `operator`; its display name is the message `role-operator`.
    pub code: &'static str,
    /// The page its holders land on; empty for a role nobody signs in with.
    pub home: &'static str,
    /// How far its points reach. A token brings its own lines and stations instead.
    pub scope: Scope,
    /// The points given outright; [`PresetRole::closure`] adds those that follow.
    pub permits: &'static [Permit],
    /// What its holders may mean by a signature (R-PLAT-034); anything else is `SIGNATURE_MEANING_INVALID`.
    pub signature_meanings: &'static [&'static str],
    /// Held by tokens alone, never by a person.
    pub token_only: bool,
}

impl PresetRole {
    /// The role of that code.
    pub fn find(code: &str) -> Option<&'static PresetRole> {
        PRESET_ROLES.iter().find(|role| role.code == code)
    }

    /// Every point its holders have, given or implied.
    pub fn closure(&self) -> Permits {
        Permits::of(self.permits).closure()
    }
}

/// The points no token may hold (R-PLAT-025): they need a person who answers for them.
#[rustfmt::skip]
pub const TOKEN_FORBIDDEN: &[Permit] = &[
    QualitySign, QualityMrb, QualityWaiveFai, ReadinessOverride, SystemUserManage, SystemRoleManage, SystemConfig,
    SystemIntegration, SystemDemoSeed, SystemTokenManage, SystemBackup,
];

/// The preset roles: people by trade, then the machine.
#[rustfmt::skip]
pub static PRESET_ROLES: [PresetRole; 12] = [
    PresetRole {
        code: "admin",
        home: "/system",
        scope: Scope::All,
        permits: &[
            WoRead, RunRead, ExecRead, RouteRead, MaterialRead, QualityRead, ReadinessView, LoadingView,
            TraceRead, DashboardView, IntegrationRead, IntegrationOperate, AuditRead, AuditExport,
            SystemUserManage, SystemRoleManage, SystemConfig, SystemIntegration, SystemDemoSeed,
            SystemTokenManage, SystemBackup,
        ],
        signature_meanings: &["APPROVED", "RELEASED"],
        token_only: false,
    },
    PresetRole {
        code: "planner",
        home: "/mes/planning",
        scope: Scope::All,
        permits: &[
            WoRead, WoReceive, WoRelease, WoUpdate, WoClose, RunRead, RunCreate, RunAuthorize,
            RunRevoke, RunClose, RunHold, RunCancel, UnitCreate, RouteRead, MaterialRead, QualityRead,
            ExceptionView, ExceptionRaise, ReadinessView, ReadinessCheck, TraceRead, DashboardView,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "engineer",
        home: "/mes/engineering",
        scope: Scope::All,
        permits: &[
            WoRead, RunRead, ExecRead, ExecCorrect, DataSpecRead, DataSpecConfig, OperationRead,
            OperationConfig, RouteRead, RouteConfigure, RouteCompile, RouteCreate, LineConfig,
            StationRead, StationConfig, ConfigView, ConfigManage, MaterialRead, MaterialConfig,
            MaterialLotEdit, QualityRead, QualityTemplate, QualitySign, TestProgramConfig,
            ExceptionView, ExceptionRaise, ReadinessView, ReadinessConfirm, ReadinessConfig,
            ResourceView, ResourceOperate, ResourceManage, ResourceAdjust, RecordView, RecordCreate,
            RecordConfirm, MaintenanceView, MaintenanceReport, MaintenanceWork, MaintenanceVerify,
            LoadingView, LoadingConfig, LoadingUnlock, LoadingReview, TraceRead, DashboardView,
            IntegrationRead, IntegrationOperate, DegradedDeclare,
        ],
        signature_meanings: &["PERFORMED", "ENGINEERING_CONFIRMED", "VERIFIED"],
        token_only: false,
    },
    PresetRole {
        code: "quality",
        home: "/mes/quality",
        scope: Scope::All,
        permits: &[
            WoRead, RunRead, RunHold, UnitHold, ExecRead, ConfigApprove, MaterialRead, MaterialLotEdit,
            QualityRead, QualityTemplate, QualityFai, QualityIpqc, QualityFqc, QualityOqc, QualitySign,
            QualityDisposition, QualityMrb, QualityWaiveFai, QualityDefectReport, QualityRepair,
            QualityRetestOverride, ExceptionView, ExceptionRaise, ExceptionConfirm, ReadinessView,
            ReadinessCheck, ReadinessConfirm, ReadinessOverride, ResourceView, RecordView,
            RecordConfirm, RecordVoid, MaintenanceView, MaintenanceVerify, LoadingView, LoadingReview,
            TraceRead, TraceExport, DashboardView,
        ],
        signature_meanings: &["PERFORMED", "REVIEWED", "APPROVED", "RELEASED", "WAIVED", "SCRAPPED", "VERIFIED"],
        token_only: false,
    },
    PresetRole {
        code: "inspector",
        home: "/mes/quality",
        scope: Scope::AssignedLines,
        permits: &[
            RunRead, ExecRead, QualityRead, QualityFai, QualityIpqc, QualityFqc, QualityOqc,
            QualityDefectReport, ExceptionView, ExceptionRaise, TraceRead,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "repair",
        home: "/mes/rework-tasks",
        scope: Scope::AssignedLines,
        permits: &[
            RunRead, ExecTrackIn, ExecTrackOut, QualityRead, QualityDefectReport, QualityRepair,
            TraceRead,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "material",
        home: "/mes/loading",
        scope: Scope::AssignedLines,
        permits: &[
            RunRead, MaterialRead, ReadinessView, ResourceView, ResourceOperate, RecordView,
            RecordCreate, LoadingView, LoadingVerify, AndonRaise, PrintLabel,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "operator",
        home: "/mes/execution",
        scope: Scope::AssignedStations,
        permits: &[
            ExecTrackIn, ExecTrackOut, ExecDataCollect, CarrierOperate, QualityDefectReport,
            ExceptionRaise, ReadinessView, ResourceView, ResourceOperate, RecordView, RecordCreate,
            MaintenanceReport, LoadingView, LoadingVerify, TraceRead, AndonRaise,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "leader",
        home: "/mes/line",
        scope: Scope::AssignedLines,
        permits: &[
            WoRead, RunRead, RunClose, RunHold, UnitCreate, UnitHold, ExecRead, ExecTrackIn,
            ExecTrackOut, ExecDataCollect, ExecCorrect, QualityRead, QualitySign, QualityDefectReport,
            ExceptionView, ExceptionRaise, ReadinessView, ReadinessCheck, ReadinessConfirm,
            ResourceView, ResourceOperate, RecordView, RecordCreate, RecordConfirm, RecordBackfill,
            MaintenanceView, MaintenanceReport, MaintenanceWork, LoadingView, LoadingVerify,
            LoadingConfig, LoadingUnlock, LoadingReview, TraceRead, DashboardView, AndonRaise,
            AndonHandle, DegradedDeclare,
        ],
        signature_meanings: &["PRODUCTION_CONFIRMED"],
        token_only: false,
    },
    PresetRole {
        code: "manager",
        home: "/mes/factory",
        scope: Scope::All,
        permits: &[
            WoRead, RunRead, ExecRead, DataSpecRead, OperationRead, RouteRead, StationRead, ConfigView,
            ConfigApprove, ConfigEmergency, MaterialRead, QualityRead, QualitySign, QualityMrb,
            ExceptionView, ReadinessView, ReadinessOverride, ResourceView, RecordView, MaintenanceView,
            LoadingView, TraceRead, TraceExport, DashboardView, IntegrationRead, AuditRead,
        ],
        signature_meanings: &["APPROVED", "RELEASED", "WAIVED"],
        token_only: false,
    },
    PresetRole {
        code: "trace",
        home: "/mes/trace",
        scope: Scope::All,
        permits: &[
            QualityRead, RecordView, TraceRead, TraceExport, AuditRead,
        ],
        signature_meanings: &[],
        token_only: false,
    },
    PresetRole {
        code: "machine",
        home: "",
        scope: Scope::AssignedStations,
        permits: &[
            ExecRead, IngestWrite,
        ],
        signature_meanings: &[],
        token_only: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns as in [`PRESET_ROLES`]: admin, planner, engineer, quality, inspector, repair, material, operator,
    /// leader, manager, trace, machine. `#` given outright, `o` follows from another point, `.` not held.
    const MATRIX: &str = "
        wo:read                 ####....##..
        wo:receive              .#..........
        wo:release              .#..........
        wo:update               .#..........
        wo:close                .#..........
        run:read                #######.##..
        run:create              .#..........
        run:authorize           .#..........
        run:revoke              .#..........
        run:close               .#......#...
        run:hold                .#.#....#...
        run:cancel              .#..........
        unit:create             .#......#...
        unit:hold               ...#....#...
        exec:read               #.###o.o##.#
        exec:track_in           .....#.##...
        exec:track_out          .....#.##...
        exec:data_collect       .......##...
        exec:correct            ..#.....#...
        carrier:operate         .......#....
        data_spec:read          ..#......#..
        data_spec:config        ..#.........
        operation:read          ..#......#..
        operation:config        ..#.........
        route:read              ###......#..
        route:configure         ..#.........
        route:compile           ..#.........
        route:create            ..#.........
        line:config             ..#.........
        station:read            oo#oooooo#oo
        station:config          ..#.........
        config:view             ..#o.....#..
        config:manage           ..#.........
        config:approve          ...#.....#..
        config:emergency        .........#..
        material:read           ####..#..#..
        material:config         ..#.........
        material_lot:edit       ..##........
        quality:read            ######.o###.
        quality:template        ..##........
        quality:fai             ...##.......
        quality:ipqc            ...##.......
        quality:fqc             ...##.......
        quality:oqc             ...##.......
        quality:sign            ..##....##..
        quality:disposition     ...#........
        quality:mrb             ...#.....#..
        quality:waive_fai       ...#........
        quality:defect_report   ...###.##...
        quality:repair          ...#.#......
        quality:retest_override ...#........
        test_program:config     ..#.........
        exception:view          .####..o##..
        exception:raise         .####..##...
        exception:confirm       ...#........
        readiness:view          ####..####..
        readiness:check         .#.#....#...
        readiness:confirm       ..##....#...
        readiness:override      ...#.....#..
        readiness:config        ..#.........
        resource:view           ..##..####..
        resource:operate        ..#...###...
        resource:manage         ..#.........
        resource:adjust         ..#.........
        record:view             ..##..#####.
        record:create           ..#...###...
        record:confirm          ..##....#...
        record:void             ...#........
        record:backfill         ........#...
        maintenance:view        ..##...o##..
        maintenance:report      ..#....##...
        maintenance:work        ..#.....#...
        maintenance:verify      ..##........
        loading:view            #.##..####..
        loading:verify          ......###...
        loading:config          ..#.....#...
        loading:unlock          ..#.....#...
        loading:review          ..##....#...
        trace:read              ######.####.
        trace:export            ...#.....##.
        dashboard:view          ####....##..
        andon:raise             ......###...
        andon:handle            ........#...
        print:label             ......#.....
        integration:read        #.#......#..
        integration:operate     #.#.........
        ingest:write            o..........#
        degraded:declare        ..#.....#...
        audit:read              #........##.
        audit:export            #...........
        system:user_manage      #...........
        system:role_manage      #...........
        system:config           #...........
        system:integration      #...........
        system:demo_seed        #...........
        system:token_manage     #...........
        system:backup           #...........
    ";

    #[test]
    fn preset_roles_hold_exactly_the_matrix() {
        let mut points = Permit::ALL.iter();
        for row in MATRIX.lines().map(str::trim).filter(|row| !row.is_empty()) {
            let (name, expected) = row.split_once(' ').unwrap();
            let permit = Permit::parse(name).unwrap();
            assert_eq!(points.next(), Some(&permit), "the matrix keeps the order of the points");
            let cell = |role: &PresetRole| match (role.permits.contains(&permit), role.closure().has(permit)) {
                (true, _) => '#',
                (false, true) => 'o',
                (false, false) => '.',
            };
            assert_eq!(PRESET_ROLES.iter().map(cell).collect::<String>(), expected.trim(), "{name}");
        }
        assert_eq!(points.next(), None, "a point without a row");
    }

    #[test]
    fn roles_are_well_formed() {
        for role in &PRESET_ROLES {
            assert_eq!(PresetRole::find(role.code).unwrap().code, role.code);
            assert_eq!(role.home.starts_with('/'), !role.token_only, "{}", role.code);
            assert_eq!(Permits::of(role.permits).len(), role.permits.len(), "{} names a point twice", role.code);
        }
        assert!(PresetRole::find("pilot").is_none());
    }

    #[test]
    fn tokens_never_rule_the_system_nor_sign() {
        let forbidden = Permits::of(TOKEN_FORBIDDEN);
        assert!(Permit::ALL.iter().all(|permit| permit.domain() != "system" || forbidden.has(*permit)));
        assert_eq!(forbidden.iter().filter(|permit| permit.domain() != "system").count(), 4);
        let token_roles = PRESET_ROLES.iter().filter(|role| role.token_only);
        assert!(token_roles.map(PresetRole::closure).all(|held| held.intersection(forbidden).is_empty()));
    }
}
