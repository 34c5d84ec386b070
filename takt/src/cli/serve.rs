//! `takt serve`: until it is asked to stop.

use crate::config::{Config, Flags};
use crate::{log, server};

/// Serve a plant.
pub fn serve(flags: &Flags) -> Result<(), String> {
    let config = Config::load(flags)?;
    log::to_stderr(&config);
    let runtime = tokio::runtime::Runtime::new().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let asked_to_stop = server::asked_to_stop();
        let running = server::start(&config).await?;
        println!("Takt {} serves http://{}", env!("CARGO_PKG_VERSION"), running.address);
        asked_to_stop.await;
        println!("Takt stops: no new requests; what is in flight is finished.");
        running.stop().await;
        Ok(())
    })
}
