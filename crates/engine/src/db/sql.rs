//! Statements are static values: text, place and variants, filed where a test can find every one.

use std::sync::{Mutex, OnceLock};

use linkme::distributed_slice;

/// Every statement of the product, gathered by `sql!`.
#[distributed_slice]
pub static STATEMENTS: [Sql];

/// Statements composed at run time; as few as there are shapes of them, since each is kept by who composed it.
static COMPOSED: Mutex<Vec<&'static Sql>> = Mutex::new(Vec::new());

/// Which of the two engines a text is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// How far the asking actor sees; each has its own text of a statement with a `{scope: …}` word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sight {
    All,
    Lines,
    Stations,
}

/// One statement in the common dialect of both engines.
pub struct Sql {
    pub text: &'static str,
    pub file: &'static str,
    pub line: u32,
    made: OnceLock<Made>,
}

/// What is made of a text when it is first used.
struct Made {
    texts: [String; 9],
    is_scoped: bool,
}

impl Sql {
    pub const fn new(text: &'static str, file: &'static str, line: u32) -> Self {
        Sql { text, file, line, made: OnceLock::new() }
    }

    /// A statement composed from static parts at run time (listings, saves); kept for the life of the process.
    pub fn compose(text: String, file: &'static str, line: u32) -> &'static Sql {
        let sql: &'static Sql = Box::leak(Box::new(Sql::new(Box::leak(text.into_boxed_str()), file, line)));
        COMPOSED.lock().expect("composing never panics").push(sql);
        sql
    }

    /// Every statement composed in this process so far, for the test that prepares them all.
    pub fn composed() -> Vec<&'static Sql> {
        COMPOSED.lock().expect("composing never panics").clone()
    }

    /// Whether the text has a `{scope: …}` word.
    pub fn is_scoped(&self) -> bool {
        self.made().is_scoped
    }

    /// How many parameters the text names, without the one a scope adds.
    pub fn params(&self) -> usize {
        params_in(self.text)
    }

    /// The text for an engine and a sight; `locks` says whether rows may be locked: snapshots that only read may not.
    pub fn text_for(&self, dialect: Dialect, sight: Sight, locks: bool) -> &str {
        let variant = match (dialect, locks) {
            (Dialect::Sqlite, _) => 0,
            (Dialect::Postgres, false) => 1,
            (Dialect::Postgres, true) => 2,
        };
        &self.made().texts[sight as usize * 3 + variant]
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let all = [Sight::All, Sight::Lines, Sight::Stations];
            let texts = all.iter().flat_map(|sight| {
                let scoped = scope(self.text, *sight, self.params() + 1);
                [for_sqlite(&scoped), without_locks(scoped.clone()), scoped]
            });
            let mut texts: Vec<String> = texts.collect();
            let texts = std::array::from_fn(|i| std::mem::take(&mut texts[i]));
            Made { texts, is_scoped: self.text.contains("{scope:") }
        })
    }
}

/// Replace `{scope: LINE}` or `{scope: LINE, station STATION}` by the condition for a sight.
///
/// `LINE` is a column with a line id; with `or null` after it, rows without a line are in everyone's sight.
fn scope(text: &str, sight: Sight, param: usize) -> String {
    let Some(start) = text.find("{scope:") else { return text.to_string() };
    let end = start + text[start..].find('}').expect("a scope word ends with a brace");
    let inside = text[start + "{scope:".len()..end].trim();
    let (line, station) = inside.split_once(", station ").map_or((inside, None), |(l, s)| (l, Some(s.trim())));
    let (line, or_null) = line.strip_suffix(" or null").map_or((line, false), |l| (l, true));
    let line = line.trim();
    let bound = match (sight, station) {
        (Sight::All, _) => String::new(),
        (Sight::Lines, _) => {
            format!("{line} in (select pl.line_id from principal_line pl where pl.principal_id = ${param})")
        }
        (Sight::Stations, Some(station)) => {
            format!("{station} in (select ps.station_id from principal_station ps where ps.principal_id = ${param})")
        }
        (Sight::Stations, None) => format!(
            "{line} in (select bs.line_id from principal_station ps join station bs on bs.id = ps.station_id where ps.principal_id = ${param})"
        ),
    };
    let condition = match (sight, or_null) {
        (Sight::All, _) => String::new(),
        (Sight::Stations, true) if station.is_some() => format!("and {bound}"),
        (_, true) => format!("and ({line} is null or {bound})"),
        (_, false) => format!("and {bound}"),
    };
    scope(&format!("{}{condition}{}", &text[..start], &text[end + 1..]), sight, param)
}

/// SQLite numbers parameters with `?1` and has no row locks.
fn for_sqlite(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        let numbered = c == '$' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if numbered && !quoted { '?' } else { c });
    }
    without_locks(out)
}

/// The same question without the words that lock rows.
fn without_locks(mut out: String) -> String {
    for lock in [" for update skip locked", " for no key update", " for update", " for key share", " for share"] {
        let mut from = 0;
        while let Some(at) = out[from..].find(lock).map(|i| i + from) {
            let rest = &out[at + lock.len()..];
            let of = rest
                .trim_start()
                .strip_prefix("of ")
                .map(|r| r.len() - r.trim_start_matches(|c: char| c.is_alphanumeric() || "_, ".contains(c)).len());
            let cut = of.map_or(0, |n| rest.len() - rest.trim_start().len() + 3 + n);
            out.replace_range(at..at + lock.len() + cut, "");
            from = at;
        }
    }
    out
}

fn params_in(text: &str) -> usize {
    let mut highest = 0;
    for (i, _) in text.match_indices('$') {
        let digits: String = text[i + 1..].chars().take_while(char::is_ascii_digit).collect();
        highest = highest.max(digits.parse().unwrap_or(0));
    }
    highest
}

/// A statement of the product: plain SQL beside the function that needs it.
///
/// Placeholders are `$1`, `$2`, …; `{scope: r.line_id}` becomes the condition for the actor's sight.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        #[$crate::reexport::linkme::distributed_slice($crate::db::STATEMENTS)]
        #[linkme(crate = $crate::reexport::linkme)]
        static STATEMENT: $crate::db::Sql = $crate::db::Sql::new($text, file!(), line!());
        &STATEMENT
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_gets_numbered_parameters_and_no_locks() {
        let sql = Sql::new("select a from t where b = $2 and c = '$1' and d = $1 for update", "", 0);
        let on_sqlite = sql.text_for(Dialect::Sqlite, Sight::All, true);
        assert_eq!(on_sqlite, "select a from t where b = ?2 and c = '$1' and d = ?1");
        let of = Sql::new("select a from t join u on true where b = $1 for update of t", "", 0);
        assert_eq!(of.text_for(Dialect::Sqlite, Sight::All, true), "select a from t join u on true where b = ?1");
    }

    #[test]
    fn r_core_004_guards_asked_on_a_reading_snapshot_lock_nothing() {
        let sql = Sql::new("select a from t where b = $1 for update", "", 0);
        assert_eq!(sql.text_for(Dialect::Postgres, Sight::All, true), "select a from t where b = $1 for update");
        assert_eq!(sql.text_for(Dialect::Postgres, Sight::All, false), "select a from t where b = $1");
    }

    #[test]
    fn r_core_006_scope_is_a_word_in_the_text() {
        let sql = Sql::new("select 1 from run r where r.status = $1 {scope: r.line_id} order by r.id", "", 0);
        assert!(!sql.text_for(Dialect::Postgres, Sight::All, true).contains("principal"));
        assert!(sql.text_for(Dialect::Postgres, Sight::Lines, true).contains("and r.line_id in (select pl.line_id"));
        assert!(sql.text_for(Dialect::Sqlite, Sight::Lines, true).contains("principal_id = ?2"));
        let station = Sql::new("select 1 from station s where true {scope: s.line_id or null, station s.id}", "", 0);
        assert!(station.text_for(Dialect::Sqlite, Sight::Stations, true).contains("and s.id in (select ps.station_id"));
        assert!(
            station.text_for(Dialect::Sqlite, Sight::Lines, true).contains("and (s.line_id is null or s.line_id in")
        );
    }
}
