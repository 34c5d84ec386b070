//! Who asks: a person, a machine token or Takt itself, with what it may do and how far it sees.

use std::collections::HashSet;

use crate::db::Reach;
use crate::db::sql::Sight;
use crate::permits::{Grants, Permit, Permits, Scope};
use crate::words::Lang;

/// The kind of an actor, as the audit trail shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActorKind {
    User,
    Token,
    System,
}

impl ActorKind {
    pub const fn word(self) -> &'static str {
        match self {
            ActorKind::User => "USER",
            ActorKind::Token => "TOKEN",
            ActorKind::System => "SYSTEM",
        }
    }
}

/// An authenticated caller. Loaded once, kept for a second at most, shared by its calls.
#[derive(Clone, Debug)]
pub struct Actor {
    pub principal: i64,
    pub kind: ActorKind,
    /// Username or token number: how the audit trail names it.
    pub name: String,
    pub display: String,
    pub roles: Vec<String>,
    /// The home of each of its roles; empty where a role has none.
    pub role_homes: Vec<String>,
    pub grants: Grants,
    /// Lines and stations bound to it; `station_lines` are the lines of the bound stations.
    pub lines: HashSet<i64>,
    pub stations: HashSet<i64>,
    pub station_lines: HashSet<i64>,
    pub lang: Lang,
    pub home: String,
    pub session: Option<i64>,
    pub csrf: String,
    pub must_change_password: bool,
    /// Whether its roles reach by lines or stations, and it is bound to none; with those who can bind it (R-PLAT-042).
    pub unbound: Vec<&'static str>,
    pub ask_whom: Vec<String>,
    /// Calls a token may make in a minute; people have no limit.
    pub rate_per_min: Option<u32>,
    /// The name under which everything a token sends is filed, whatever it says itself.
    pub source_system: Option<String>,
}

impl Actor {
    /// Takt itself: chores and start-up.
    pub fn system() -> Self {
        Actor {
            principal: 0,
            kind: ActorKind::System,
            name: "takt".into(),
            display: "Takt".into(),
            roles: vec![],
            role_homes: vec![],
            grants: Grants::of([(Scope::All, Permits::ALL)].into_iter()),
            lines: HashSet::new(),
            stations: HashSet::new(),
            station_lines: HashSet::new(),
            lang: Lang::En,
            home: String::new(),
            session: None,
            csrf: String::new(),
            must_change_password: false,
            unbound: vec![],
            ask_whom: vec![],
            rate_per_min: None,
            source_system: None,
        }
    }

    /// Nobody yet: sign-in and the pages before it.
    pub fn nobody() -> Self {
        Actor {
            principal: -1,
            name: String::new(),
            display: String::new(),
            grants: Grants::default(),
            ..Actor::system()
        }
    }

    pub fn has(&self, permit: Permit) -> bool {
        self.grants.has(permit)
    }

    /// Whether somebody may read everybody's rows of the trail: they name lines and stations of the whole plant, so only in
    /// scope ALL (R-PLAT-054).
    pub fn reads_trail(&self) -> bool {
        self.grants.scope(Permit::AuditRead) == Some(Scope::All)
    }

    /// The widest scope that any of the permits gives.
    pub fn scope(&self, permits: &[Permit]) -> Option<Scope> {
        // Takt's own work is bound to no line.
        if self.kind == ActorKind::System && self.principal == 0 {
            return Some(Scope::All);
        }
        permits.iter().filter_map(|p| self.grants.scope(*p)).max()
    }

    /// How far a read under these permits sees.
    pub fn reach(&self, permits: &[Permit]) -> Option<Reach> {
        let sight = match self.scope(permits)? {
            Scope::All => Sight::All,
            Scope::AssignedLines => Sight::Lines,
            Scope::AssignedStations => Sight::Stations,
        };
        Some(Reach { sight, principal: self.principal })
    }

    /// Whether a line (none: serves any line) is in scope under these permits.
    pub fn reaches_line(&self, permits: &[Permit], line: Option<i64>) -> bool {
        match (self.scope(permits), line) {
            (None, _) => false,
            (Some(Scope::All), _) => true,
            (Some(_), None) => false,
            (Some(Scope::AssignedLines), Some(line)) => self.lines.contains(&line),
            (Some(Scope::AssignedStations), Some(line)) => self.station_lines.contains(&line),
        }
    }

    /// Whether a station is in scope; a station without a line is in the scope of whoever may use `run_line`.
    pub fn reaches_station(&self, permits: &[Permit], station: i64, line: Option<i64>, run_line: Option<i64>) -> bool {
        match self.scope(permits) {
            None => false,
            Some(Scope::All) => true,
            Some(Scope::AssignedStations) => self.stations.contains(&station),
            Some(Scope::AssignedLines) => match line.or(run_line) {
                Some(line) => self.lines.contains(&line),
                None => true,
            },
        }
    }
}
