//! A plant for the ordeal: an empty database, an administrator made on the command line, and whom he
//! makes to lay out a floor and work on it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::floor::{self, Floor, LINE};
use crate::load::Session;
use crate::load::http::{Connection, Request};
use crate::postgres::Server;
use crate::product::{Product, Start};
use crate::{Result, While, fail};

/// Lays out the line and its route.
const ENGINEER: &str = "engineer";
/// Plans the run and scans its boards.
const LEADER: &str = "leader";
const PASSWORD: &str = "nothing gets lost in here";

/// Where everything happens.
pub struct Plant {
    program: PathBuf,
    folder: PathBuf,
    database: String,
    is_shared: bool,
    processes: AtomicUsize,
    pub floor: Floor,
}

impl Plant {
    /// A fresh plant on SQLite in a folder, or on a server.
    pub fn create(program: &Path, folder: &Path, server: Option<&Server>) -> Result<Plant> {
        let database = match server {
            Some(server) => server.url(),
            None => format!("sqlite:{}", folder.join("takt.db").display()),
        };
        let (program, folder) = (program.to_path_buf(), folder.to_path_buf());
        let (is_shared, processes) = (server.is_some(), AtomicUsize::new(0));
        let mut plant = Plant { program, folder, database, is_shared, processes, floor: Floor::default() };
        let token = plant.administrator()?;
        let product = plant.start()?;
        plant.enrol(product.address, &token)?;
        let mut chief = Session::sign_in(product.address, "chief", PASSWORD)?;
        person(&mut chief, json!({ "username": ENGINEER, "name": "Engineer", "roles": ["engineer"] }))?;
        let mut engineer = plant.engineer(&product)?;
        floor::make(&mut engineer, "/lines", &json!({ "code": LINE, "name": "Ordeal", "processType": "SMT" }))?;
        let leader = json!({ "username": LEADER, "name": "Leader", "roles": ["planner", "leader", "trace"],
            "lineCodes": [LINE] });
        person(&mut chief, leader)?;
        plant.floor = Floor::lay(&mut engineer, &mut plant.sign_in(&product)?)?;
        product.stop();
        Ok(plant)
    }

    /// Starts a process on it; with PostgreSQL there may be several.
    pub fn start(&self) -> Result<Product> {
        let n = self.processes.fetch_add(1, Ordering::Relaxed);
        let folder = if self.is_shared { self.folder.join(format!("node-{n}")) } else { self.folder.clone() };
        Product::start(&Start {
            program: &self.program,
            database: self.database.clone(),
            folder: &folder,
            record: None,
        })
    }

    /// The leader of the line signs in.
    pub fn sign_in(&self, product: &Product) -> Result<Session> {
        Session::sign_in(product.address, LEADER, PASSWORD)
    }

    /// The engineer signs in.
    pub fn engineer(&self, product: &Product) -> Result<Session> {
        Session::sign_in(product.address, ENGINEER, PASSWORD)
    }

    /// Walks the chain of the audit trail; nobody may be at work.
    pub fn verify_audit(&self) -> Result<()> {
        let told = self.takt(&["audit", "verify"])?;
        let words: Vec<&str> = told.split_whitespace().collect();
        println!("   audit: {}", words.join(" "));
        Ok(())
    }

    /// Makes the first administrator and gives the word of his link.
    fn administrator(&self) -> Result<String> {
        let told = self.takt(&["admin", "create", "chief"])?;
        let token = told.split("token=").nth(1).map(|rest| rest.trim().to_string());
        token.map_or_else(|| fail(format!("no link in `{told}`")), Ok)
    }

    fn enrol(&self, address: SocketAddr, token: &str) -> Result<()> {
        let body = json!({ "token": token, "password": PASSWORD });
        let answer = Connection::to(address).send(&Request::post("/api/v1/auth/enrol").json(&body))?;
        if answer.is_success() {
            return Ok(());
        }
        fail(format!("the administrator was not enrolled: {}", String::from_utf8_lossy(&answer.body)))
    }

    /// Runs the program to its end; gives what it says.
    fn takt(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(words).args(["--database", &self.database, "--data-dir"]).arg(&self.folder);
        let ran = command.output().or_fail("cannot run the program")?;
        let (told, cause) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        if ran.status.success() { Ok(told.into_owned()) } else { fail(format!("{words:?}: {told}{cause}")) }
    }
}

/// Somebody who needs no new password.
fn person(chief: &mut Session, mut who: Value) -> Result<()> {
    who["initialPassword"] = PASSWORD.into();
    floor::make(chief, "/users", &who)
}
