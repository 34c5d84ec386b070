//! The browser: chromedriver on a free loopback port, with a temporary folder of its own, gone when we are.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use crate::keeper::{Kept, Output, Stop};
use crate::load::http::{Connection, Request};
use crate::packages::Browser;
use crate::postgres::private_folder;
use crate::{Result, fail, free_port};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running chromedriver; dropping it stops it and every browser it opened, whose profiles go with it.
pub struct Driver {
    _kept: Kept,
    port: u16,
}

impl Driver {
    /// Starts the driver and waits until it says that it is ready.
    pub fn start(browser: &Browser) -> Result<Driver> {
        let home = private_folder("takt-browser")?;
        let port = free_port()?;
        let mut driver = Command::new(&browser.driver);
        driver.arg(format!("--port={port}")).env("TMPDIR", &home).env("HOME", &home);
        driver.env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
        let log = home.join("log");
        let mut kept = Kept::start(&driver, Stop::Terminate, Some(&home), Output::File(log.clone()))?;
        if let Err(cause) = kept.until(PATIENCE, || is_ready(port)) {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            return fail(format!("chromedriver did not start: {cause}\n{log}"));
        }
        Ok(Driver { _kept: kept, port })
    }

    /// Where the tests find it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn is_ready(port: u16) -> bool {
    let mut connection = Connection::to(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let Ok(answer) = connection.send(&Request::get("/status")) else { return false };
    answer.json().is_ok_and(|status| status["value"]["ready"] == true)
}
