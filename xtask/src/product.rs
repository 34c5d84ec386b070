//! The real program as a process: started on a place, asked over HTTP, stopped politely.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::keeper::{Kept, Output, Stop};
use crate::load::http::{Connection, Request};
use crate::{Result, While, fail, free_port, workspace};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running program; dropping it stops it.
pub struct Product {
    kept: Kept,
    /// Where it answers.
    pub address: SocketAddr,
    /// From the start of the process to its first answer.
    pub started_in: Duration,
}

/// How to start it.
pub struct Start<'s> {
    /// The binary.
    pub program: &'s Path,
    /// `sqlite:…` or `postgres://…`.
    pub database: String,
    /// Its data directory: lock and log.
    pub folder: &'s Path,
    /// Where to write down the statements.
    pub record: Option<&'s Path>,
}

impl Product {
    /// Starts it and waits for its first answer.
    pub fn start(how: &Start<'_>) -> Result<Product> {
        std::fs::create_dir_all(how.folder).or_fail(format!("cannot make {}", how.folder.display()))?;
        let port = free_port()?;
        let mut command = Command::new(how.program);
        command.args(["serve", "--port", &port.to_string(), "--database", &how.database, "--data-dir"]).arg(how.folder);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("TAKT_")) {
                command.env_remove(name);
            }
        }
        if let Some(record) = how.record {
            command.env("TAKT_RECORD", record);
        }
        let log = how.folder.join("log");
        let started = Instant::now();
        let mut kept = Kept::start(&command, Stop::Terminate, None, Output::File(log.clone()))?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let deadline = started + PATIENCE;
        while !is_alive(address) {
            if !kept.is_running() || Instant::now() > deadline {
                let log = std::fs::read_to_string(&log).unwrap_or_default();
                return fail(format!("the product did not start\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(Product { kept, address, started_in: started.elapsed() })
    }

    /// A figure of `/metrics`; 0 when it is not told yet.
    pub fn metric(&self, name: &str) -> Result<f64> {
        let answer = Connection::to(self.address).send(&Request::get("/metrics"))?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let line = text.lines().find(|line| line.split(' ').next() == Some(name));
        Ok(line.and_then(|line| line.rsplit(' ').next()).and_then(|n| n.parse().ok()).unwrap_or(0.0))
    }

    /// Resident and peak memory in megabytes.
    pub fn memory(&self) -> Result<(f64, f64)> {
        let pid = self.kept.child()?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).or_fail("the product's memory")?;
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
        };
        Ok((of("VmRSS:"), of("VmHWM:")))
    }

    /// Seconds of processor time so far: of the whole process, and of the threads whose names begin with `name`.
    pub fn processor(&self, name: &str) -> Result<(f64, f64)> {
        let (pid, mut whole, mut part) = (self.kept.child()?, 0.0, 0.0);
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).or_fail("the product's threads")?;
        for task in tasks.flatten() {
            let stat = std::fs::read_to_string(task.path().join("stat")).unwrap_or_default();
            let Some((head, rest)) = stat.rsplit_once(") ") else { continue };
            let ticks: f64 = rest.split(' ').skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
            // The kernel counts in hundredths of a second.
            whole += ticks / 100.0;
            if head.contains(&format!("({name}")) {
                part += ticks / 100.0;
            }
        }
        Ok((whole, part))
    }

    /// Ends it as a power cut would, without a word.
    pub fn kill(self) -> Result<()> {
        let pid = self.kept.child()?;
        let killed = Command::new("sh").args(["-c", &format!("kill -s KILL {pid}")]).status();
        let killed = killed.or_fail("cannot kill the product")?;
        if killed.success() { Ok(()) } else { fail("cannot kill the product") }
    }

    /// Stops it politely and waits for its end.
    pub fn stop(self) {
        drop(self.kept);
    }
}

fn is_alive(address: SocketAddr) -> bool {
    Connection::to(address).send(&Request::get("/healthz")).is_ok_and(|answer| answer.is_success())
}

/// Builds the binary and gives its path.
pub fn build(is_release: bool) -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["build", "--package", "takt"]).current_dir(workspace());
    if is_release {
        cargo.arg("--release");
    }
    crate::keeper::run(&cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    Ok(target.join(if is_release { "release/takt" } else { "debug/takt" }))
}
