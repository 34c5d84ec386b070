//! `takt demo`: a demo plant in a directory of its own, served until it is asked to stop.

use std::path::{Path, PathBuf};

use ::demo::Mark;
use clap::Args;
use engine::store::Database;

use crate::config::{Config, Flags};
use crate::demo_plant::{self, Accounts};
use crate::floor::{self, Pace};
use crate::server;

/// How a demo is served.
#[derive(Args)]
pub struct Demo {
    /// The directory with the demo's data and passwords
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
    /// The port to listen on, 0 for a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Run boards through the lines, so that the pages live
    #[arg(long)]
    play: bool,
    /// How many boards begin in a minute while playing
    #[arg(long, value_name = "BOARDS", default_value_t = 6, value_parser = clap::value_parser!(u16).range(1..=600))]
    pace: u16,
    /// Another database than the one in the directory: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Serve a demo.
pub fn demo(asked: &Demo) -> Result<(), String> {
    let config = config(asked)?;
    crate::log::to_stderr(&config);
    demo_plant::must_be_ours(&config)?;
    let accounts = Accounts::of(&asked.dir)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let asked_to_stop = server::asked_to_stop();
        let running = server::start(&config).await?;
        let (engine, owned) = (running.engine.clone(), accounts.clone());
        // Playing waits for the database: on a plain thread, not inside the runtime.
        let seeding = tokio::task::spawn_blocking(move || demo_plant::seed(&engine, Mark::Demo, &owned));
        let seeded = seeding.await.map_err(|e| e.to_string()).and_then(|played| played);
        if let Err(problem) = seeded {
            running.stop().await;
            return Err(problem);
        }
        let base = format!("http://{}", running.address);
        print(&base, &asked.dir, &accounts);
        let pace = if asked.play { Pace::per_minute(asked.pace) } else { Pace::FIRST_BOARDS_ONLY };
        let playing = floor::play(&base, &accounts, pace);
        asked_to_stop.await;
        println!("Takt stops: no new requests; what is in flight is finished.");
        playing.stop();
        running.stop().await;
        Ok(())
    })
}

/// The database is the one of the directory unless another is named here: never the one a plant's settings name.
fn config(asked: &Demo) -> Result<Config, String> {
    let flags = Flags { data_dir: Some(asked.dir.clone()), port: Some(asked.port), ..Flags::default() };
    let mut config = Config::load(&flags)?;
    config.database = match &asked.database {
        Some(url) => Database::parse(url)?,
        None => Database::Sqlite(asked.dir.join("takt.db")),
    };
    if std::env::var_os("TAKT_LOG_LEVEL").is_none() {
        config.log_level = "warn".into();
    }
    Ok(config)
}

fn print(base: &str, dir: &Path, accounts: &Accounts) {
    println!("Takt {} serves a demo plant at {base}\n", env!("CARGO_PKG_VERSION"));
    println!("  account     password");
    for name in ::demo::ACCOUNTS {
        println!("  {name:<11} {}", accounts.password(name));
    }
    println!("\nThe passwords are kept in {}. Ctrl-C stops.", dir.join(demo_plant::ACCOUNTS_FILE).display());
}
