//! Live updates: one stream per page, fed from the numbered facts, resumable by `Last-Event-ID`, also on another node.

use std::collections::HashSet;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Response, Uri};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use engine::live::{self, News};
use engine::perform::may;
use engine::store::system_cx;
use engine::{Actor, Engine, Need, Registry, Scope};
use serde_json::json;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::actor::Caller;
use crate::body::pairs;
use crate::page::one;
use crate::problem::response;
use crate::{Door, Said};

const HEARTBEAT: Duration = Duration::from_secs(10);
/// Without a bell of this process the feed is read this often: another node may have written.
const POLL: Duration = Duration::from_millis(250);
const TOPICS_MAX: usize = 50;
/// How long a listener is believed to be who it was, unless somebody's rights change.
const BELIEVED: Duration = Duration::from_secs(30);

/// The one reader of the feed in this process and its listeners.
pub struct Streams {
    news: broadcast::Sender<Arc<News>>,
    clients: Arc<AtomicUsize>,
}

impl Streams {
    /// Read the feed from now on and hand it to whoever listens; caches hear of other nodes' changes here.
    pub fn start(engine: &Arc<Engine>) -> Streams {
        let (news, _) = broadcast::channel(4096);
        let (sender, engine) = (news.clone(), engine.clone());
        tokio::spawn(async move {
            let mut sealed = engine.shared.bell.listen();
            let mut at: Option<i64> = None;
            while !engine.is_stopping() {
                let from = at;
                let read = engine.read(false, move |tx, shared| {
                    let system = Actor::system();
                    let cx = system_cx(tx, shared, &system);
                    match from {
                        None => Ok((live::newest(&cx)?, Vec::new())),
                        Some(no) => live::after(&cx, no).map(|news| (news.last().map_or(no, |n| n.no), news)),
                    }
                });
                if let Ok((newest, news)) = read.await {
                    at = Some(newest);
                    engine.shared.heard(news.iter().map(|n| n.name.as_str()));
                    let full = news.len() >= 500;
                    for one in news {
                        let _ = sender.send(Arc::new(one));
                    }
                    if full {
                        continue;
                    }
                }
                let _ = tokio::time::timeout(POLL, sealed.changed()).await;
            }
        });
        Streams { news, clients: Arc::default() }
    }

    pub fn clients(&self) -> usize {
        self.clients.load(Ordering::Relaxed)
    }
}

/// `GET /events/stream?topics=run:RUN-1,line:SMT-A`.
pub async fn stream(
    State(door): State<Arc<Door>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let epoch = door.engine.shared.bell.epoch();
    let (caller, refused) = door.caller(&headers, from).await;
    let refused = refused.or_else(|| may(Need::Session, &caller.actor).err());
    if let Some(refusal) = refused {
        return response(&refusal, caller.lang, &caller.origin.request_id);
    }
    let pairs = match pairs(uri.query().unwrap_or_default()) {
        Ok(pairs) => pairs,
        Err(refusal) => return response(&refusal, caller.lang, &caller.origin.request_id),
    };
    let topics: HashSet<String> = pairs
        .iter()
        .filter(|p| p.0 == "topics")
        .flat_map(|p| p.1.split(','))
        .take(TOPICS_MAX)
        .map(str::to_string)
        .collect();
    let last = headers.get("last-event-id").and_then(|h| h.to_str().ok()).and_then(|h| h.parse::<i64>().ok());
    let (sender, events) = mpsc::channel::<Result<Event, Infallible>>(64);
    let said = Said { actor: caller.actor.name.clone(), route: String::new() };
    let (stations, asked) = (HashSet::new(), Instant::now());
    let listener = Listener { door, caller, headers, topics, stations, epoch, asked, out: sender };
    tokio::spawn(listener.serve(last));
    let mut answer = Sse::new(ReceiverStream::new(events)).into_response();
    answer.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    answer.extensions_mut().insert(said);
    answer
}

/// One page that listens.
struct Listener {
    door: Arc<Door>,
    caller: Caller,
    /// What the request showed: rights are asked for again while it listens.
    headers: HeaderMap,
    topics: HashSet<String>,
    /// Those of stations that the listener may see: whatever happens at them is heard, also of runs of other lines (R-PLAT-040).
    stations: HashSet<String>,
    /// When rights were asked for last: the epoch of changes, and the time.
    epoch: u64,
    asked: Instant,
    out: mpsc::Sender<Result<Event, Infallible>>,
}

impl Listener {
    async fn serve(mut self, last: Option<i64>) {
        let _client = Client::count(&self.door.live.clients);
        let mut news = self.door.live.news.subscribe();
        let mut end = self.door.engine.shared.bell.end();
        self.look_around().await;
        let mut at = match self.catch_up(last).await {
            Some(at) => at,
            None => return,
        };
        let mut beat = tokio::time::interval(HEARTBEAT);
        while !self.out.is_closed() {
            let heard = tokio::select! {
                _ = end.wait_for(|end| *end) => return,
                _ = beat.tick() => None,
                heard = news.recv() => Some(heard),
            };
            if !self.is_still_here().await {
                return;
            }
            let event = match heard {
                None => {
                    Some(Event::default().event("heartbeat").id(at.to_string()).data(json!({ "no": at }).to_string()))
                }
                Some(Ok(one)) if one.no <= at => None,
                Some(Ok(one)) => {
                    at = one.no;
                    self.told(&one)
                }
                Some(Err(broadcast::error::RecvError::Lagged(_))) => match self.catch_up(Some(at)).await {
                    Some(caught) => {
                        at = caught;
                        None
                    }
                    None => return,
                },
                Some(Err(broadcast::error::RecvError::Closed)) => return,
            };
            if let Some(event) = event
                && self.out.send(Ok(event)).await.is_err()
            {
                return;
            }
        }
    }

    /// Whether whoever listens may still be here, with the rights of this moment: they count from their change on, and a
    /// session ends in its time.
    async fn is_still_here(&mut self) -> bool {
        loop {
            let epoch = self.door.engine.shared.bell.epoch();
            if epoch == self.epoch && self.asked.elapsed() < BELIEVED {
                return true;
            }
            match self.door.still(&self.headers, &self.caller.origin).await {
                Ok(Some(actor)) if actor.principal == self.caller.actor.principal && !actor.must_change_password => {
                    self.caller.actor = actor;
                    (self.epoch, self.asked) = (epoch, Instant::now());
                    self.look_around().await;
                }
                Ok(_) | Err(kernel::Error::Refused(_)) => return false,
                Err(_) if self.out.is_closed() || self.door.engine.is_stopping() => return false,
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    /// Find out which of the asked stations the listener may see.
    async fn look_around(&mut self) {
        let mut seen = HashSet::new();
        for topic in self.topics.iter().filter(|t| t.starts_with("station:")) {
            let code = topic.trim_start_matches("station:").to_string();
            if one(&self.door, &self.caller, "station.get", &[("stationCode".into(), code)]).await.is_ok() {
                seen.insert(topic.clone());
            }
        }
        self.stations = seen;
    }

    /// What the page hears of a fact: that its own rights changed, or what it asked for.
    fn told(&self, one: &News) -> Option<Event> {
        let own = format!("user:{}", self.caller.actor.name);
        if one.topics.contains(&own) && matches!(one.name.as_str(), "PERMISSIONS_CHANGED" | "USER_CHANGED") {
            return Some(Event::default().event("permissionsChanged").id(one.no.to_string()).data("{}"));
        }
        self.shown(one)
    }

    /// The topics it asked for, if the fact is in its scope.
    fn shown(&self, news: &News) -> Option<Event> {
        let list = format!("list:{}", list_of(&news.topics));
        let reads = |topic: &str| {
            self.stations.contains(topic)
                || reads(&self.door.engine.shared.registry, topic, news.line_id, &self.caller.actor)
        };
        // A hand-over to a role is heard by whoever has it and may read what is handed over.
        let about = news.topics.first().map(String::as_str).unwrap_or_default();
        let may_hear = |t: &str| match t.strip_prefix("notify:") {
            Some(role) => self.caller.actor.roles.iter().any(|mine| mine == role) && reads(about),
            None => reads(t),
        };
        let asked = |t: &&String| self.topics.contains(*t) && may_hear(t);
        let mut touched: Vec<&str> = news.topics.iter().filter(asked).map(String::as_str).collect();
        if self.topics.contains(&list) && news.topics.first().is_some_and(|t| reads(t)) {
            touched.push(&list);
        }
        if touched.is_empty() {
            return None;
        }
        let mut data = json!({ "no": news.no, "topics": touched, "name": news.name });
        if touched.iter().any(|t| t.starts_with("notify:")) {
            data["about"] = about.into();
        }
        Some(Event::default().event("changed").id(news.no.to_string()).data(data.to_string()))
    }

    /// Replay what a page missed; gives the number it now knows. A page without a number, or with one that nothing has yet,
    /// begins at the newest.
    async fn catch_up(&self, last: Option<i64>) -> Option<i64> {
        let mut at = last;
        loop {
            let from = at;
            let read = self.door.engine.read(false, move |tx, shared| {
                let system = Actor::system();
                let cx = system_cx(tx, shared, &system);
                let newest = live::newest(&cx)?;
                let from = from.filter(|no| *no <= newest);
                Ok((newest, from.map(|no| live::after(&cx, no)).transpose()?))
            });
            let Ok((newest, missed)) = read.await else {
                if self.out.is_closed() || self.door.engine.is_stopping() {
                    return None;
                }
                tokio::time::sleep(POLL).await;
                continue;
            };
            let Some(missed) = missed else { return Some(newest) };
            let more = missed.len() >= 500;
            for one in missed {
                at = Some(one.no);
                if let Some(event) = self.told(&one) {
                    self.out.send(Ok(event)).await.ok()?;
                }
            }
            if !more {
                return Some(at.unwrap_or(newest));
            }
        }
    }
}

/// The list a subject is a row of: `run:RUN-1` → `runs`.
fn list_of(topics: &[String]) -> String {
    let kind = topics.first().and_then(|t| t.split_once(':')).map_or("", |t| t.0);
    format!("{kind}s")
}

/// A topic is heard by whoever may ask for its thing, or for the list of such things; facts of a line or of things of the
/// floor only within scope, and those of the floor without a line with scope ALL.
fn reads(registry: &Registry, topic: &str, line: Option<i64>, actor: &Actor) -> bool {
    let (kind, key) = topic.split_once(':').unwrap_or((topic, ""));
    if kind == "user" && key == actor.name {
        return true;
    }
    let noun = match kind {
        "wo" => "work_order",
        "setting" => "config",
        other => other,
    };
    let asked = [format!("{noun}.get"), format!("{noun}s")];
    let Some(entry) = asked.iter().find_map(|name| registry.queries.get(name.as_str())) else { return false };
    let permits = entry.need.permits();
    let of_the_floor = matches!(noun, "run" | "unit" | "work_order" | "line" | "station" | "shift");
    match actor.scope(permits) {
        None => false,
        Some(Scope::All) => true,
        Some(_) if line.is_some() => actor.reaches_line(permits, line),
        Some(_) => !of_the_floor,
    }
}

/// Counts a client for as long as it listens.
struct Client(Arc<AtomicUsize>);

impl Client {
    fn count(clients: &Arc<AtomicUsize>) -> Self {
        clients.fetch_add(1, Ordering::Relaxed);
        Client(clients.clone())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
