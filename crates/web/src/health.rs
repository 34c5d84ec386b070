//! Whether the process lives, whether it can work, and its figures (R-PLAT-131, R-PLAT-133).

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use engine::metrics::of_database;
use engine::sql;
use serde_json::{Value as Json, json};

use crate::Door;
use crate::actor::bearer;
use crate::problem::json_response;

/// A clock that went back further than this is not ready (platform §12).
const CLOCK_BEHIND: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub async fn process() -> Response<Body> {
    json_response(200, json!({ "status": "ok" }).to_string())
}

/// `GET /readyz`: database, writer, chores, clock and disk are as they must be; 503 names what is not.
pub async fn ready(State(door): State<Arc<Door>>) -> Response<Body> {
    let checks = checks(&door).await;
    let ok = checks.as_object().is_some_and(|c| c.values().all(|v| v == "ok"));
    let status = if ok { "ready" } else { "not ready" };
    json_response(if ok { 200 } else { 503 }, json!({ "status": status, "checks": checks }).to_string())
}

/// `GET /api/v1/health`: version, schema, time up and checks.
pub async fn report(State(door): State<Arc<Door>>) -> Response<Body> {
    let checks = checks(&door).await;
    let ok = checks.as_object().is_some_and(|c| c.values().all(|v| v == "ok"));
    let body = json!({
        "status": if ok { "ok" } else { "degraded" },
        "version": door.settings.version,
        "commit": option_env!("TAKT_COMMIT"),
        "schemaVersion": engine::db::migrate::NEWEST,
        "uptimeSec": door.started.elapsed().as_secs(),
        "checks": checks,
    });
    json_response(200, body.to_string())
}

async fn checks(door: &Arc<Door>) -> Json {
    let read = door.engine.read(false, |tx, _| {
        let rows: Vec<(i64,)> =
            tx.all(sql!("select cast(max(number) as bigint) from schema_version"), engine::db::Reach::ALL, &[])?;
        Ok(rows.first().map(|r| r.0))
    });
    let database = match read.await {
        Ok(Some(engine::db::migrate::NEWEST)) => "ok".to_string(),
        Ok(other) => format!("schema {other:?}"),
        Err(error) => away("database", &error),
    };
    let turn = door.engine.work_async(|cx| {
        cx.quietly();
        Ok(0)
    });
    let writer = turn.await.map_or_else(|error| away("writer", &error), |_| "ok".to_string());
    let workers = match door.engine.late_chores() {
        _ if door.engine.is_stopping() => "stopping".to_string(),
        late if late.is_empty() => "ok".to_string(),
        late => format!("late: {}", late.join(", ")),
    };
    let clock = match door.engine.shared.clock_behind() {
        behind if behind < CLOCK_BEHIND => "ok".to_string(),
        behind => format!("went back by {} s", behind.as_secs()),
    };
    json!({ "database": database, "writer": writer, "workers": workers, "clock": clock, "disk": disk(door) })
}

/// The cause goes to the log; whoever asks hears only that something is away.
fn away(what: &str, error: &kernel::Error) -> String {
    tracing::warn!(what, cause = %error, "not ready");
    "unavailable".into()
}

/// At least five percent of the disk under an SQLite file must be free.
fn disk(door: &Arc<Door>) -> String {
    let engine::store::Database::Sqlite(path) = &door.engine.database else { return "ok".into() };
    match free_share(folder_of(path)) {
        Some(share) if share < 0.05 => format!("{:.1} % free", share * 100.0),
        Some(_) => "ok".into(),
        None => "unknown".into(),
    }
}

/// The folder of a file; that of a bare name is the one the process works in.
fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn free_share(folder: &std::path::Path) -> Option<f64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    (stat.f_blocks > 0).then(|| stat.f_bavail as f64 / stat.f_blocks as f64)
}

/// `GET /metrics`, OpenMetrics; guarded by the metrics token, without one open to this machine only.
pub async fn metrics(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
) -> Response<Body> {
    let given = bearer(&headers);
    let allowed = match &door.settings.metrics_token {
        Some(token) => given.is_some_and(|g| crate::api::same(g.as_bytes(), token.as_bytes())),
        // What a proxy passes on comes from elsewhere, even when the proxy is here.
        None => from.ip().is_loopback() && !headers.contains_key("x-forwarded-for"),
    };
    if !allowed {
        let mut denied = Response::new(Body::empty());
        *denied.status_mut() = StatusCode::UNAUTHORIZED;
        return denied;
    }
    door.engine.shared.metrics.live_clients.store(door.live.clients() as i64, Ordering::Relaxed);
    let mut text = door.engine.shared.metrics.render();
    // Without its database the process still tells the rest.
    text.push_str(&door.engine.read(false, |tx, _| of_database(tx)).await.unwrap_or_default());
    text.push_str("# EOF\n");
    let mut response = Response::new(Body::from(text));
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_131_the_disk_is_looked_at_wherever_the_file_lies() {
        for (file, folder) in [("takt.db", "."), ("data/takt.db", "data"), ("/var/takt/takt.db", "/var/takt")] {
            assert_eq!(folder_of(Path::new(file)), Path::new(folder));
        }
        assert!(free_share(folder_of(Path::new("takt.db"))).is_some_and(|share| (0.0..=1.0).contains(&share)));
        assert_eq!(free_share(Path::new("/no/such/folder")), None, "what cannot be looked at is not said to be well");
    }
}
