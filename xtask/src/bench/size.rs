//! Figures 5, 6 and 10, and those of a full plant: what a question costs with a million boards, against ten thousand.

use std::time::Duration;

use super::bare::Place;
use super::work::{self, Crew};
use super::{Bench, data, moments, ms, say, sign_in};
use crate::load::Session;
use crate::load::histogram::Histogram;
use crate::product::Product;
use crate::report::{Bound, Ratio, Row};
use crate::{Result, fail};

/// Boards of the small plant.
const SMALL: usize = 10_000;

/// What was asked, and how long its answers took.
struct Asked {
    path: String,
    seen: Histogram,
}

/// Everything that needs a full plant, and the same on a small one.
pub fn measure(bench: &Bench) -> Result<Vec<Row>> {
    let large = bench.either(50_000, 1_000_000);
    let (few, many) = (bench.place("small", None), bench.place("large", None));
    for (place, history) in [(&few, SMALL), (&many, large)] {
        say(&format!("preparing {history} finished boards on SQLite"));
        bench.prepare(place, history)?;
    }
    let mut rows = Vec::new();
    let before = ask(bench, &few, SMALL)?;
    let after = ask(bench, &many, large)?;
    if bench.wants(5) {
        rows.push(worst("5", "trace of one board", &before.traces, &after.traces, 10.0, Some(1.5)));
    }
    if bench.wants(6) {
        rows.push(worst(
            "6",
            "first page of a list, station queue, where-used",
            &before.lists,
            &after.lists,
            20.0,
            Some(2.0),
        ));
    }
    if bench.wants(10) {
        rows.push(worst("10", "HTML page", &before.pages, &after.pages, 25.0, None));
    }
    if bench.wants(7) {
        rows.extend(moments::bulk(bench, &few)?);
    }
    if bench.wants(8) {
        rows.extend(full(bench, &many)?);
    }
    if bench.wants(9) {
        rows.extend(moments::sizes(bench, &few)?);
    }
    few.remove();
    many.remove();
    if bench.wants(6) || bench.wants(10) {
        rows.push(plenty(bench)?);
    }
    Ok(rows)
}

/// Every list page with a hundred thousand rows behind it; the time of each is printed.
fn plenty(bench: &Bench) -> Result<Row> {
    let place = bench.place("plenty", None);
    let rows = bench.either(10_000, 100_000);
    say(&format!("preparing {rows} rows behind every list on SQLite"));
    bench.prepare(&place, 0)?;
    let mut db = place.open()?;
    for sql in crate::plenty::script(rows, &[]) {
        db.script(&format!("{sql};"))?;
    }
    db.settle()?;
    drop(db);
    let product = bench.start(&place, None)?;
    let mut boss = sign_in(&product, "boss")?;
    let mut pages: Vec<String> = Vec::new();
    for page in links(&mut boss)? {
        let text = super::unescaped(&boss.get(&page)?.body);
        let tabs =
            text.split("<nav class=\"tabs\"").nth(1).and_then(|rest| rest.split("</nav>").next()).unwrap_or_default();
        let beside = tabs.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_string);
        let is_list = text.contains("data-list=");
        pages.extend(beside.chain(is_list.then_some(page)));
    }
    pages.sort();
    pages.dedup();
    let asked = repeated(&mut boss, &pages, bench.either(5, 40))?;
    product.stop();
    place.remove();
    Ok(worst("10 lists", "list page with a hundred thousand rows", &[], &asked, 25.0, None))
}

struct Answers {
    traces: Vec<Asked>,
    lists: Vec<Asked>,
    pages: Vec<Asked>,
}

fn ask(bench: &Bench, place: &Place, history: usize) -> Result<Answers> {
    let product = bench.start(place, None)?;
    let mut boss = sign_in(&product, "boss")?;
    let times = bench.either(40, 300);
    let boards = history / data::VALUED;
    let board = |n: usize| data::finished((1 + n * 7919 % boards) * data::VALUED);
    let mut traces = Asked { path: "/api/v1/trace/units/{sn}".into(), seen: Histogram::default() };
    for n in 0..times {
        once(&mut boss, &format!("/api/v1/trace/units/{}", board(n)), &mut traces.seen)?;
    }
    let sn = board(1);
    let lists = [
        "/api/v1/work-orders".to_string(),
        "/api/v1/runs".into(),
        "/api/v1/runs?status=COMPLETED".into(),
        "/api/v1/runs/Past-RUN-1/units".into(),
        "/api/v1/runs/Bench-RUN-1/units".into(),
        format!("/api/v1/data-values?sn={sn}"),
        format!("/api/v1/trace/units/{sn}/tracks"),
        "/api/v1/audit-logs".into(),
        "/api/v1/stations".into(),
        "/api/v1/lines".into(),
        "/api/v1/operations".into(),
        "/api/v1/routes".into(),
        "/api/v1/users".into(),
        "/api/v1/material-lots".into(),
        "/api/v1/data-collection-specs".into(),
        "/api/v1/master-data/boms/where-used/BOARD".into(),
        "/api/v1/stations/L1-S01/queue".into(),
        "/api/v1/stations/L2-S17/queue".into(),
    ];
    let lists = repeated(&mut boss, &lists, times)?;
    let mut pages = vec![format!("/mes/trace/{sn}"), "/mes/runs/Bench-RUN-1".into(), "/mes/runs/Past-RUN-1".into()];
    pages.extend(links(&mut boss)?);
    let pages: Vec<String> = pages.into_iter().filter(|page| is_page(&mut boss, page)).collect();
    let pages = repeated(&mut boss, &pages, times / 4)?;
    product.stop();
    Ok(Answers { traces: vec![traces], lists, pages })
}

fn is_page(boss: &mut Session, path: &str) -> bool {
    boss.get(path).is_ok_and(|answer| answer.status == 200)
}

/// The pages that the navigation offers.
fn links(boss: &mut Session) -> Result<Vec<String>> {
    let mut home = boss.get("/")?;
    let elsewhere = home.headers("location").next().map(str::to_string);
    if let Some(to) = elsewhere {
        home = boss.get(&to)?;
    }
    let text = super::unescaped(&home.body);
    let found = text.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
    let mut paths: Vec<String> = found
        .map(|path| format!("/{path}"))
        .filter(|path| !path.starts_with("/assets") && !path.starts_with("/api") && !path.contains("logout"))
        .collect();
    paths.sort();
    paths.dedup();
    if paths.len() < 5 {
        return fail(format!("the home page offers only {paths:?}"));
    }
    Ok(paths)
}

fn repeated(boss: &mut Session, paths: &[String], times: usize) -> Result<Vec<Asked>> {
    let mut all = Vec::new();
    for path in paths {
        let mut seen = Histogram::default();
        for _ in 0..times {
            once(boss, path, &mut seen)?;
        }
        all.push(Asked { path: path.clone(), seen });
    }
    Ok(all)
}

fn once(boss: &mut Session, path: &str, seen: &mut Histogram) -> Result<()> {
    let started = std::time::Instant::now();
    let answer = boss.get(path)?;
    seen.note(started.elapsed());
    if answer.status != 200 {
        return fail(format!("{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
    }
    Ok(())
}

/// The slowest of several questions, and the one that grew most.
fn worst(figure: &str, what: &str, before: &[Asked], after: &[Asked], target: f64, grown: Option<f64>) -> Row {
    let slow = after.iter().max_by_key(|asked| asked.seen.percentile(99.0));
    let growth = |asked: &Asked| {
        let small = before.iter().find(|b| shape(&b.path) == shape(&asked.path))?;
        Some((ms(asked.seen.percentile(50.0)) / ms(small.seen.percentile(50.0)), asked.path.clone()))
    };
    let most = after.iter().filter_map(growth).max_by(|a, b| a.0.total_cmp(&b.0));
    for asked in after {
        say(&format!("{}: {}", asked.path, asked.seen.summary()));
    }
    let ratio = grown.zip(most).map(|(bound, (value, path))| Ratio {
        value,
        bound: Bound::AtMost(bound),
        of: format!("× the same with ten thousand boards ({path} grew most)"),
    });
    Row {
        figure: figure.into(),
        what: format!("{what}: 1 % is slower (slowest: {})", slow.map_or("none", |asked| asked.path.as_str())),
        measured: slow.map(|asked| vec![ms(asked.seen.percentile(99.0))]).unwrap_or_default(),
        unit: "ms",
        target: Bound::AtMost(target),
        ratio,
    }
}

/// A path without the serial in it, which differs between the plants.
fn shape(path: &str) -> String {
    path.split_once("H-").map_or(path.to_string(), |(head, tail)| {
        format!("{head}{}", tail.trim_start_matches(|c: char| c.is_ascii_digit()))
    })
}

/// Figure 8, and figure 1 once more in a full plant.
fn full(bench: &Bench, many: &Place) -> Result<Vec<Row>> {
    let row = |figure: &str, what: &str, measured: Vec<f64>, unit, target| Row {
        figure: figure.into(),
        what: what.into(),
        measured,
        unit,
        target: Bound::AtMost(target),
        ratio: None,
    };
    let (mut starts, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..bench.either(2, 5) {
        let product = bench.start(many, None)?;
        starts.push(product.started_in.as_secs_f64());
        std::thread::sleep(Duration::from_secs(2));
        idle.push(product.memory()?.0);
        product.stop();
    }
    let product = bench.start(many, None)?;
    let (per_second, latencies) = loaded(bench, &product)?;
    let peak = product.memory()?.1;
    product.stop();
    Ok(vec![
        row("8 start", &format!("start on {} to the first answer", size_of(many)), starts, "s", 0.5),
        row("8 idle", "memory after the start", idle, "MB", 80.0),
        row(
            "8 load",
            &format!("most memory under load, 64 clients ({per_second:.0} commands/s there, {latencies})"),
            vec![peak],
            "MB",
            300.0,
        ),
    ])
}

fn loaded(bench: &Bench, product: &Product) -> Result<(f64, String)> {
    let crew = Crew::sign_in(product)?;
    let mut clients = work::clients(product, 64, data::RUNS);
    let run = work::work(&crew, &mut clients, Duration::from_secs(bench.either(3, 15)))?;
    Ok((run.per_second(), run.meter.latencies.summary()))
}

fn size_of(place: &Place) -> String {
    let Place::Sqlite(folder) = place else { return "a server".into() };
    let bytes = std::fs::metadata(folder.join("takt.db")).map_or(0, |m| m.len());
    format!("{:.2} GB", bytes as f64 / 1e9)
}
