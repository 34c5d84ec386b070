//! `cargo xtask …`: reads the command line and hands over to the tool.

use std::process::ExitCode;

use xtask::{Result, fail, machine, new_slice, ordeal, postgres, test};

const HELP: &str = "\
The developer's tools of Takt.

  cargo xtask test [FILTER] [--fast]     everything continuous integration runs; FILTER narrows to tests with that name;
                                         --fast leaves out browser and ordeal tests
  cargo xtask check                      formatting and clippy only
  cargo xtask bench [--quick] [--figure N]… [--program PATH]
                                         measures the figures of the performance page; report in target/bench
  cargo xtask ordeal [--short] [--release]
                                         kill -9 under load, a database restarted, two nodes: nothing answered is lost
  cargo xtask docs                       writes docs/generated anew from the release
  cargo xtask postgres                   a private PostgreSQL in the foreground, for work by hand; Ctrl-C stops it
  cargo xtask machine                    what a benchmark would say about this machine
  cargo xtask new-slice CRATE NOUN VERB  the skeleton of a new command, e.g. `new-slice work unit track_out`
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Err(failure) = run(&words) else { return ExitCode::SUCCESS };
    eprintln!("\nxtask: {failure}");
    ExitCode::FAILURE
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        ["test", rest @ ..] => test::all(&test::Wish::read(rest)?),
        ["check"] => test::check(),
        ["bench", rest @ ..] => bench(rest),
        ["ordeal", rest @ ..] => ordeal::run(&ordeal::Wish::read(rest)?),
        ["docs"] => test::docs(),
        ["postgres"] => postgres::foreground(),
        ["machine"] => machine::print(),
        ["new-slice", krate, noun, verb] => new_slice::write(krate, noun, verb),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => fail(format!("I do not know `{}`.\n\n{HELP}", words.join(" "))),
    }
}

/// Measures when it was built for it, else builds itself for it first: the other tools stay small.
#[cfg(feature = "bench")]
fn bench(words: &[&str]) -> Result<()> {
    xtask::bench::run(words)
}

#[cfg(not(feature = "bench"))]
fn bench(words: &[&str]) -> Result<()> {
    let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(["run", "--quiet", "--release", "--package", "xtask", "--features", "bench", "--", "bench"]);
    cargo.args(words).current_dir(xtask::workspace());
    xtask::keeper::run(&cargo)
}
