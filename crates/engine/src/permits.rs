//! Permission points: what a person, a terminal or a token may do, and how far.
//!
//! A point is named `domain:act` (`exec:track_out`). A role grants points at one scope; points give further points
//! (`loading:verify` gives `loading:view`), and of several roles the widest scope counts, for each point by itself.

mod grants;
mod roles;
mod set;

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use grants::{Grants, Scope};
pub use roles::{PRESET_ROLES, PresetRole, TOKEN_FORBIDDEN};
pub use set::Permits;

macro_rules! permits {
    ($($variant:ident = $name:literal,)*) => {
        /// One permission point; on the wire its name, `domain:act`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        #[repr(u8)]
        pub enum Permit { $(#[doc = concat!("`", $name, "`")] $variant,)* }

        impl Permit {
            /// Every point, in the order of the enum.
            pub const ALL: &[Permit] = &[$(Permit::$variant),*];

            /// The point as it is written everywhere outside: `exec:track_out`.
            pub const fn name(self) -> &'static str {
                match self { $(Permit::$variant => $name,)* }
            }

            /// The point of that exact name.
            pub fn parse(name: &str) -> Option<Permit> {
                match name { $($name => Some(Permit::$variant),)* _ => None }
            }
        }
    };
}

permits! {
    WoRead = "wo:read", WoReceive = "wo:receive", WoRelease = "wo:release", WoUpdate = "wo:update",
    WoClose = "wo:close",
    RunRead = "run:read", RunCreate = "run:create", RunAuthorize = "run:authorize", RunRevoke = "run:revoke",
    RunClose = "run:close", RunHold = "run:hold", RunCancel = "run:cancel",
    UnitCreate = "unit:create", UnitHold = "unit:hold",
    ExecRead = "exec:read", ExecTrackIn = "exec:track_in", ExecTrackOut = "exec:track_out",
    ExecDataCollect = "exec:data_collect", ExecCorrect = "exec:correct",
    CarrierOperate = "carrier:operate",
    DataSpecRead = "data_spec:read", DataSpecConfig = "data_spec:config",
    OperationRead = "operation:read", OperationConfig = "operation:config",
    RouteRead = "route:read", RouteConfigure = "route:configure", RouteCompile = "route:compile",
    RouteCreate = "route:create",
    LineConfig = "line:config",
    StationRead = "station:read", StationConfig = "station:config",
    ConfigView = "config:view", ConfigManage = "config:manage", ConfigApprove = "config:approve",
    ConfigEmergency = "config:emergency",
    MaterialRead = "material:read", MaterialConfig = "material:config",
    MaterialLotEdit = "material_lot:edit",
    QualityRead = "quality:read", QualityTemplate = "quality:template", QualityFai = "quality:fai",
    QualityIpqc = "quality:ipqc", QualityFqc = "quality:fqc", QualityOqc = "quality:oqc",
    QualitySign = "quality:sign", QualityDisposition = "quality:disposition", QualityMrb = "quality:mrb",
    QualityWaiveFai = "quality:waive_fai", QualityDefectReport = "quality:defect_report",
    QualityRepair = "quality:repair", QualityRetestOverride = "quality:retest_override",
    TestProgramConfig = "test_program:config",
    ExceptionView = "exception:view", ExceptionRaise = "exception:raise", ExceptionConfirm = "exception:confirm",
    ReadinessView = "readiness:view", ReadinessCheck = "readiness:check", ReadinessConfirm = "readiness:confirm",
    ReadinessOverride = "readiness:override", ReadinessConfig = "readiness:config",
    ResourceView = "resource:view", ResourceOperate = "resource:operate", ResourceManage = "resource:manage",
    ResourceAdjust = "resource:adjust",
    RecordView = "record:view", RecordCreate = "record:create", RecordConfirm = "record:confirm",
    RecordVoid = "record:void", RecordBackfill = "record:backfill",
    MaintenanceView = "maintenance:view", MaintenanceReport = "maintenance:report",
    MaintenanceWork = "maintenance:work", MaintenanceVerify = "maintenance:verify",
    LoadingView = "loading:view", LoadingVerify = "loading:verify", LoadingConfig = "loading:config",
    LoadingUnlock = "loading:unlock", LoadingReview = "loading:review",
    TraceRead = "trace:read", TraceExport = "trace:export",
    DashboardView = "dashboard:view",
    AndonRaise = "andon:raise", AndonHandle = "andon:handle",
    PrintLabel = "print:label",
    IntegrationRead = "integration:read", IntegrationOperate = "integration:operate",
    IngestWrite = "ingest:write",
    DegradedDeclare = "degraded:declare",
    AuditRead = "audit:read", AuditExport = "audit:export",
    SystemUserManage = "system:user_manage", SystemRoleManage = "system:role_manage",
    SystemConfig = "system:config", SystemIntegration = "system:integration", SystemDemoSeed = "system:demo_seed",
    SystemTokenManage = "system:token_manage", SystemBackup = "system:backup",
}

impl Permit {
    /// The part before the colon: `material_lot` of `material_lot:edit`.
    pub fn domain(self) -> &'static str {
        self.halves().0
    }

    /// The part after the colon: `edit` of `material_lot:edit`.
    pub fn act(self) -> &'static str {
        self.halves().1
    }

    /// Whether the point only lets a person look: `…:read` and `…:view`.
    pub fn is_read(self) -> bool {
        matches!(self.act(), "read" | "view")
    }

    fn halves(self) -> (&'static str, &'static str) {
        self.name().split_once(':').expect("a point is named domain:act")
    }
}

impl fmt::Display for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Permit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Permit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Permit, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Permit::parse(&name).ok_or_else(|| de::Error::custom(format_args!("unknown permission point `{name}`")))
    }
}

impl JsonSchema for Permit {
    fn schema_name() -> Cow<'static, str> {
        "Permit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Permit::ALL.iter().map(|permit| permit.name()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// Every point that follows from `permit`, without `permit` itself.
pub fn implied(permit: Permit) -> Permits {
    Permits::of(&[permit]).closure().without(permit)
}

/// What follows from each point, in the order of [`Permit::ALL`]: found once, asked for every cell of the matrix of rights.
static FOLLOWING: LazyLock<Vec<Permits>> =
    LazyLock::new(|| Permit::ALL.iter().map(|permit| grown(Permits::of(&[*permit]))).collect());

/// The set with what its points give, until they give nothing new.
fn grown(set: Permits) -> Permits {
    let more = set.iter().map(given_by).fold(set, Permits::union);
    if more == set { set } else { grown(more) }
}

/// The points that `permit` gives in one step.
fn given_by(permit: Permit) -> Permits {
    use Permit::*;
    let reads_this_domain = |other: &Permit| other.is_read() && other.domain() == permit.domain();
    let own_read: Permits = Permit::ALL.iter().copied().filter(reads_this_domain).collect();
    own_read.union(match permit {
        CarrierOperate => Permits::of(&[ExecRead]),
        TestProgramConfig => Permits::of(&[QualityRead]),
        MaterialLotEdit => Permits::of(&[MaterialRead]),
        LineConfig => Permits::of(&[StationRead]),
        SystemIntegration => Permits::of(&[IntegrationRead, IntegrationOperate, IngestWrite]),
        AuditRead | IntegrationRead => Permits::EMPTY,
        read if read.is_read() => Permits::of(&[StationRead]), // pickers and filters never need a second right
        _ => Permits::EMPTY,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permit::*;

    #[test]
    fn a_name_leads_back_to_its_point() {
        for (at, permit) in Permit::ALL.iter().copied().enumerate() {
            assert_eq!(permit as usize, at);
            assert_eq!(Permit::parse(permit.name()), Some(permit));
            assert_eq!(format!("{}:{}", permit.domain(), permit.act()), permit.to_string());
        }
        assert_eq!(MaterialLotEdit.name(), "material_lot:edit");
        assert_eq!(MaterialLotEdit.domain(), "material_lot");
        assert_eq!(Permit::parse("wo:fly"), None);
        assert_eq!(Permit::parse("WO:READ"), None);
    }

    #[test]
    fn json_speaks_names() {
        assert_eq!(serde_json::to_string(&ExecTrackIn).unwrap(), "\"exec:track_in\"");
        assert_eq!(serde_json::from_str::<Permit>("\"exec:track_in\"").unwrap(), ExecTrackIn);
        let unknown = serde_json::from_str::<Permit>("\"wo:fly\"").unwrap_err().to_string();
        assert!(unknown.contains("unknown permission point `wo:fly`"), "{unknown}");

        let set = Permits::of(&[UnitHold, WoRead]);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["wo:read","unit:hold"]"#);
        assert_eq!(serde_json::from_str::<Permits>(r#"["unit:hold","wo:read","wo:read"]"#).unwrap(), set);

        let schema = schemars::schema_for!(Permit);
        assert_eq!(schema.get("enum").and_then(|names| names.as_array()).map(Vec::len), Some(Permit::ALL.len()));
        assert_eq!(serde_json::to_string(&Scope::AssignedLines).unwrap(), "\"ASSIGNED_LINES\"");
    }

    #[test]
    fn a_set_is_a_set() {
        let mut set = Permits::EMPTY.with(WoRead).with(SystemBackup);
        assert!(set.has(WoRead) && set.has(SystemBackup) && !set.has(RunRead));
        assert!(set.is_subset(Permits::ALL) && !Permits::ALL.is_subset(set) && Permits::EMPTY.is_subset(set));
        set.insert(RunRead);
        set.remove(WoRead);
        assert_eq!(set.iter().collect::<Vec<_>>(), [RunRead, SystemBackup]);
        assert_eq!(set.union(Permits::of(&[WoRead])).len(), 3);
        assert_eq!(set.intersection(Permits::of(&[WoRead, RunRead])), Permits::of(&[RunRead]));
        assert_eq!(Permit::ALL.iter().copied().collect::<Permits>(), Permits::ALL);
        assert_eq!(Permits::ALL.closure(), Permits::ALL);
        assert!(Permits::EMPTY.closure().is_empty());
    }

    #[test]
    fn points_give_what_they_cannot_work_without() {
        let gives = |permit: Permit, given: &[Permit]| assert_eq!(implied(permit), Permits::of(given), "{permit}");
        gives(WoClose, &[WoRead, StationRead]);
        gives(LoadingVerify, &[LoadingView, StationRead]);
        gives(ConfigApprove, &[ConfigView, StationRead]);
        gives(QualityDefectReport, &[QualityRead, StationRead]);
        gives(ExecTrackOut, &[ExecRead, StationRead]);
        gives(CarrierOperate, &[ExecRead, StationRead]);
        gives(TestProgramConfig, &[QualityRead, StationRead]);
        gives(MaterialConfig, &[MaterialRead, StationRead]);
        gives(MaterialLotEdit, &[MaterialRead, StationRead]);
        gives(LineConfig, &[StationRead]);
        gives(StationConfig, &[StationRead]);
        gives(StationRead, &[]);
        gives(DashboardView, &[StationRead]);
        gives(AuditRead, &[]);
        gives(AuditExport, &[AuditRead]);
        gives(IntegrationOperate, &[IntegrationRead]);
        gives(SystemIntegration, &[IntegrationRead, IntegrationOperate, IngestWrite]);
        for alone in [UnitHold, AndonRaise, PrintLabel, IngestWrite, DegradedDeclare, SystemConfig] {
            gives(alone, &[]);
        }
    }

    #[test]
    fn every_read_point_but_two_shows_the_stations() {
        for read in Permit::ALL.iter().copied().filter(|permit| permit.is_read()) {
            let shows_stations = Permits::of(&[read]).closure().has(StationRead);
            assert_eq!(shows_stations, !matches!(read, AuditRead | IntegrationRead), "{read}");
        }
    }

    #[test]
    fn of_several_roles_the_widest_scope_counts() {
        let repair = (Scope::AssignedLines, Permits::of(&[ExecTrackIn, RunRead]));
        let operator = (Scope::AssignedStations, Permits::of(&[ExecTrackIn, LoadingVerify]));
        for roles in [[repair, operator], [operator, repair]] {
            let grants = Grants::of(roles.into_iter());
            assert_eq!(grants.scope(ExecTrackIn), Some(Scope::AssignedLines));
            assert_eq!(grants.scope(ExecRead), Some(Scope::AssignedLines), "implied, like what implies it");
            assert_eq!(grants.scope(LoadingView), Some(Scope::AssignedStations));
            assert_eq!(grants.scope(StationRead), Some(Scope::AssignedLines));
            assert_eq!(grants.scope(WoRead), None);
            assert!(grants.has(LoadingView) && !grants.has(WoRead));
            assert_eq!(grants.iter().count(), grants.permits().len());
        }
        assert_eq!(Scope::WIDEST_FIRST.into_iter().max(), Some(Scope::All));
        assert_eq!(Grants::of(std::iter::empty()).permits(), Permits::EMPTY);
    }
}
