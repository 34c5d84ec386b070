//! Authorize: the planner lets a prepared run produce, or takes that back before anything began (R-CORE-103, 104).

use engine::perform::forbidden;
use engine::{Ask, Command, Cx, Entity, Need, Permit, Verdict, post, row, sql};
use kernel::{Id, Instant, Reason, Result, p};
use plant::route::version::ROUTE_VERSION_NOT_READY;
use plant::route::{RouteVersion, VersionStatus};
use plant::snapshot::FrozenRoute;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{
    AUTHORIZE, RUN_ALREADY_STARTED, RUN_NOT_FOUND, RUN_NOT_READY, Run, RunAnswer, RunAuthorized, RunNo, RunRevoked,
    RunStatus,
};
use crate::work_order::reason_missing;

kernel::words! {
    /// What is done to the authorization of a run.
    pub enum AuthorizeAction { Authorize = "AUTHORIZE", Revoke = "REVOKE" }
}

/// Authorize a run, or revoke its authorization while nothing has started. Doing it twice changes nothing.
#[derive(Deserialize, JsonSchema, Clone)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthorizeRun {
    pub run_no: RunNo,
    pub action: AuthorizeAction,
    /// Needed to revoke.
    pub reason: Option<Reason>,
}

row! {
    table "run_authorization" refs { run_id => "run.run_no" };
    /// Who let a run produce, or took that back, and on which grounds.
    pub struct Authorization {
        pub id: Id<Authorization>,
        pub run_id: Id<Run>,
        pub action: AuthorizeAction,
        pub by_name: String,
        pub at: Instant,
        pub reason: Option<String>,
        pub readiness_check_no: Option<String>,
        pub fai_no: Option<String>,
        pub mrb_no: Option<String>,
        pub evidence: Option<Json>,
    }
}

/// An authorization as answers show it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationView {
    pub action: AuthorizeAction,
    pub by: String,
    pub at: Instant,
    pub reason: Option<String>,
    pub readiness_check_no: Option<String>,
    pub fai_no: Option<String>,
    pub mrb_no: Option<String>,
    pub waivers: Json,
}

impl Authorization {
    /// The authorizations of a run, newest first.
    pub fn of_run(cx: &Cx<'_>, run: Id<Run>) -> Result<Vec<Authorization>> {
        cx.all(
            sql!(
                "select id, run_id, action, by_name, at, reason, readiness_check_no, fai_no, mrb_no, evidence
                 from run_authorization where run_id = $1 order by id desc limit 50"
            ),
            p![run],
        )
    }

    pub fn view(self) -> AuthorizationView {
        let waivers = self.evidence.as_ref().and_then(|e| e.get("waivers")).cloned().unwrap_or(Json::Array(vec![]));
        let Authorization { action, by_name: by, at, reason, readiness_check_no, fai_no, mrb_no, .. } = self;
        AuthorizationView { action, by, at, reason, readiness_check_no, fai_no, mrb_no, waivers }
    }
}

pub struct Authorizing {
    run: Run,
    evidence: Vec<Json>,
}

impl AuthorizeRun {
    /// The permit that an action needs.
    pub const fn permit(action: AuthorizeAction) -> &'static [Permit] {
        match action {
            AuthorizeAction::Authorize => &[Permit::RunAuthorize],
            AuthorizeAction::Revoke => &[Permit::RunRevoke],
        }
    }

    fn target(&self) -> RunStatus {
        match self.action {
            AuthorizeAction::Authorize => RunStatus::Authorized,
            AuthorizeAction::Revoke => RunStatus::Prep,
        }
    }
}

impl Command for AuthorizeRun {
    type Loaded = Authorizing;
    type Output = RunAnswer;
    const NAME: &'static str = "run.authorize";
    const ROUTE: engine::Route = post("/runs/{runNo}/authorize");
    const PERMIT: Need = Need::Any(&[Permit::RunAuthorize, Permit::RunRevoke]);

    fn entity(&self) -> Entity {
        Entity::of("run", &self.run_no)
    }

    fn guards(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Authorizing> {
        let permits = Self::permit(self.action);
        ask.that(permits.iter().any(|p| cx.actor().has(*p)), || forbidden(permits))?;
        let run = ask.need(Run::find(cx, &self.run_no)?, || RUN_NOT_FOUND.with("run", &self.run_no))?;
        let own = cx.under(permits);
        ask.part(run.in_scope(own.as_ref().unwrap_or(cx)))?;
        if run.status == self.target() {
            return Ok(Authorizing { run, evidence: vec![] });
        }
        if self.action == AuthorizeAction::Revoke {
            ask.that(!run.status.is_terminal(), || run.is_over())?;
            ask.that(run.status == RunStatus::Authorized || run.status.is_terminal(), || {
                RUN_ALREADY_STARTED.with("run", &run.run_no).with("status", run.status)
            })?;
            ask.that(self.reason.is_some(), reason_missing)?;
            return Ok(Authorizing { run, evidence: vec![] });
        }
        ask.that(run.status == RunStatus::Prep, || RUN_NOT_READY.with("run", &run.run_no).with("status", run.status))?;
        let evidence = ask.gate(cx, &AUTHORIZE, &run)?;
        Ok(Authorizing { run, evidence })
    }

    fn run(self, Authorizing { run: before, evidence }: Authorizing, cx: &mut Cx<'_>) -> Result<RunAnswer> {
        let keys = before.at_work(cx)?;
        if before.status == self.target() {
            return Ok(RunAnswer::of(&before, keys));
        }
        if let Some(reason) = &self.reason {
            cx.because(reason);
        }
        let mut run = before.clone();
        run.status = before.status.to(self.target())?;
        run.authorization_type = match self.action {
            AuthorizeAction::Authorize => Some("NORMAL".into()),
            AuthorizeAction::Revoke => None,
        };
        cx.save(&before, &mut run)?;
        let grounds = merged(evidence);
        let said = |name: &str| grounds.get(name).and_then(Json::as_str).map(str::to_string);
        let mut row = Authorization {
            id: Id::of(0),
            run_id: run.id,
            action: self.action,
            by_name: cx.actor().name.clone(),
            at: cx.now,
            reason: self.reason.as_ref().map(ToString::to_string),
            readiness_check_no: said("readinessCheckNo"),
            fai_no: said("faiNo"),
            mrb_no: said("mrbNo"),
            evidence: (!grounds.is_empty()).then(|| Json::Object(grounds.clone())),
        };
        cx.add(&mut row)?;
        let (line_id, run_no) = (run.line_of(), run.run_no.to_string());
        let (line_code, wo_no, product_code) = (keys.line_code.clone(), keys.wo_no.clone(), keys.product_code.clone());
        match self.action {
            AuthorizeAction::Authorize => cx.emit(RunAuthorized {
                line_id,
                line_code,
                wo_no,
                run_no,
                product_code,
                check_no: row.readiness_check_no,
                fai_no: row.fai_no,
                waivers: grounds.get("waivers").cloned(),
                authorization_type: "NORMAL".into(),
                reason: row.reason,
            })?,
            AuthorizeAction::Revoke => {
                // What is revoked, as it was given.
                let given = Authorization::of_run(cx, run.id)?;
                let given = given.into_iter().find(|a| a.action == AuthorizeAction::Authorize);
                let (check_no, fai_no, evidence) =
                    given.map_or((None, None, None), |a| (a.readiness_check_no, a.fai_no, a.evidence));
                cx.emit(RunRevoked {
                    line_id,
                    line_code,
                    wo_no,
                    run_no,
                    product_code,
                    check_no,
                    fai_no,
                    waivers: evidence.and_then(|e| e.get("waivers").cloned()),
                    authorization_type: before.authorization_type.unwrap_or_else(|| "NORMAL".into()),
                    reason: row.reason.unwrap_or_default(),
                })?;
            }
        }
        Ok(RunAnswer::of(&run, keys))
    }
}

/// What the gates gave as evidence, as one object.
fn merged(evidence: Vec<Json>) -> Map<String, Json> {
    let objects = evidence.into_iter().filter_map(|e| match e {
        Json::Object(fields) => Some(fields),
        _ => None,
    });
    objects.flatten().collect()
}

row! {
    struct Frozen {
        code: String,
        version_no: i64,
        status: VersionStatus,
    }
}

/// The first gate: the frozen version is still there and READY, else `ROUTE_VERSION_NOT_READY` (R-CORE-103).
pub(super) fn route_ready(cx: &Cx<'_>, run: &Run) -> Result<Verdict> {
    let found: Option<Frozen> = cx.one(
        sql!(
            "select r.code, v.version_no, v.status from route_version v join route r on r.id = v.route_id
             where v.id = $1 for share of v"
        ),
        p![run.route_version_id],
    )?;
    let readable = FrozenRoute::get(cx, Id::<RouteVersion>::of(run.route_version_id.number()))?.is_some();
    Ok(match found {
        Some(frozen) if frozen.status == VersionStatus::Ready && readable => Verdict::yes(),
        Some(frozen) => {
            let refusal = ROUTE_VERSION_NOT_READY.with("route", frozen.code).with("version", frozen.version_no);
            Verdict::no(refusal.with("status", frozen.status))
        }
        None => Verdict::no(ROUTE_VERSION_NOT_READY),
    })
}
