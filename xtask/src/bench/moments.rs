//! Figures 7, 9 and 12: single moments and sizes.

use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use super::bare::Place;
use super::{Bench, data, ms, say, sign_in};
use crate::load::fresh_key;
use crate::load::http::{Connection, Request};
use crate::report::{Bound, Ratio, Row};
use crate::{Result, While, fail, keeper, workspace};

/// Figure 7: generating units and closing runs, and whether ten times as many take ten times as long.
pub fn bulk(bench: &Bench, base: &Place) -> Result<Vec<Row>> {
    let copy = bench.place("bulk", None);
    let mut took: Vec<Vec<f64>> = vec![vec![]; data::SINGLE.len()];
    for _ in 0..bench.either(2, 5) {
        copy.copy_of(base)?;
        let product = bench.start(&copy, None)?;
        let mut boss = sign_in(&product, "boss")?;
        for (i, (run, plan, done)) in data::SINGLE.iter().enumerate() {
            let (verb, body): (&str, Value) =
                if *done > 0 { ("close", json!({})) } else { ("generate-units", json!({ "quantity": plan })) };
            let request = Request::post(format!("/api/v1/runs/{run}/{verb}")).json(&body);
            let started = Instant::now();
            let answer = boss.command(request, &fresh_key())?;
            took[i].push(started.elapsed().as_secs_f64());
            if !answer.is_success() {
                return fail(format!("{run}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
            }
        }
        product.stop();
    }
    copy.remove();
    let median = |i: usize| crate::report::median(&took[i]).unwrap_or_default();
    let row = |figure: &str, what: &str, i: usize, target: f64| Row {
        figure: figure.into(),
        what: what.into(),
        measured: took[i].clone(),
        unit: "s",
        target: Bound::AtMost(target),
        ratio: Some(Ratio {
            value: median(i) / median(i + 1) / 10.0,
            bound: Bound::AtMost(1.5),
            of: format!("× ten times a tenth of it ({:.4} s)", median(i + 1)),
        }),
    };
    Ok(vec![row("7 generate", "generate 10,000 units", 0, 1.0), row("7 close", "close a run of 5,000", 2, 0.3)])
}

/// Figure 9: the binary, and what a browser loads before it shows its first page.
pub fn sizes(bench: &Bench, base: &Place) -> Result<Vec<Row>> {
    let binary = std::fs::metadata(&bench.program).or_fail("the binary")?.len() as f64 / 1e6;
    let product = bench.start(base, None)?;
    let boss = sign_in(&product, "boss")?;
    let (mut bytes, mut requests, mut which) = (0, 0, String::new());
    for (path, cookie) in [("/login", ""), ("/mes/runs", boss.cookie()), ("/system", boss.cookie())] {
        let loaded = first_load(product.address, path, cookie)?;
        say(&format!("{path}: {} bytes in {} requests", loaded.0, loaded.1));
        if loaded.0 > bytes {
            (bytes, requests, which) = (loaded.0, loaded.1, path.to_string());
        }
    }
    product.stop();
    let row = |figure: &str, what: String, measured: f64, unit, target| Row {
        figure: figure.into(),
        what,
        measured: vec![measured],
        unit,
        target: Bound::AtMost(target),
        ratio: None,
    };
    Ok(vec![
        row("9 binary", "release binary".into(), binary, "MB", 40.0),
        row("9 bytes", format!("first load of {which}, over the wire"), bytes as f64 / 1000.0, "kB", 200.0),
        row("9 requests", format!("first load of {which}"), requests as f64, "requests", 12.0),
    ])
}

/// Bytes over the wire and requests of a page with all it names, for a browser that has nothing yet.
fn first_load(address: std::net::SocketAddr, path: &str, cookie: &str) -> Result<(usize, usize)> {
    let mut connection = Connection::to(address);
    let mut wire = |path: &str, packed: bool| -> Result<Vec<u8>> {
        let mut request = Request::get(path).header("Cookie", cookie);
        if packed {
            request = request.header("Accept-Encoding", "gzip");
        }
        let answer = connection.send(&request)?;
        if answer.status != 200 {
            return fail(format!("{path}: {}", answer.status));
        }
        Ok(answer.body)
    };
    let page = super::unescaped(&wire(path, false)?);
    let mut named: Vec<&str> = page
        .split('"')
        .filter(|word| word.starts_with("/assets/"))
        .map(|word| word.split('#').next().unwrap_or(word))
        .collect();
    named.sort_unstable();
    named.dedup();
    /// What the headers of an answer cost, about.
    const HEAD: usize = 250;
    let mut bytes = wire(path, true)?.len() + HEAD;
    for asset in &named {
        bytes += wire(asset, true)?.len() + HEAD;
    }
    Ok((bytes, named.len() + 1))
}

/// Figure 12: a clean release build, and a rebuild after editing one command.
pub fn builds(bench: &Bench) -> Result<Vec<Row>> {
    let target = bench.folder.join("clean");
    let _ = std::fs::remove_dir_all(&target);
    let build = |words: &[&str]| -> Result<f64> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.arg("build").args(words).env("CARGO_TARGET_DIR", &target).current_dir(workspace());
        let started = Instant::now();
        keeper::run(&cargo)?;
        Ok(started.elapsed().as_secs_f64())
    };
    let clean = build(&["--release", "--package", "takt"])?;
    build(&["--package", "takt"])?;
    let mut again = Vec::new();
    for _ in 0..3 {
        let command = workspace().join("crates/work/src/unit/track_in.rs");
        let file = std::fs::File::options().append(true).open(&command).or_fail("a command to edit")?;
        file.set_modified(std::time::SystemTime::now()).or_fail("editing a command")?;
        again.push(build(&["--package", "takt"])?);
    }
    let _ = std::fs::remove_dir_all(&target);
    let row = |figure: &str, what: &str, measured: Vec<f64>, target: f64| Row {
        figure: figure.into(),
        what: what.into(),
        measured,
        unit: "s",
        target: Bound::AtMost(target),
        ratio: None,
    };
    say(&format!("clean build {:.0} ms", ms(std::time::Duration::from_secs_f64(clean))));
    Ok(vec![
        row("12 clean", "clean release build", vec![clean], 360.0),
        row("12 again", "rebuild after editing one command", again, 20.0),
    ])
}
