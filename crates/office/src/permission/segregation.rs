//! Who holds what should lie in different hands.

use std::collections::BTreeMap;

use engine::{Cx, Need, Permit, Permits, Query, Route, get, sql};
use kernel::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::matrix::holders;

/// Points that one person should not hold together.
#[derive(Debug)]
pub struct Conflict {
    pub code: &'static str,
    pub points: &'static [Permit],
}

/// What lies in different hands: doing and confirming, drafting and approving, managing rights and using them.
pub const CONFLICTS: [Conflict; 8] = [
    Conflict {
        code: "INSPECT_SIGN_AUTHORIZE",
        points: &[Permit::QualityFai, Permit::QualitySign, Permit::RunAuthorize],
    },
    Conflict { code: "WAIVE_AND_AUTHORIZE", points: &[Permit::ReadinessOverride, Permit::RunAuthorize] },
    Conflict { code: "DRAFT_AND_APPROVE_POLICY", points: &[Permit::ConfigManage, Permit::ConfigApprove] },
    Conflict { code: "RECORD_AND_CONFIRM", points: &[Permit::RecordCreate, Permit::RecordConfirm] },
    Conflict { code: "WORK_AND_VERIFY_MAINTENANCE", points: &[Permit::MaintenanceWork, Permit::MaintenanceVerify] },
    Conflict { code: "LOAD_AND_REVIEW", points: &[Permit::LoadingVerify, Permit::LoadingReview] },
    Conflict { code: "REPAIR_AND_RELEASE", points: &[Permit::QualityRepair, Permit::QualityDisposition] },
    Conflict { code: "ADMIN_AND_PRODUCTION", points: &[Permit::SystemRoleManage, Permit::ExecTrackOut] },
];

/// People who hold points that should lie in different hands, and the roles that give them.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Segregation {}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub conflicts: Vec<Found>,
}

/// One conflict and who is in it.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    pub code: &'static str,
    pub permissions: Vec<Permit>,
    pub users: Vec<Holder>,
}

/// A person and the roles that together give the points.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    pub username: String,
    pub roles: Vec<String>,
}

impl Query for Segregation {
    type Output = Report;
    const NAME: &'static str = "permission.segregation";
    const ROUTE: Route = get("/permissions/segregation");
    const PERMIT: Need = Need::Any(&[Permit::SystemRoleManage]);
    const SLOW: bool = true;

    fn ask(self, cx: &Cx<'_>) -> Result<Report> {
        let points: Vec<(String, Permits)> = cx.all(sql!("select code, permissions from role order by id"), [])?;
        let points: BTreeMap<String, Permits> = points.into_iter().map(|(code, p)| (code, p.closure())).collect();
        let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (role, users) in holders(cx)? {
            for user in users {
                people.entry(user).or_default().push(role.clone());
            }
        }
        let of = |role: &String| points.get(role).copied().unwrap_or(Permits::EMPTY);
        let found = CONFLICTS.iter().map(|conflict| {
            let wanted = Permits::of(conflict.points);
            let users = people.iter().filter_map(|(username, roles)| {
                let held = roles.iter().map(of).fold(Permits::EMPTY, Permits::union);
                let giving = |role: &&String| !of(role).intersection(wanted).is_empty();
                let roles = roles.iter().filter(giving).cloned().collect();
                wanted.is_subset(held).then(|| Holder { username: username.clone(), roles })
            });
            Found { code: conflict.code, permissions: conflict.points.to_vec(), users: users.collect() }
        });
        Ok(Report { conflicts: found.collect() })
    }
}
