//! The test command: everything that must hold, on SQLite, on PostgreSQL and in a real browser.

use std::env::{var, var_os};
use std::process::Command;

use crate::browser::Driver;
use crate::postgres::Server;
use crate::steps::Steps;
use crate::{Result, fail, keeper, ordeal, packages, workspace};

/// Tests in modules of these names need minutes, or a browser; `--fast` leaves them out.
const SLOW: [&str; 2] = ["browser::", "ordeal::"];

/// What the developer asks for.
#[derive(Debug, Default, PartialEq)]
pub struct Wish {
    /// Only tests whose name contains this.
    pub filter: Option<String>,
    /// Leave out browser and ordeal.
    pub is_fast: bool,
}

impl Wish {
    /// Reads `[FILTER] [--fast]`.
    pub fn read(words: &[&str]) -> Result<Wish> {
        let mut wish = Wish::default();
        for word in words {
            match *word {
                "--fast" => wish.is_fast = true,
                option if option.starts_with('-') => return fail(format!("`test` has no option `{option}`")),
                _ if wish.filter.is_some() => return fail(format!("`test` takes one filter; `{word}` is a second")),
                filter => wish.filter = Some(filter.to_string()),
            }
        }
        Ok(wish)
    }

    /// The arguments of `cargo` that grant it.
    fn cargo_words(&self) -> Vec<&str> {
        let mut words = vec!["test", "--workspace", "--no-fail-fast"];
        words.extend(self.filter.as_deref());
        if self.is_fast {
            words.push("--");
            words.extend(SLOW.iter().flat_map(|name| ["--skip", name]));
        }
        words
    }
}

/// Packages, formatting, clippy, build, servers, tests; stops at the first step that fails.
pub fn all(wish: &Wish) -> Result<()> {
    announce(wish);
    let with_ordeal = !wish.is_fast && wish.filter.is_none();
    let mut steps = Steps::of(6 + usize::from(!wish.is_fast) + usize::from(with_ordeal));

    let found = steps.step("packages", || packages::ensure(!wish.is_fast))?;
    steps.step("formatting", formatting)?;
    steps.step("clippy", clippy)?;
    steps.step("build", || keeper::run(&cargo(&["build", "--workspace", "--all-targets"])))?;

    let postgres = steps.step("PostgreSQL", || {
        let server = Server::start(&found.postgres)?;
        println!("   {}", server.url());
        Ok(server)
    })?;
    let mut tests = cargo(&wish.cargo_words());
    tests.env("RUST_BACKTRACE", "1").env("TAKT_TEST_POSTGRES", postgres.url());

    let driver = match &found.browser {
        None => None,
        Some(browser) => {
            let driver = steps.step("browser", || {
                let driver = Driver::start(browser)?;
                println!("   {}", driver.url());
                Ok(driver)
            })?;
            tests.env("TAKT_TEST_CHROMEDRIVER", driver.url()).env("TAKT_TEST_CHROMIUM", &browser.chromium);
            Some(driver)
        }
    };

    steps.step("tests", || keeper::run(&tests))?;
    drop((driver, postgres));
    if with_ordeal {
        steps.step("ordeal, short", || ordeal::run(&ordeal::Wish { is_short: true, is_release: false }))?;
    }
    println!("\nAll steps passed in {}.", steps.elapsed());
    announce(wish);
    Ok(())
}

/// Formatting and clippy only.
pub fn check() -> Result<()> {
    let mut steps = Steps::of(2);
    steps.step("formatting", formatting)?;
    steps.step("clippy", clippy)
}

/// Writes the generated documents anew: the tests that compare them with the release write them instead.
pub fn docs() -> Result<()> {
    let mut tests =
        cargo(&["test", "--package", "takt", "--test", "truths", "--", "docs::", "schema::", "statements::"]);
    tests.env("TAKT_TEST_UPDATE", "1");
    let mut steps = Steps::of(2);
    let postgres = steps.step("PostgreSQL", || match var_os("TAKT_TEST_POSTGRES") {
        Some(_) => Ok(None),
        None => Ok(Some(Server::start(&packages::ensure(false)?.postgres)?)),
    })?;
    if let Some(server) = &postgres {
        tests.env("TAKT_TEST_POSTGRES", server.url());
    }
    steps.step("documents", || keeper::run(&tests))
}

/// Says what this run leaves out, so that nobody takes it for the whole.
fn announce(wish: &Wish) {
    if wish.is_fast {
        println!("NOT THE WHOLE TEST: --fast leaves out the browser and ordeal tests.");
    }
    if let Some(filter) = &wish.filter {
        println!("NOT THE WHOLE TEST: only tests whose name contains `{filter}`.");
    }
    match var("TAKT_ORACLES") {
        Ok(place) => println!("Oracles: {place}"),
        Err(_) => println!("TAKT_ORACLES is not set: nothing is compared with outside oracles in this run."),
    }
}

fn formatting() -> Result<()> {
    keeper::run(&cargo(&["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    let words = ["clippy", "--workspace", "--all-targets", "--features", "xtask/bench", "--", "-D", "warnings"];
    keeper::run(&cargo(&words))
}

fn cargo(words: &[&str]) -> Command {
    let mut cargo = Command::new(var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(words).current_dir(workspace());
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_in_any_order() {
        let wish = Wish::read(&["track_out", "--fast"]).unwrap();
        assert_eq!(wish, Wish { filter: Some("track_out".into()), is_fast: true });
        assert_eq!(wish, Wish::read(&["--fast", "track_out"]).unwrap());
        assert!(Wish::read(&["--slow"]).is_err());
        assert!(Wish::read(&["one", "two"]).is_err());
    }

    #[test]
    fn fast_leaves_out_exactly_browser_and_ordeal() {
        let words = Wish { filter: Some("hold".into()), is_fast: true };
        let told = "test --workspace --no-fail-fast hold -- --skip browser:: --skip ordeal::";
        assert_eq!(words.cargo_words().join(" "), told);
        assert_eq!(Wish::default().cargo_words(), ["test", "--workspace", "--no-fail-fast"]);
    }
}
