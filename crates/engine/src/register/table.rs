//! A table given as text, read by the fields it is for; what is wrong with it is named by line and column.

use std::collections::{HashMap, HashSet};

use kernel::error::VALIDATION_FAILED;
use kernel::{FieldError, Refusal};

use super::csv::{self, error};
use super::field::{Cell, Field};
use crate::words::{self, Lang};

/// The most bytes of a table.
pub const CSV_MAX: usize = 2 * 1024 * 1024;
/// The most rows of a table.
pub const ROWS_MAX: usize = 5_000;
/// The most bad cells that are named.
const ERRORS_MAX: usize = 100;

/// A table read so far: the rows whose cells can be read, and what is wrong with the others.
pub struct Table {
    pub rows: Vec<Row>,
    pub errors: Vec<FieldError>,
}

/// A row: the line it begins on, and for each field what it says, if the table has that column. An empty cell says that the
/// field is empty; of a field that never is, because it has a default, it says nothing.
pub struct Row {
    pub line: usize,
    pub given: Vec<Option<Cell>>,
}

/// The refusal of a table: its bad cells by line, the first hundred.
pub fn refusal(mut errors: Vec<FieldError>) -> Refusal {
    errors.sort_by_key(|e| e.path.split('/').nth(2).and_then(|line| line.parse::<usize>().ok()));
    errors.truncate(ERRORS_MAX);
    Refusal { errors, ..VALIDATION_FAILED.into() }
}

impl Table {
    /// Read a table. Each row carries the fields at `keys`, and no two rows have the same ones.
    pub fn read(fields: &'static [Field], keys: &[usize], csv: &str) -> Table {
        let mut errors = Vec::new();
        let (head, records) = match csv::read(csv) {
            Ok(read) => read,
            Err((line, what)) => return Table { rows: vec![], errors: vec![error(line, "", "INVALID", what)] },
        };
        let columns = columns(fields, &head, &mut errors);
        let absent = keys.iter().filter(|key| !columns.contains(&Some(**key)));
        errors.extend(absent.map(|key| error(1, fields[*key].name, "REQUIRED", "this column is needed")));
        if errors.iter().any(|e| e.code == "REQUIRED") {
            return Table { rows: vec![], errors };
        }
        if records.len() > ROWS_MAX {
            errors.push(error(records[ROWS_MAX].line, "", "TOO_MANY", format!("at most {ROWS_MAX} rows at once")));
            return Table { rows: vec![], errors };
        }
        let mut seen = HashSet::new();
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let mut given: Vec<Option<Cell>> = vec![None; fields.len()];
            let before = errors.len();
            if record.cells.len() > head.len() {
                errors.push(error(record.line, "", "INVALID", "more cells than columns"));
            }
            for (column, field) in columns.iter().enumerate() {
                let Some(field) = *field else { continue };
                let text = record.cells.get(column).map_or("", String::as_str);
                // Nothing said is no default either: a row that is there already keeps what it has.
                if text.is_empty() && fields[field].default.is_some() {
                    continue;
                }
                match fields[field].read_text(text) {
                    Ok(cell) => given[field] = Some(cell),
                    Err((code, message)) => errors.push(error(record.line, fields[field].name, code, message)),
                }
            }
            let key: Option<Vec<String>> = keys.iter().map(|at| given[*at].as_ref().map(Cell::key)).collect();
            if key.is_some_and(|key| !seen.insert(key)) {
                errors.push(error(
                    record.line,
                    fields[keys[0]].name,
                    "REPEATED",
                    "this code stands in the table twice",
                ));
            }
            if errors.len() == before {
                rows.push(Row { line: record.line, given });
            }
        }
        Table { rows, errors }
    }
}

/// Which field each column is: by its name, or by its label in either language. What lists show and nobody writes is passed over.
fn columns(fields: &'static [Field], head: &[String], errors: &mut Vec<FieldError>) -> Vec<Option<usize>> {
    let label = |name: &str| Lang::ALL.map(|lang| words::say(lang, &format!("field-{name}"), []).to_lowercase());
    let mut named: HashMap<String, Option<usize>> = HashMap::new();
    named.insert("version".into(), None);
    named.extend(label("version").map(|label| (label, None)));
    for (i, field) in fields.iter().enumerate() {
        let at = Some(i).filter(|_| !field.readonly);
        named.extend(label(field.name).map(|label| (label, at)));
        named.insert(field.name.to_lowercase(), at);
    }
    let mut taken = HashSet::new();
    let mut column = |name: &String| match named.get(&name.to_lowercase()) {
        None => {
            errors.push(error(1, name, "UNKNOWN", "there is no such column"));
            None
        }
        Some(Some(at)) if !taken.insert(*at) => {
            errors.push(error(1, name, "REPEATED", "this column is there twice"));
            None
        }
        Some(at) => *at,
    };
    head.iter().map(&mut column).collect()
}
