//! Who asks: a session cookie or a bearer token, kept for a second at most so that changed rights count at once.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use engine::perform::Origin;
use engine::store::system_cx;
use engine::{Actor, ActorKind, Lang};
use kernel::{Error, Refusal};

use crate::Door;

/// How long an actor is believed without asking again; on other nodes this is what delays a change of rights.
const BELIEVED: Duration = Duration::from_secs(1);
const SEEN_EVERY: Duration = Duration::from_secs(60);
const KEPT_MAX: usize = 10_000;

/// The name of the session cookie.
pub const COOKIE: &str = "takt_session";

#[derive(Default)]
pub struct Actors {
    kept: Mutex<HashMap<String, Kept>>,
}

struct Kept {
    actor: Arc<Actor>,
    epoch: u64,
    loaded: Instant,
    seen: Instant,
    spent: (Instant, u32),
}

/// A request's caller and where it comes from.
pub struct Caller {
    pub actor: Arc<Actor>,
    pub lang: Lang,
    pub origin: Origin,
    /// By cookie: changes need the CSRF token.
    pub by_cookie: bool,
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
        };
        let bearer =
            headers.get(header::AUTHORIZATION).and_then(|h| h.to_str().ok()).and_then(|h| h.strip_prefix("Bearer "));
        let (secret, by_cookie) = match (bearer, cookie(headers, COOKIE)) {
            (Some(token), _) => (token.trim(), false),
            (None, Some(cookie)) => (cookie, true),
            (None, None) => return (nobody(wish.or(accepted), origin), None),
        };
        match self.actor(secret, by_cookie, origin.ip.clone()).await {
            Ok(Some(actor)) => {
                let lang = accepted.filter(|_| !by_cookie).or(wish).unwrap_or(actor.lang);
                // What a question says in words, it says in the language of this request.
                let actor = if actor.lang == lang { actor } else { Arc::new(Actor { lang, ..Actor::clone(&actor) }) };
                (Caller { actor, lang, origin, by_cookie }, None)
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
        let epoch = self.engine.shared.bell.access_epoch.load(Ordering::SeqCst);
        if let Some(actor) = self.actors.believed(&key, epoch) {
            self.count(&key, &actor)?;
            return Ok(Some(actor));
        }
        let (owned, authority) = (secret.to_string(), self.authority.clone());
        let found = self
            .engine
            .read(false, move |tx, shared| {
                let system = Actor::system();
                let cx = system_cx(tx, shared, &system);
                match by_cookie {
                    true => authority.by_session(&cx, &owned),
                    false => authority.by_token(&cx, &owned, ip.as_deref()).map(Some),
                }
            })
            .await?;
        let Some(actor) = found.map(Arc::new) else { return Ok(None) };
        let is_news = self.actors.keep(key.clone(), actor.clone(), epoch);
        if is_news {
            self.authority.seen(&self.engine, &actor);
        }
        self.count(&key, &actor)?;
        Ok(Some(actor))
    }

    /// Count a call against the limit of a token.
    fn count(&self, key: &str, actor: &Actor) -> kernel::Result<()> {
        let Some(limit) = actor.rate_per_min.filter(|_| actor.kind == ActorKind::Token) else { return Ok(()) };
        let mut kept = self.actors.kept.lock().expect("actors are never poisoned");
        let Some(entry) = kept.get_mut(key) else { return Ok(()) };
        let since = entry.spent.0.elapsed();
        if since >= Duration::from_secs(60) {
            entry.spent = (Instant::now(), 0);
        }
        entry.spent.1 += 1;
        if entry.spent.1 <= limit {
            return Ok(());
        }
        let seconds = 60u64.saturating_sub(since.as_secs()).max(1);
        Err(engine::refusals::RATE_LIMITED.with("seconds", seconds).into())
    }

    /// Request id, address and browser of a request.
    fn origin(&self, headers: &HeaderMap, from: SocketAddr) -> Origin {
        let text = |name: header::HeaderName| headers.get(name).and_then(|h| h.to_str().ok());
        let peer = from.ip().to_string();
        let forwarded = headers.get("x-forwarded-for").and_then(|h| h.to_str().ok());
        let trusted = self.settings.trusted_proxies.iter().any(|p| covers(p, from.ip()));
        let ip =
            forwarded.filter(|_| trusted).and_then(|f| f.rsplit(',').next()).map_or(peer, |ip| ip.trim().to_string());
        Origin {
            request_id: request_id(),
            ip: Some(ip),
            user_agent: text(header::USER_AGENT).map(|agent| agent.chars().take(200).collect()),
        }
    }
}

impl Actors {
    fn believed(&self, key: &str, epoch: u64) -> Option<Arc<Actor>> {
        let kept = self.kept.lock().expect("actors are never poisoned");
        kept.get(key).filter(|k| k.epoch == epoch && k.loaded.elapsed() < BELIEVED).map(|k| k.actor.clone())
    }

    /// Believe an actor for a while; true when it is time to note that its session was seen.
    fn keep(&self, key: String, actor: Arc<Actor>, epoch: u64) -> bool {
        let now = Instant::now();
        let mut kept = self.kept.lock().expect("actors are never poisoned");
        if kept.len() >= KEPT_MAX {
            kept.retain(|_, k| k.loaded.elapsed() < SEEN_EVERY);
        }
        let before = kept.get(&key).map(|k| (k.seen, k.spent));
        let due = before.is_none_or(|(seen, _)| seen.elapsed() >= SEEN_EVERY);
        let seen = if due { now } else { before.map_or(now, |b| b.0) };
        let spent = before.map_or((now, 0), |b| b.1);
        kept.insert(key, Kept { actor, epoch, loaded: now, seen, spent });
        due
    }

    /// Forget everybody: somebody signed in or out.
    pub fn forget(&self) {
        self.kept.lock().expect("actors are never poisoned").clear();
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|h| h.to_str().ok());
    let mut pairs = all.flat_map(|h| h.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Whether an address lies in `10.0.0.0/8`, `fd00::/8`, or is the one address named.
pub fn covers(network: &str, ip: IpAddr) -> bool {
    let (base, bits) = network.split_once('/').map_or((network, None), |(b, n)| (b, n.parse::<u32>().ok()));
    let number = |ip: IpAddr| match ip.to_canonical() {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let Ok(base) = base.parse::<IpAddr>() else { return false };
    let ((base, width), (ip, other)) = (number(base), number(ip));
    let bits = if network.contains('/') { bits } else { Some(width) };
    let Some(host) = bits.and_then(|bits| width.checked_sub(bits)) else { return false };
    width == other && (host >= 128 || base >> host == ip >> host)
}

/// A name for one request: sixteen random hex digits.
pub fn request_id() -> String {
    let mut bytes = [0u8; 8];
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_053_only_configured_networks_are_trusted() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(covers("10.0.0.0/8", ip("10.200.3.4")));
        assert!(covers("10.0.0.7", ip("10.0.0.7")));
        assert!(covers("10.0.0.7", ip("::ffff:10.0.0.7")));
        assert!(covers("fd00::/8", ip("fd12::1")));
        assert!(covers("0.0.0.0/0", ip("1.2.3.4")));
        for (network, other) in [
            ("10.0.0.0/8", "11.0.0.1"),
            ("10.0.0.7", "10.0.0.8"),
            ("10.0.0.0/33", "10.0.0.0"),
            ("x", "1.1.1.1"),
            ("fd00::/8", "10.0.0.1"),
        ] {
            assert!(!covers(network, ip(other)), "{network} {other}");
        }
    }
}
