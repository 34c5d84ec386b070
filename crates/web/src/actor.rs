//! Who asks: a session cookie or a bearer token, kept for a second at most so that changed rights count at once.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use engine::perform::Origin;
use engine::store::system_cx;
use engine::{Actor, ActorKind, Lang};
use kernel::{Error, Refusal};

use crate::context::encoded;
use crate::{Door, REQUEST_ID, Settings};

/// How long an actor is believed without asking again; on other nodes this is what delays a change of rights.
const BELIEVED: Duration = Duration::from_secs(1);
const SEEN_EVERY: Duration = Duration::from_secs(60);
/// Over which the calls of a token are counted.
const MINUTE: Duration = Duration::from_secs(60);
const KEPT_MAX: usize = 10_000;

/// The name of the session cookie.
pub const COOKIE: &str = "takt_session";
/// The name of the cookie that keeps the chosen role.
pub const ROLE: &str = "takt_role";

#[derive(Default)]
pub struct Actors {
    kept: Mutex<HashMap<String, Kept>>,
    /// How often each token called in its minute, whatever address and secret it came with.
    spent: Mutex<HashMap<i64, (Instant, u32)>>,
}

struct Kept {
    actor: Arc<Actor>,
    epoch: u64,
    loaded: Instant,
    seen: Instant,
}

/// A request's caller and where it comes from.
pub struct Caller {
    pub actor: Arc<Actor>,
    pub lang: Lang,
    pub origin: Origin,
    /// By cookie: changes need the CSRF token.
    pub by_cookie: bool,
    /// Which of its roles was chosen in the header.
    pub role: Option<usize>,
}

impl Caller {
    /// The home of the role that leads: the chosen one, else the first.
    pub fn lead(&self) -> Option<&str> {
        self.actor.role_homes.get(self.role.unwrap_or(0)).map(String::as_str).filter(|home| !home.is_empty())
    }
}

impl Door {
    /// The caller of a request; nobody when it brings neither cookie nor token.
    pub async fn caller(&self, headers: &HeaderMap, from: SocketAddr) -> (Caller, Option<Refusal>) {
        let origin = self.origin(headers, from);
        let wish = cookie(headers, "takt_lang").and_then(Lang::parse);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|h| h.to_str().ok()).and_then(Lang::accepted);
        let nobody = |lang: Option<Lang>, origin| Caller {
            actor: Arc::new(Actor::nobody()),
            lang: lang.unwrap_or(Lang::En),
            origin,
            by_cookie: false,
            role: None,
        };
        let Some((secret, by_cookie)) = credential(headers) else {
            return (nobody(wish.or(accepted), origin), None);
        };
        match self.actor(secret, by_cookie, origin.ip.clone()).await {
            Ok(Some(actor)) => {
                // A browser that goes to an address, or fetches a part of a page, sends its own language, not that of the page:
                // there the choice counts.
                let goes = crate::page::is_part(headers)
                    || headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
                let asks = headers.get(header::ACCEPT).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
                let lang = accepted.filter(|_| !by_cookie || !goes && !asks).or(wish).unwrap_or(actor.lang);
                // What a question says in words, it says in the language of this request.
                let actor = if actor.lang == lang { actor } else { Arc::new(Actor { lang, ..Actor::clone(&actor) }) };
                let chosen = cookie(headers, ROLE);
                let role = actor.roles.iter().position(|role| Some(encoded(role).as_str()) == chosen);
                (Caller { actor, lang, origin, by_cookie, role }, None)
            }
            Ok(None) => (nobody(wish.or(accepted), origin), None),
            Err(Error::Refused(refusal)) => (nobody(wish.or(accepted), origin), Some(*refusal)),
            Err(error) => {
                let refusal = crate::problem::refusal_of(error, &origin.request_id);
                (nobody(wish.or(accepted), origin), Some(refusal))
            }
        }
    }

    async fn actor(&self, secret: &str, by_cookie: bool, ip: Option<String>) -> kernel::Result<Option<Arc<Actor>>> {
        // A token is believed for the address it was asked from only: another one is checked against its ranges by itself.
        let from = ip.as_deref().filter(|_| !by_cookie).unwrap_or_default();
        let key = engine::seal::sha256(format!("{from} {secret}").as_bytes());
        let epoch = self.engine.shared.bell.epoch();
        if let Some(actor) = self.actors.believed(&key, epoch) {
            self.actors.count(&actor)?;
            return Ok(Some(actor));
        }
        let Some(actor) = self.found(secret, by_cookie, ip).await? else { return Ok(None) };
        let is_news = self.actors.keep(key, actor.clone(), epoch);
        if is_news {
            self.authority.seen(&self.engine, &actor);
        }
        self.actors.count(&actor)?;
        Ok(Some(actor))
    }

    /// Whose these headers are now: for whoever listens for long. That is no sign of life, so a session ends in its time.
    pub async fn still(&self, headers: &HeaderMap, origin: &Origin) -> kernel::Result<Option<Arc<Actor>>> {
        match credential(headers) {
            Some((secret, by_cookie)) => self.found(secret, by_cookie, origin.ip.clone()).await,
            None => Ok(None),
        }
    }

    async fn found(&self, secret: &str, by_cookie: bool, ip: Option<String>) -> kernel::Result<Option<Arc<Actor>>> {
        let (secret, authority) = (secret.to_string(), self.authority.clone());
        let found = self.engine.read(false, move |tx, shared| {
            let system = Actor::system();
            let cx = system_cx(tx, shared, &system);
            match by_cookie {
                true => authority.by_session(&cx, &secret),
                false => authority.by_token(&cx, &secret, ip.as_deref()).map(Some),
            }
        });
        Ok(found.await?.map(Arc::new))
    }

    /// Request id, address and browser of a request.
    fn origin(&self, headers: &HeaderMap, from: SocketAddr) -> Origin {
        let text = |name: header::HeaderName| headers.get(name).and_then(|h| h.to_str().ok());
        let ip = self.settings.client(headers, from.ip());
        Origin {
            request_id: text(REQUEST_ID).unwrap_or_default().to_string(),
            ip: Some(ip.to_string()),
            user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        }
    }
}

impl Actors {
    fn believed(&self, key: &str, epoch: u64) -> Option<Arc<Actor>> {
        let kept = self.kept.lock().expect("actors are never poisoned");
        kept.get(key).filter(|k| k.epoch == epoch && k.loaded.elapsed() < BELIEVED).map(|k| k.actor.clone())
    }

    /// Count a call against the limit of a token (R-PLAT-025).
    fn count(&self, actor: &Actor) -> kernel::Result<()> {
        let Some(limit) = actor.rate_per_min.filter(|_| actor.kind == ActorKind::Token) else { return Ok(()) };
        let mut spent = self.spent.lock().expect("actors are never poisoned");
        let (since, calls) = spent.entry(actor.principal).or_insert_with(|| (Instant::now(), 0));
        if since.elapsed() >= MINUTE {
            (*since, *calls) = (Instant::now(), 0);
        }
        *calls = calls.saturating_add(1);
        if *calls <= limit {
            return Ok(());
        }
        let seconds = MINUTE.saturating_sub(since.elapsed()).as_secs().max(1);
        Err(engine::refusals::RATE_LIMITED.with("seconds", seconds).into())
    }

    /// Believe an actor for a while; true when it is time to note that its session was seen.
    fn keep(&self, key: String, actor: Arc<Actor>, epoch: u64) -> bool {
        let now = Instant::now();
        let mut kept = self.kept.lock().expect("actors are never poisoned");
        if kept.len() >= KEPT_MAX {
            kept.retain(|_, k| k.loaded.elapsed() < SEEN_EVERY);
        }
        let before = kept.get(&key).map(|k| k.seen);
        let due = before.is_none_or(|seen| seen.elapsed() >= SEEN_EVERY);
        let seen = before.filter(|_| !due).unwrap_or(now);
        kept.insert(key, Kept { actor, epoch, loaded: now, seen });
        due
    }
}

/// What a request shows for who it is: a bearer token, else a session cookie (true).
fn credential(headers: &HeaderMap) -> Option<(&str, bool)> {
    bearer(headers).map(|token| (token, false)).or_else(|| cookie(headers, COOKIE).map(|cookie| (cookie, true)))
}

/// The bearer token of a request; the name of the scheme has no case (RFC 9110).
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

impl Settings {
    /// Where a request comes from: the nearest address of `X-Forwarded-For` that is no proxy of ours, as far as proxies of ours
    /// passed it on (R-PLAT-053). Proxies add what they saw at the end, in the same header or in one of their own.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: IpAddr) -> IpAddr {
        let is_ours = |ip: IpAddr| self.trusted_proxies.iter().any(|p| p.holds(ip));
        let said = headers.get_all("x-forwarded-for").into_iter().filter_map(|h| h.to_str().ok());
        let hops: Vec<&str> = said.flat_map(|h| h.split(',')).map(str::trim).collect();
        let mut client = peer;
        for hop in hops.into_iter().rev() {
            let Some(next) = address(hop).filter(|_| is_ours(client)) else { break };
            client = next;
        }
        client
    }
}

/// An address as proxies write it: alone, or with a port behind it.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|s| s.ip()))
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|h| h.to_str().ok());
    let mut pairs = all.flat_map(|h| h.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use kernel::Cidr;

    #[test]
    fn r_plat_1_2_the_scheme_of_a_token_is_read_in_any_case() {
        let given = |text: &'static str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(text))]);
            bearer(&headers).map(str::to_string)
        };
        for said in ["Bearer takt_x", "bearer takt_x", "BEARER  takt_x "] {
            assert_eq!(given(said).as_deref(), Some("takt_x"), "{said}");
        }
        for other in ["Basic takt_x", "Bearer", "takt_x", "Bearertakt_x"] {
            assert_eq!(given(other), None, "{other}");
        }
    }

    #[test]
    fn r_plat_053_what_proxies_of_ours_say_counts_and_what_the_client_says_does_not() {
        let settings = Settings {
            trusted_proxies: ["10.0.0.0/8", "192.168.1.1"].iter().filter_map(|p| Cidr::parse(p)).collect(),
            ..Settings::default()
        };
        let client = |peer: &str, said: &[&str]| {
            let mut headers = HeaderMap::new();
            for one in said {
                headers.append("x-forwarded-for", one.parse().unwrap());
            }
            settings.client(&headers, peer.parse().unwrap()).to_string()
        };
        assert_eq!(client("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("203.0.113.5", &["10.1.1.1"]), "203.0.113.5", "nobody's proxy");
        assert_eq!(client("10.0.0.1", &["6.6.6.6, 203.0.113.9"]), "203.0.113.9", "the client's own word");
        assert_eq!(client("10.0.0.1", &["6.6.6.6", "203.0.113.9"]), "203.0.113.9", "a header of the proxy's own");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, 192.168.1.1"]), "203.0.113.9", "two proxies of ours");
        assert_eq!(client("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(client("10.0.0.1", &["<script>"]), "10.0.0.1", "no address");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn r_plat_025_a_token_is_counted_by_itself_whoever_signs_in_beside_it() {
        let actors = Actors::default();
        let token = |principal| Actor { principal, kind: ActorKind::Token, rate_per_min: Some(3), ..Actor::nobody() };
        for n in 0..3 {
            assert!(actors.count(&token(1)).is_ok(), "call {n}");
        }
        assert!(actors.count(&token(1)).is_err(), "the fourth in a minute");
        assert!(actors.count(&token(2)).is_ok(), "another token");
        assert!(actors.count(&Actor { kind: ActorKind::User, ..token(1) }).is_ok(), "people have no limit");
    }
}
