//! `takt acceptance`: a scenario against a fresh plant of its own, or against a demo that runs already.

use std::path::PathBuf;
use std::process::ExitCode;

use ::demo::Mark;
use clap::Args;
use engine::store::Database;

use crate::acceptance::{self, Report, Scenario, Step, Track};
use crate::config::{Config, Flags};
use crate::demo_plant::{self, Accounts};
use crate::server::{self, Running};

/// What is to be accepted, where, and how it is told.
#[derive(Args)]
pub struct Acceptance {
    /// Whose process: smt or dip
    #[arg(long, default_value = "smt", value_parser = track)]
    track: Track,
    /// What is done: first-board or job-1016928
    #[arg(long, value_parser = scenario)]
    scenario: Scenario,
    /// A demo that runs already; without one a fresh plant is made, served on a free port and removed
    #[arg(long, conflicts_with_all = ["database", "data_dir"])]
    url: Option<String>,
    /// The directory of the demo behind --url, for its passwords
    #[arg(long, value_name = "DIR", default_value = "demo", requires = "url")]
    dir: PathBuf,
    /// The database of the fresh plant: sqlite:PATH or postgres://… [default: a file in a temporary directory]
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// The directory of the fresh plant [default: a temporary one]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print the report as JSON instead of a line for each step
    #[arg(long)]
    json: bool,
    /// Write the report as JSON
    #[arg(long, value_name = "PATH")]
    json_file: Option<PathBuf>,
    /// Write the report as JUnit
    #[arg(long, value_name = "PATH")]
    junit_file: Option<PathBuf>,
    /// Keep the temporary directory
    #[arg(long)]
    keep: bool,
}

fn track(text: &str) -> Result<Track, String> {
    Track::parse(text).ok_or_else(|| "smt or dip".to_string())
}

fn scenario(text: &str) -> Result<Scenario, String> {
    Scenario::parse(text).ok_or_else(|| "first-board or job-1016928".to_string())
}

/// Perform it: 0 when everything was as it must be, 1 when the scenario failed, 2 when it could not begin.
pub fn acceptance(asked: &Acceptance) -> ExitCode {
    match perform(asked).and_then(|report| tell(asked, &report).map(|()| report.ok)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("takt: {problem}");
            ExitCode::from(2)
        }
    }
}

fn perform(asked: &Acceptance) -> Result<Report, String> {
    if (asked.scenario, asked.track) == (Scenario::Job1016928, Track::Dip) {
        return Err("job-1016928 goes through the SMT lines; it has no --track dip".into());
    }
    let quiet = asked.json;
    let told = move |step: &Step| {
        if !quiet {
            println!("{}", line(step));
        }
    };
    let play = |base: &str, accounts: &Accounts| {
        let report = acceptance::run(base, accounts, asked.track, asked.scenario, told);
        report.map_err(|e| format!("{} {}", e.code, e.message))
    };
    if let Some(url) = &asked.url {
        if !asked.dir.join(demo_plant::ACCOUNTS_FILE).exists() {
            return Err(format!("{} has no passwords; name the demo's directory with --dir", asked.dir.display()));
        }
        return play(url, &Accounts::of(&asked.dir)?);
    }
    let temporary = tempfile::Builder::new().prefix("takt-acceptance-").tempdir().map_err(|e| e.to_string())?;
    let dir = asked.data_dir.clone().unwrap_or_else(|| temporary.path().to_path_buf());
    let config = config(asked, dir)?;
    demo_plant::must_be_ours(&config)?;
    let accounts = Accounts::of(&config.data_dir)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    let running = runtime.block_on(serve(&config, &accounts))?;
    let report = play(&format!("http://{}", running.address), &accounts);
    runtime.block_on(running.stop());
    if asked.keep && asked.data_dir.is_none() {
        eprintln!("kept in {}", temporary.keep().display());
    }
    report
}

/// Serve a fresh plant with the demo in it.
pub async fn serve(config: &Config, accounts: &Accounts) -> Result<Running, String> {
    let running = server::start(config).await?;
    let (engine, accounts) = (running.engine.clone(), accounts.clone());
    let seeding = tokio::task::spawn_blocking(move || demo_plant::seed(&engine, Mark::Acceptance, &accounts));
    match seeding.await.map_err(|e| e.to_string()).and_then(|played| played) {
        Ok(_) => Ok(running),
        Err(problem) => {
            running.stop().await;
            Err(problem)
        }
    }
}

fn config(asked: &Acceptance, dir: PathBuf) -> Result<Config, String> {
    let flags = Flags { data_dir: Some(dir.clone()), port: Some(0), ..Flags::default() };
    let mut config = Config::load(&flags)?;
    config.address = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    config.public_url = None;
    config.database = match &asked.database {
        Some(url) => Database::parse(url)?,
        None => Database::Sqlite(dir.join("takt.db")),
    };
    Ok(config)
}

fn line(step: &Step) -> String {
    match (&step.error, step.started_at) {
        (Some(wrong), _) => format!("FAIL  {} ({} ms): {} {}", step.name, step.duration_ms, wrong.code, wrong.message),
        (None, None) => format!("      {} not reached", step.name),
        (None, Some(_)) => format!("ok    {} ({} ms)", step.name, step.duration_ms),
    }
}

fn tell(asked: &Acceptance, report: &Report) -> Result<(), String> {
    let write =
        |path: &PathBuf, text: String| std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()));
    if let Some(path) = &asked.json_file {
        write(path, report.json())?;
    }
    if let Some(path) = &asked.junit_file {
        write(path, report.junit())?;
    }
    match asked.json {
        true => println!("{}", report.json()),
        false => println!("{} in {} ms", if report.ok { "passed" } else { "FAILED" }, report.duration_ms),
    }
    Ok(())
}
