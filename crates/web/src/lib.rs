//! The HTTP door: who asks, what is asked, and the answer as JSON, as a page or as a stream of news.

mod actor;
mod api;
mod api_page;
mod assets;
mod body;
mod context;
mod csv;
mod form;
mod health;
mod home;
mod list;
mod live;
mod lookup;
pub mod openapi;
mod page;
pub mod pages;
mod problem;
mod record;
mod route;
mod search;
mod sign_in;
mod words;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use engine::{Actor, Cx, Engine};
use kernel::{Cidr, Result};
use tower_http::compression::CompressionLayer;

/// Who a session or token belongs to; the slice that knows people answers.
pub trait Authority: Send + Sync {
    /// The actor of a session cookie, or none when it has ended.
    fn by_session(&self, cx: &Cx<'_>, cookie: &str) -> Result<Option<Actor>>;
    /// The actor of a bearer token, or why it is refused.
    fn by_token(&self, cx: &Cx<'_>, token: &str, ip: Option<&str>) -> Result<Actor>;
    /// Somebody was seen lately; called at most once a minute for each session and token.
    fn seen(&self, engine: &Arc<Engine>, actor: &Actor);
}

/// How the door is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `https://…` makes cookies `Secure`.
    pub public_url: Option<String>,
    /// Whose `X-Forwarded-For` counts (R-PLAT-053).
    pub trusted_proxies: Vec<Cidr>,
    /// Guards `/metrics`; without one it is open to loopback only.
    pub metrics_token: Option<String>,
    pub version: &'static str,
    pub zone_name: String,
}

/// Everything a request needs.
pub struct Door {
    pub engine: Arc<Engine>,
    pub authority: Arc<dyn Authority>,
    pub settings: Settings,
    pub(crate) actors: actor::Actors,
    pub(crate) routes: route::Routes,
    pub(crate) pages: page::Pages,
    pub(crate) assets: assets::Assets,
    pub(crate) live: live::Streams,
    /// The contract as text; made when first asked for.
    pub(crate) contract: OnceLock<String>,
    pub(crate) started: std::time::Instant,
}

impl Door {
    pub fn new(engine: Arc<Engine>, authority: Arc<dyn Authority>, settings: Settings) -> Arc<Door> {
        let routes = route::Routes::of(&engine.shared.registry);
        let assets = assets::Assets::new();
        let pages = page::Pages::new();
        let live = live::Streams::start(&engine);
        let started = std::time::Instant::now();
        Arc::new(Door {
            engine,
            authority,
            settings,
            actors: actor::Actors::default(),
            routes,
            pages,
            assets,
            live,
            contract: OnceLock::new(),
            started,
        })
    }
}

/// The routes of the door.
pub fn router(door: Arc<Door>) -> Router {
    Router::new()
        .route("/healthz", get(health::process))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/api/v1/health", get(health::report))
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/assets/{name}", get(assets::serve))
        .route("/events/stream", get(live::stream))
        .route("/login", get(sign_in::form).post(sign_in::submit))
        .route("/logout", axum::routing::post(sign_in::leave))
        .route("/enrol", get(sign_in::enrol))
        .route("/password", get(sign_in::change))
        .route("/language", get(sign_in::language))
        .fallback(any)
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(door.clone(), logged))
        .with_state(door)
}

/// The name of a request, in its answer and in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("takt-request-id");

/// Who asked, and the pattern of the path: handlers that know leave it with the answer for the log.
#[derive(Clone, Default)]
pub(crate) struct Said {
    pub actor: String,
    pub route: String,
}

/// The code a request was refused with, left with the answer for the log.
#[derive(Clone, Copy)]
pub(crate) struct Refused(pub &'static str);

/// Give every request a name, and the log one line for it (R-PLAT-132). A path says its pattern only: what stands in an address
/// may be a secret.
async fn logged(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = engine::request::name(door.engine.shared.now());
    let name = HeaderValue::from_str(&request_id).unwrap_or(HeaderValue::from_static(""));
    request.headers_mut().insert(REQUEST_ID, name.clone());
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_string());
    let trace_id = traced(request.headers()).unwrap_or_default();
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, name);
    let Said { actor, route } = response.extensions_mut().remove::<Said>().unwrap_or_default();
    let route = if route.is_empty() { matched.unwrap_or_default() } else { route };
    let code = response.extensions_mut().remove::<Refused>().map_or("", |refused| refused.0);
    let ms = started.elapsed().as_micros() as f64 / 1000.0;
    let (method, status) = (method.as_str(), response.status().as_u16());
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(target: "request", requestId = request_id, traceId = trace_id, actor, method, route, status, ms, code)
        };
    }
    match status {
        500.. => line!(error),
        400.. => line!(warn),
        _ => line!(info),
    }
    response
}

/// The trace that a caller follows (W3C `traceparent`: `00-{32 hex digits}-…`).
fn traced(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("traceparent")?.to_str().ok()?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| id.to_string())
}

/// Everything else is the API, a form, or a page.
async fn any(State(door): State<Arc<Door>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return api::answer(door, from, request).await;
    }
    page::answer(door, from, request).await
}
