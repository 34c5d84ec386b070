//! `cargo xtask ordeal`: real processes meet bad luck, and every client keeps a ledger of every answer.
//!
//! After each accident the ledger is compared with the plant: no answered call is missing, no unanswered call is half done,
//! the same key gives the same answer, and the feed tells each fact once and in order.

mod ledger;
mod plant;
mod stream;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::load::http::Request;
use crate::load::{Session, fresh_key};
use crate::postgres::{Server, private_folder};
use crate::product::{self, Product};
use crate::steps::Steps;
use crate::{Result, fail, packages};
use ledger::{Ledger, work_while};
use plant::Plant;
use stream::Stream;

/// Clients that work while something happens.
const CLIENTS: usize = 16;

/// How much bad luck.
pub struct Wish {
    /// A short form, for the test command.
    pub is_short: bool,
    /// The release binary instead of the developer's.
    pub is_release: bool,
}

impl Wish {
    /// Reads `[--short] [--release]`.
    pub fn read(words: &[&str]) -> Result<Wish> {
        let mut wish = Wish { is_short: false, is_release: false };
        for word in words {
            match *word {
                "--short" => wish.is_short = true,
                "--release" => wish.is_release = true,
                other => return fail(format!("`ordeal` does not know `{other}`")),
            }
        }
        Ok(wish)
    }

    fn kills(&self) -> usize {
        if self.is_short { 6 } else { 50 }
    }
}

/// All of it, on both engines; stops at the first thing that is not as it must be.
pub fn run(wish: &Wish) -> Result<()> {
    let program = product::build(wish.is_release)?;
    let folder = private_folder("takt-ordeal")?;
    let done = all(wish, &program, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    done
}

fn all(wish: &Wish, program: &std::path::Path, folder: &std::path::Path) -> Result<()> {
    let mut steps = Steps::of(6);
    let mut server = Server::start(&packages::ensure(false)?.postgres)?;
    let at = |name: &str| -> PathBuf { folder.join(name) };

    steps.step("kill -9 under load, SQLite", || {
        let plant = Plant::create(program, &at("killed"), None)?;
        killed(&plant, &mut Ledger::default(), wish.kills())
    })?;
    let plant = Plant::create(program, &at("postgres"), Some(&server))?;
    let mut ledger = Ledger::default();
    steps.step("kill -9 under load, PostgreSQL", || killed(&plant, &mut ledger, wish.kills()))?;
    steps.step("PostgreSQL restarted under load", || restarted(&plant, &mut ledger, &mut server, wish.kills() / 6))?;
    steps.step("two nodes, one killed", || two_nodes(&plant))?;
    steps.step("64 clients on one thing, PostgreSQL", || one_thing(&plant))?;
    steps.step("64 clients on one thing, SQLite", || {
        let plant = Plant::create(program, &at("one"), None)?;
        one_thing(&plant)
    })?;
    println!("\nThe ordeal took {}.", steps.elapsed());
    Ok(())
}

/// Killed again and again while everybody works; the ledger must hold after each start and at the end.
fn killed(plant: &Plant, ledger: &mut Ledger, times: usize) -> Result<()> {
    let mut product = plant.start()?;
    let session = plant.sign_in(&product)?;
    for n in 0..times {
        let length = Duration::from_millis(150 + 37 * (n as u64 % 11));
        let address = product.address;
        let mut ended = Ok(());
        let news = work_while(&session, address, CLIENTS, || {
            std::thread::sleep(length);
            ended = product.kill();
        })?;
        ended?;
        product = plant.start()?;
        let (heard, unheard) = news.counts();
        ledger.verify(&session.to(product.address), news)?;
        println!("   kill {}: {heard} answered, {unheard} unheard of, all as they were told", n + 1);
    }
    ledger.verify_all(&session, product.address)?;
    product.stop();
    plant.verify_audit()
}

/// The database goes away and comes back; who was not answered asks again with the same key.
fn restarted(plant: &Plant, ledger: &mut Ledger, server: &mut Server, times: usize) -> Result<()> {
    let product = plant.start()?;
    let session = plant.sign_in(&product)?;
    for n in 0..times.max(1) {
        let mut ended = Ok(());
        let news = work_while(&session, product.address, CLIENTS, || {
            std::thread::sleep(Duration::from_millis(400));
            ended = server.restart();
            std::thread::sleep(Duration::from_millis(600));
        })?;
        ended?;
        let (heard, unheard) = news.counts();
        wait_until_ready(&product)?;
        ledger.verify(&session.to(product.address), news)?;
        println!("   restart {}: {heard} answered, {unheard} refused or unheard of, all as they were told", n + 1);
    }
    ledger.verify_all(&session, product.address)?;
    product.stop();
    plant.verify_audit()
}

/// A command succeeds again within ten seconds.
fn wait_until_ready(product: &Product) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        let mut connection = crate::load::http::Connection::to(product.address);
        if connection.send(&Request::get("/readyz")).is_ok_and(|answer| answer.is_success()) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    fail("the product was not ready ten seconds after its database was back")
}

/// Two processes on one database; one is killed and the other goes on with sessions, streams and the sealer.
fn two_nodes(plant: &Plant) -> Result<()> {
    let (one, two) = (plant.start()?, plant.start()?);
    let session = plant.sign_in(&one)?;
    let mut ledger = Ledger::default();
    let (first, second) = (one.address, two.address);
    let mut heard = Stream::open(first, &session, None)?;
    heard.wait_for_beat()?;
    let begin = heard.last();

    let both = work_while(&session, first, CLIENTS / 2, || std::thread::sleep(Duration::from_millis(800)))?;
    ledger.verify(&session.to(second), both)?;
    let mut ended = Ok(());
    let cut = work_while(&session, first, CLIENTS / 2, || {
        std::thread::sleep(Duration::from_millis(500));
        ended = one.kill();
    })?;
    ended?;
    let dead = Instant::now();
    let last = heard.last();
    let mut news = heard.take();
    // The cookie of the dead node counts here, the keys too, and the stream goes on where it was.
    ledger.verify(&session.to(second), cut)?;
    let mut again = Stream::open(second, &session, Some(last))?;
    let after = work_while(&session, second, CLIENTS / 2, || std::thread::sleep(Duration::from_millis(500)))?;
    ledger.verify(&session.to(second), after)?;
    again.wait_for(ledger.done() - news.len(), Duration::from_secs(10))?;
    println!("   the other node told everything {:.1} s after the death of the first", dead.elapsed().as_secs_f64());
    news.extend(again.take());
    ledger::verify_news(&news, begin, ledger.done())?;
    two.stop();
    plant.verify_audit()
}

/// Many change one thing at once from what they all saw: exactly one change holds each time.
fn one_thing(plant: &Plant) -> Result<()> {
    let product = plant.start()?;
    let mut session = plant.sign_in(&product)?;
    let code = ledger::fresh_code();
    let body = serde_json::json!({ "code": code, "name": "One thing", "processType": "SMT" });
    session.command(Request::post("/api/v1/lines").json(&body), &fresh_key())?;
    let path = format!("/api/v1/lines/{code}");
    for round in 1..=5 {
        let etag = format!("\"{round}\"");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let ask = |n: usize| {
                let mut session: Session = session.again();
                let (path, etag) = (path.clone(), etag.clone());
                scope.spawn(move || {
                    let body = serde_json::json!({ "name": format!("By client {n} in round {round}") });
                    let request = Request::new("PATCH", path).json(&body).header("If-Match", &etag);
                    session.command(request, &fresh_key()).map(|answer| answer.status)
                })
            };
            let asked: Vec<_> = (0..64).map(ask).collect();
            asked.into_iter().map(|a| a.join().map_or(Ok(0), |s| s).unwrap_or(0)).collect()
        });
        let (won, lost) =
            (statuses.iter().filter(|s| **s == 200).count(), statuses.iter().filter(|s| **s == 412).count());
        if (won, lost) != (1, 63) {
            return fail(format!(
                "of 64 changes of one version {won} were done and {lost} refused as stale: {statuses:?}"
            ));
        }
    }
    let version = session.get(&path)?.json()?["version"].as_i64();
    product.stop();
    if version != Some(6) {
        return fail(format!("after five changes the version is {version:?}, not 6"));
    }
    println!("   5 × 64 changes from one version: one done, 63 refused, each time");
    Ok(())
}
