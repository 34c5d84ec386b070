//! What a scenario works with: who is signed in, what it is about, and what was done to which board.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::report::Context;
use super::{Scenario, Track};
use crate::client::{Failure, Session, part, same};
use crate::demo_plant::Accounts;
use crate::hands::{Place, Visit};

pub struct World {
    pub base: String,
    pub accounts: Accounts,
    pub sessions: BTreeMap<String, Session>,
    pub context: Context,
    /// Makes numbers of this run of the scenario its own.
    pub tag: String,
    pub places: Vec<Place>,
    /// What was done to each board, in order.
    pub done: BTreeMap<String, Vec<Visit>>,
}

impl World {
    /// Sign in as administrator: the server answers, the accounts are right, and its database is marked as no plant's.
    pub fn enter(
        base: &str,
        accounts: &Accounts,
        track: Track,
        scenario: Scenario,
        tag: String,
    ) -> Result<World, Failure> {
        let admin = Session::sign_in(base, "admin", accounts.password("admin"))?;
        let mark = admin.get("/system/demo")?.ok(200)?;
        if mark["mark"].is_null() {
            return Err(Failure::new("NOT_A_DEMO", format!("{base} serves a plant; acceptance plays on demos only")));
        }
        let context = Context {
            url: base.into(),
            track: track.word().into(),
            scenario: scenario.word().into(),
            dataset: "demo".into(),
            ..Context::default()
        };
        Ok(World {
            base: base.into(),
            accounts: accounts.clone(),
            sessions: BTreeMap::from([("admin".to_string(), admin)]),
            context,
            tag,
            places: vec![],
            done: BTreeMap::new(),
        })
    }

    /// The session of an account.
    pub fn by(&self, account: &str) -> Result<&Session, Failure> {
        self.sessions.get(account).ok_or_else(|| Failure::new("NOT_SIGNED_IN", format!("{account} has not signed in")))
    }

    /// A session more of an account.
    pub fn another(&self, account: &str) -> Result<Session, Failure> {
        Session::sign_in(&self.base, account, self.accounts.password(account))
    }

    /// Everybody signs in and is who he says.
    pub fn sign_in_all(&mut self) -> Result<Json, Failure> {
        for account in demo::ACCOUNTS {
            let session = self.another(account)?;
            let me = session.get("/auth/session")?.ok(200)?;
            same("session", &me, "/username", account)?;
            same("session", &me, "/roles/0", account)?;
            self.sessions.insert(account.into(), session);
        }
        Ok(serde_json::json!({ "accounts": demo::ACCOUNTS.len() }))
    }

    pub fn order(&self, wo_no: &str) -> Result<Json, Failure> {
        self.by("planner")?.get(&format!("/work-orders/{}", part(wo_no)))?.ok(200)
    }

    pub fn run(&self, run_no: &str) -> Result<Json, Failure> {
        self.by("leader")?.get(&format!("/runs/{}", part(run_no)))?.ok(200)
    }

    pub fn unit(&self, sn: &str) -> Result<Json, Failure> {
        self.by("operator")?.get(&format!("/units/{}", part(sn)))?.ok(200)
    }

    /// The name of a thing of the context, once it is there.
    pub fn of(&self, what: &str, name: &Option<String>) -> Result<String, Failure> {
        name.clone().ok_or_else(|| Failure::new("NOT_THERE", format!("there is no {what} yet")))
    }

    pub fn wo_no(&self) -> Result<String, Failure> {
        self.of("order", &self.context.wo_no)
    }

    pub fn run_no(&self) -> Result<String, Failure> {
        self.of("run", &self.context.run_no)
    }

    pub fn sn(&self) -> Result<String, Failure> {
        self.of("unit", &self.context.sn)
    }
}

/// Require that a refused command has changed nothing of what is asked again.
pub fn unchanged(what: &str, before: &Json, after: &Json) -> Result<(), Failure> {
    if before == after {
        return Ok(());
    }
    Err(Failure::new("STATE_CHANGED", format!("{what} was {before} before the refusal and is {after}")))
}
