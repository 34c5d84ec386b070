//! `cargo xtask bench`: the figures of the performance page, measured against the real program, with the ratios that judge.

mod bare;
mod data;
mod flow;
mod moments;
mod replay;
mod size;
mod work;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::load::Session;
use crate::product::{self, Product, Start};
use crate::report::{Report, Row};
use crate::{Result, fail, machine, workspace};
use bare::Place;

/// What the developer asks for.
#[derive(Debug, PartialEq)]
pub struct Wish {
    /// Shorter and smaller, to see that everything works; its figures are not for the record.
    pub is_quick: bool,
    /// Only these figures.
    pub figures: Vec<u32>,
    /// Another binary than the release one, to try something.
    pub program: Option<PathBuf>,
}

/// Figures that a plain `bench` measures; 12 builds everything anew and is asked for by name.
const USUAL: [u32; 9] = [1, 2, 5, 6, 7, 8, 9, 10, 11];

impl Wish {
    /// Reads `[--quick] [--figure N]… [--program PATH]`.
    pub fn read(words: &[&str]) -> Result<Wish> {
        let mut wish = Wish { is_quick: false, figures: vec![], program: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => wish.is_quick = true,
                "--figure" => {
                    let number = words.next().and_then(|n| n.parse().ok());
                    let Some(number) = number else { return fail("`--figure` wants a number") };
                    wish.figures.push(number);
                }
                "--program" => wish.program = words.next().map(PathBuf::from),
                other => return fail(format!("`bench` does not know `{other}`")),
            }
        }
        if wish.figures.is_empty() {
            wish.figures = USUAL.to_vec();
        }
        Ok(wish)
    }
}

/// What all figures stand on.
pub struct Bench {
    program: PathBuf,
    folder: PathBuf,
    wish: Wish,
}

/// Measure, and write `target/bench/report.{json,md}`.
pub fn run(words: &[&str]) -> Result<()> {
    let wish = Wish::read(words)?;
    let folder = workspace().join("target/bench");
    let program = wish.program.clone().map_or_else(|| product::build(true), Ok)?;
    let bench = Bench { program, folder: folder.clone(), wish };
    let mut rows: Vec<Row> = Vec::new();
    if bench.wants(1) || bench.wants(2) {
        rows.extend(flow::on_sqlite(&bench)?);
    }
    if [5, 6, 7, 8, 9, 10].iter().any(|figure| bench.wants(*figure)) {
        rows.extend(size::measure(&bench)?);
    }
    if bench.wants(12) {
        rows.extend(moments::builds(&bench)?);
    }
    if bench.wants(11) {
        rows.extend(flow::on_postgres(&bench)?);
    }
    rows.sort_by_key(|row| row.figure.split(' ').next().and_then(|n| n.parse::<u32>().ok()));
    let report = Report { machine: machine::facts()?, rows };
    report.write(&folder)?;
    println!("\n{}", report.markdown());
    println!("written to {}", folder.display());
    Ok(())
}

impl Bench {
    fn wants(&self, figure: u32) -> bool {
        self.wish.figures.contains(&figure)
    }

    /// One of two lengths.
    fn either<T>(&self, quick: T, whole: T) -> T {
        if self.wish.is_quick { quick } else { whole }
    }

    /// A folder or database for one purpose.
    fn place(&self, name: &str, server: Option<&str>) -> Place {
        match server {
            None => Place::Sqlite(self.folder.join(name)),
            Some(server) => Place::Postgres { server: server.to_string(), name: format!("bench_{name}") },
        }
    }

    /// Start the product on a place.
    fn start(&self, place: &Place, record: Option<&Path>) -> Result<Product> {
        let folder = match place {
            Place::Sqlite(folder) => folder.clone(),
            Place::Postgres { name, .. } => self.folder.join(name),
        };
        Product::start(&Start { program: &self.program, database: place.url(), folder: &folder, record })
    }

    /// An empty plant with the data of the benchmark and so many finished boards.
    fn prepare(&self, place: &Place, history: usize) -> Result<()> {
        place.create()?;
        self.start(place, None)?.stop();
        data::load(&mut place.open()?, history)
    }
}

/// Sign somebody in; everybody has the same password.
fn sign_in(product: &Product, name: &str) -> Result<Session> {
    Session::sign_in(product.address, name, data::PASSWORD)
}

/// The text of a page with the marks in its addresses as they are.
fn unescaped(page: &[u8]) -> String {
    String::from_utf8_lossy(page).replace("&#x2f;", "/").replace("&amp;", "&")
}

/// A word to whoever waits.
fn say(what: &str) {
    println!("   {what}");
}

/// A duration in milliseconds.
fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
