//! `takt serve`: until it is asked to stop.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, Flags};
use crate::server;

/// Serve a plant.
pub fn serve(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    log_to_stderr(&config);
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let running = server::start(&config).await?;
        println!("Takt {} serves http://{}", env!("CARGO_PKG_VERSION"), running.address);
        server::asked_to_stop().await;
        println!("Takt stops: no new requests; what is in flight is finished.");
        running.stop().await;
        Ok(())
    })
}

/// One JSON line for each request and event, on the error stream.
pub fn log_to_stderr(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process (tests) is no reason to fail.
    let _ = if config.log_json { builder.json().flatten_event(true).try_init() } else { builder.try_init() };
}
