//! The HTTP door: who asks, what is asked, and the answer as JSON, as a page or as a stream of news.

mod actor;
mod api;
mod assets;
mod body;
mod context;
mod csv;
mod form;
mod health;
mod home;
mod list;
mod live;
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
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use axum::routing::get;
use engine::{Actor, Cx, Engine};
use kernel::Result;
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
    pub trusted_proxies: Vec<String>,
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
        .route("/assets/{name}", get(assets::serve))
        .route("/events/stream", get(live::stream))
        .route("/login", get(sign_in::form).post(sign_in::submit))
        .route("/logout", axum::routing::post(sign_in::leave))
        .route("/enrol", get(sign_in::enrol))
        .route("/language", get(sign_in::language))
        .fallback(any)
        .layer(CompressionLayer::new())
        .with_state(door)
}

/// Everything else is the API, a form, or a page.
async fn any(State(door): State<Arc<Door>>, ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/api/v1/openapi.json" {
        return openapi::document(&door);
    }
    if path == "/api/v1/health" {
        return health::report(&door).await;
    }
    if path.starts_with("/api/") {
        return api::answer(door, from, request).await;
    }
    page::answer(door, from, request).await
}
