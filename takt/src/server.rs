//! The server: engine, door, listener, and a stop that finishes what is in flight.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::store::{Database, Options};
use tokio::net::TcpListener;
use web::{Door, Settings};

use crate::authority::Office;
use crate::config::Config;
use crate::lock::{self, Lock};
use crate::wire;

/// What is running.
pub struct Running {
    pub engine: Arc<Engine>,
    pub address: SocketAddr,
    stop: tokio::sync::watch::Sender<bool>,
    served: tokio::task::JoinHandle<()>,
    _locks: Vec<Lock>,
}

/// How long a stop waits for requests in flight.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// Take the lock, migrate, seed the preset roles, listen and serve.
pub async fn start(config: &Config) -> Result<Running, String> {
    let locks = lock::of(config)?;
    // Opening waits for the database on a plain thread: connections to PostgreSQL must not be made inside the runtime.
    let owned = config.clone();
    let opening = std::thread::spawn(move || open(&owned, true));
    let opened = tokio::task::spawn_blocking(move || opening.join()).await.map_err(|e| e.to_string())?;
    let engine = opened.map_err(|_| "opening the database panicked".to_string())??;
    let listener = TcpListener::bind(config.address).await.map_err(|e| format!("{}: {e}", config.address))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let settings = Settings {
        public_url: config.public_url.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        metrics_token: config.metrics_token.clone(),
        version: env!("CARGO_PKG_VERSION"),
        zone_name: config.zone_name.clone(),
    };
    let door = Door::new(engine.clone(), Arc::new(Office), settings);
    let app = web::router(door).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, mut stopped) = tokio::sync::watch::channel(false);
    let served = tokio::spawn(async move {
        let wait = async move {
            let _ = stopped.wait_for(|s| *s).await;
        };
        if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(wait).await {
            tracing::error!(error = %error, "the server ended");
        }
    });
    Ok(Running { engine, address, stop, served, _locks: locks })
}

/// Open the database with everything this release contains.
pub fn open(config: &Config, chores: bool) -> Result<Arc<Engine>, String> {
    if let Database::Sqlite(path) = &config.database {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
    }
    std::fs::create_dir_all(&config.data_dir).map_err(|e| format!("{}: {e}", config.data_dir.display()))?;
    let whisper = Some(crate::key::of(&config.data_dir)?);
    let options = Options {
        zone: config.zone.clone(),
        writers: config.writers,
        chores,
        whisper,
        ..Options::on(config.database.clone())
    };
    let engine = Engine::start(options, wire::registry()).map_err(|e| e.to_string())?;
    engine.work(office::role::seed).map_err(|e| format!("preset roles: {e}"))?;
    if let Some(path) = &config.record {
        engine::db::record::start(path);
    }
    Ok(engine)
}

impl Running {
    /// Take no new connections, finish what is in flight within thirty seconds, give leases back.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        // Live streams end when the engine says that it will stop; requests in flight are still performed.
        self.engine.stop_soon();
        if tokio::time::timeout(STOP_WITHIN, self.served).await.is_err() {
            tracing::warn!("requests were still in flight after {} s", STOP_WITHIN.as_secs());
        }
        let engine = self.engine.clone();
        let _ = tokio::task::spawn_blocking(move || engine.stop()).await;
        if let Err(error) = engine::db::record::finish() {
            tracing::error!(error = %error, "the recording could not be written");
        }
    }
}

/// Wait for Ctrl-C or a polite request to end. It listens from the call on, inside the runtime: whoever asks while the server
/// still starts is heard too.
pub fn asked_to_stop() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok());
    async move {
        tokio::select! {
            () = heard(interrupt) => {}
            () = heard(terminate) => {}
        }
    }
}

async fn heard(signal: Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(mut signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}
