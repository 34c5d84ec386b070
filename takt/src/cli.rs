//! `takt …`: serve, demo, acceptance, check, migrate, admin, audit, version.

mod acceptance;
mod audit;
mod demo;
mod serve;

pub use acceptance::serve as serve_for_acceptance;
pub use audit::open_reading;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags};
use crate::{lock, server};

/// Manufacturing execution for electronics factories.
#[derive(Parser)]
#[command(name = "takt", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a plant
    Serve(Flags),
    /// Serve a demo plant with everything in it, and print its address and accounts
    Demo(demo::Demo),
    /// Play a job through the public API and say whether everything was as it must be
    Acceptance(acceptance::Acceptance),
    /// Print the effective settings and check that the database answers
    Check(Flags),
    /// Bring the database to the newest schema
    Migrate(Flags),
    /// Administrators
    Admin {
        #[command(subcommand)]
        what: Admin,
    },
    /// The audit trail
    Audit {
        #[command(subcommand)]
        what: Audit,
    },
    /// Print the version
    Version,
}

#[derive(Subcommand)]
enum Admin {
    /// Create an administrator and print a one-time link for the first password
    Create {
        /// The user name
        name: String,
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Walk the hash chain; names the first broken row and counts rows not yet sealed
    Verify {
        /// The sealed number to begin at
        #[arg(long, default_value_t = 1)]
        from: i64,
        /// The sealed number to end at [default: the newest]
        #[arg(long)]
        to: Option<i64>,
        #[command(flatten)]
        flags: Flags,
    },
}

/// Run the command line; failures print one sentence and exit with 1.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(flags) => serve::serve(&flags),
        Command::Demo(demo) => demo::demo(&demo),
        Command::Acceptance(asked) => return acceptance::acceptance(&asked),
        Command::Check(flags) => check(&flags),
        Command::Migrate(flags) => migrate(&flags),
        Command::Admin { what: Admin::Create { name, flags } } => create_admin(&flags, &name),
        Command::Audit { what: Audit::Verify { from, to, flags } } => {
            audit::verify(&flags, from, to.unwrap_or(i64::MAX))
        }
        Command::Version => {
            println!("takt {} (schema {})", env!("CARGO_PKG_VERSION"), engine::db::migrate::NEWEST);
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("takt: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Works beside a running server: it only reads.
fn check(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    for (name, value) in config.lines() {
        println!("TAKT_{name}={value}");
    }
    let mut conn = audit::open_reading(&config)?;
    let found = engine::db::migrate::version(&mut conn).map_err(|e| e.to_string())?;
    println!("schema {found} of {}", engine::db::migrate::NEWEST);
    match found {
        n if n == engine::db::migrate::NEWEST => Ok(()),
        n if n > engine::db::migrate::NEWEST => Err("SCHEMA_TOO_NEW: start a newer Takt".into()),
        _ => Err("the schema is older than this program; `takt migrate` or the next start brings it up".into()),
    }
}

/// Takes the locks of the data.
fn migrate(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    let _locks = lock::of(&config)?;
    let mut conn = config.database.open().map_err(|e| e.to_string())?;
    let applied = engine::db::migrate::migrate(&mut conn).map_err(|e| e.to_string())?;
    match &applied[..] {
        [] => println!("the schema is {} already", engine::db::migrate::NEWEST),
        numbers => println!("applied {numbers:?}; the schema is {}", engine::db::migrate::NEWEST),
    }
    Ok(())
}

fn create_admin(flags: &Flags, name: &str) -> Result<(), String> {
    let config = Config::load(flags)?;
    let _locks = lock::of(&config)?;
    let engine = server::open(&config, false)?;
    let link = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let (given, name) = (link.clone(), name.to_string());
    let hours = engine
        .work(move |cx| {
            let token = office::admin::create(cx, &name)?;
            *given.lock().map_err(|_| kernel::Error::fault("poisoned"))? = token;
            cx.setting(&office::user::enrol::AUTH_ENROLMENT_HOURS).map(i64::from)
        })
        .map_err(|e| sentence(&e))?;
    engine.stop();
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.address));
    let token = link.lock().map_err(|_| "poisoned".to_string())?.clone();
    println!("Open once, within {hours} hours, to choose a password:\n{base}/enrol?token={token}");
    Ok(())
}

/// What went wrong, in words where the rules said no.
fn sentence(error: &kernel::Error) -> String {
    match error.refusal() {
        Some(refusal) => format!("{}: {}", refusal.def.code, engine::words::refusal(engine::Lang::En, refusal)),
        None => error.to_string(),
    }
}
