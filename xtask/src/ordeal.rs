//! `cargo xtask ordeal`: real processes meet bad luck, and every client keeps a ledger of every answer.
//!
//! Clients scan boards into stations and out again. After each accident the ledger is compared with the plant: no answered
//! scan is missing, no unanswered one is half done, the same key gives the same answer, traces and counters say what the
//! ledger says, and the feed tells each fact once and in order.

mod floor;
mod ledger;
mod plant;
mod stream;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::load::http::{Answer, Request};
use crate::load::{Session, fresh_key};
use crate::postgres::{Server, private_folder};
use crate::product::{self, Product};
use crate::steps::Steps;
use crate::{Failure, Result, fail, packages};
use ledger::{Ledger, work_while};
use plant::Plant;
use stream::Stream;

/// Clients that work while something happens.
const CLIENTS: usize = 16;
/// Clients that do one thing at once.
const MANY: usize = 64;

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
    steps.step("two nodes, one killed", || two_nodes(&plant, &mut ledger))?;
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
        let news = work_while(&session, address, &plant.floor, CLIENTS, || {
            std::thread::sleep(length);
            ended = product.kill();
        })?;
        ended?;
        product = plant.start()?;
        let (heard, unheard) = news.counts();
        ledger.verify(&session.to(product.address), news)?;
        println!("   kill {}: {heard} answered, {unheard} unheard of, all as they were told", n + 1);
    }
    ledger.verify_all(&session, product.address, &plant.floor)?;
    product.stop();
    plant.verify_audit()
}

/// The database goes away and comes back; who was not answered asks again with the same key.
fn restarted(plant: &Plant, ledger: &mut Ledger, server: &mut Server, times: usize) -> Result<()> {
    let product = plant.start()?;
    let session = plant.sign_in(&product)?;
    for n in 0..times.max(1) {
        let mut ended = Ok(());
        let news = work_while(&session, product.address, &plant.floor, CLIENTS, || {
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
    ledger.verify_all(&session, product.address, &plant.floor)?;
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
fn two_nodes(plant: &Plant, ledger: &mut Ledger) -> Result<()> {
    let (one, two) = (plant.start()?, plant.start()?);
    let session = plant.sign_in(&one)?;
    let before = ledger.done();
    let (first, second) = (one.address, two.address);
    let mut heard = Stream::open(first, &session, &plant.floor, None)?;
    heard.wait_for_beat()?;
    let begin = heard.last();

    let both =
        work_while(&session, first, &plant.floor, CLIENTS / 2, || std::thread::sleep(Duration::from_millis(800)))?;
    ledger.verify(&session.to(second), both)?;
    let mut ended = Ok(());
    let cut = work_while(&session, first, &plant.floor, CLIENTS / 2, || {
        std::thread::sleep(Duration::from_millis(500));
        ended = one.kill();
    })?;
    ended?;
    let dead = Instant::now();
    let last = heard.last();
    let mut news = heard.take();
    // The cookie of the dead node counts here, the keys too, and the stream goes on where it was.
    ledger.verify(&session.to(second), cut)?;
    let mut again = Stream::open(second, &session, &plant.floor, Some(last))?;
    let after =
        work_while(&session, second, &plant.floor, CLIENTS / 2, || std::thread::sleep(Duration::from_millis(500)))?;
    ledger.verify(&session.to(second), after)?;
    again.wait_for(ledger.done() - before - news.len(), Duration::from_secs(10))?;
    println!("   the other node told everything {:.1} s after the death of the first", dead.elapsed().as_secs_f64());
    news.extend(again.take());
    ledger::verify_news(&news, begin, ledger.done() - before)?;
    ledger.verify_all(&session, second, &plant.floor)?;
    two.stop();
    plant.verify_audit()
}

/// Many do one thing at once: exactly one change of a version holds, and a board is inside one station, once.
fn one_thing(plant: &Plant) -> Result<()> {
    let product = plant.start()?;
    let mut session = plant.sign_in(&product)?;
    let mut engineer = plant.engineer(&product)?;
    one_version(&mut engineer)?;
    for _ in 0..5 {
        one_board(plant, &mut session)?;
    }
    product.stop();
    println!("   5 × 64 changes from one version: one done, 63 refused, each time");
    println!("   5 × 64 scans of one board into two stations, and out again: one done, each time");
    Ok(())
}

/// The same from 64 connections at once, each with a key of its own; gives what was answered.
fn at_once(session: &Session, request: impl Fn(usize) -> Request + Sync) -> Result<Vec<Answer>> {
    let start = std::sync::Barrier::new(MANY);
    std::thread::scope(|scope| {
        let ask = |n: usize| {
            let (mut session, request, start) = (session.again(), request(n), &start);
            scope.spawn(move || {
                start.wait();
                session.command(request, &fresh_key())
            })
        };
        let asked: Vec<_> = (0..MANY).map(ask).collect();
        let heard = asked
            .into_iter()
            .map(|a| a.join().map_err(|_| Failure("a client panicked".into()))?.map_err(Failure::from));
        heard.collect()
    })
}

fn one_version(session: &mut Session) -> Result<()> {
    let path = format!("/api/v1/lines/{}", floor::LINE);
    for round in 1..=5 {
        let etag = format!("\"{round}\"");
        let change = |n: usize| {
            let body = serde_json::json!({ "name": format!("By client {n} in round {round}") });
            Request::new("PATCH", path.clone()).json(&body).header("If-Match", &etag)
        };
        let statuses: Vec<u16> = at_once(session, change)?.iter().map(|answer| answer.status).collect();
        let count = |status: u16| statuses.iter().filter(|s| **s == status).count();
        if (count(200), count(412)) != (1, MANY - 1) {
            return fail(format!("64 changes of one version: {statuses:?}"));
        }
    }
    match session.get(&path)?.json()?["version"].as_i64() {
        Some(6) => Ok(()),
        version => fail(format!("after five changes the version is {version:?}, not 6")),
    }
}

/// A board is scanned into two stations and then out by 64 clients at once.
fn one_board(plant: &Plant, session: &mut Session) -> Result<()> {
    let Some(sn) = plant.floor.next_board() else { return fail("no board is left") };
    let stations = floor::TWINS;
    let body = serde_json::json!({ "sn": sn });
    let into = |n: usize| Request::post(floor::path(stations[n % 2], false)).json(&body);
    let here = fresh_one(&at_once(session, into)?, "UNIT_ALREADY_IN_STATION", MANY / 2)?;
    let body = serde_json::json!({ "sn": sn, "result": "PASS" });
    let out = |_: usize| Request::post(floor::path(&here, true)).json(&body);
    fresh_one(&at_once(session, out)?, "TRACK_ALREADY_CLOSED", 0)?;
    let trace = session.get(&format!("/api/v1/trace/units/{sn}"))?.json()?;
    match floor::told(&trace).as_slice() {
        [(station, Some(_))] if *station == here => Ok(()),
        other => fail(format!("{sn} was scanned in and out once, and its trace says {other:?}")),
    }
}

/// Exactly one answer is no repeat, so many are refused with `code`, and all others repeat the one; gives its station.
fn fresh_one(answers: &[Answer], code: &str, refused: usize) -> Result<String> {
    let (mut fresh, mut repeats, mut others) = (vec![], 0, vec![]);
    for answer in answers {
        let body = answer.json()?;
        match (answer.status, body["duplicate"].as_bool()) {
            (200, Some(false)) => fresh.push(body["stationCode"].as_str().unwrap_or_default().to_string()),
            (200, Some(true)) => repeats += 1,
            (status, _) => others.push((status, body["code"].as_str().unwrap_or_default().to_string())),
        }
    }
    let is_right = fresh.len() == 1 && repeats == MANY - 1 - refused && others.iter().all(|o| *o == (409, code.into()));
    match fresh.pop().filter(|_| is_right) {
        Some(station) => Ok(station),
        None => fail(format!(
            "{} scans of one board: {repeats} repeats, more of {fresh:?}, others {others:?}",
            answers.len()
        )),
    }
}
