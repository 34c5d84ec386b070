//! Import a table into a register: every row or none, and every bad cell named by line and column.

use std::collections::{HashMap, HashSet};

use kernel::error::VALIDATION_FAILED;
use kernel::{Error, FieldError, Refusal, Result};
use serde_json::{Value as Json, json};

use super::change::changed;
use super::csv::{self, error};
use super::field::{Cell, Field};
use super::rows::{Made, Stored, text};
use crate::ask::Ask;
use crate::command::Entity;
use crate::cx::Cx;
use crate::registry::Asked;
use crate::words::{self, Lang};

/// The most bytes of a table.
pub const CSV_MAX: usize = 2 * 1024 * 1024;
/// The most rows of a table.
pub const ROWS_MAX: usize = 5_000;
/// The most bad cells that are named.
const ERRORS_MAX: usize = 100;

/// Import a table: rows whose code exists are edited, others are created. Columns are named by field or by label; absent
/// columns leave what is there, empty cells are empty or the default.
pub(super) struct Import {
    made: &'static Made,
    action: &'static str,
    csv: String,
    table: Option<Table>,
}

/// A table read so far: which field each column is, and the cells of each row or what is wrong with it.
struct Table {
    rows: Vec<Row>,
    errors: Vec<FieldError>,
}

struct Row {
    line: usize,
    given: Vec<Option<Cell>>,
}

/// A row and what it becomes of.
struct Planned {
    stored: Option<Stored>,
    cells: Vec<Cell>,
}

impl Import {
    pub(super) fn parse(
        made: &'static Made,
        action: &'static str,
        fields: &Json,
    ) -> std::result::Result<Import, serde_json::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            csv: String,
        }
        let Fields { csv } = serde_json::from_value(fields.clone())?;
        if csv.len() > CSV_MAX {
            return Err(serde::de::Error::custom(format!("csv: at most {CSV_MAX} bytes are allowed")));
        }
        Ok(Import { made, action, csv, table: None })
    }

    fn planned(&self, cx: &Cx<'_>) -> Result<std::result::Result<Vec<Planned>, Refusal>> {
        let read;
        let table = match &self.table {
            Some(table) => table,
            None => {
                read = Table::read(self.made.register.fields, &self.csv);
                &read
            }
        };
        let mut errors = table.errors.clone();
        let mut plan = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            plan.extend(row.planned(self.made, cx, &mut errors)?);
        }
        if errors.is_empty() {
            return Ok(Ok(plan));
        }
        errors.sort_by_key(|e| e.path.split('/').nth(2).and_then(|line| line.parse::<usize>().ok()));
        errors.truncate(ERRORS_MAX);
        Ok(Err(Refusal { errors, ..VALIDATION_FAILED.into() }))
    }
}

impl Asked for Import {
    fn entity(&self) -> Entity {
        Entity::of(self.made.register.noun, "import")
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        self.table = Some(Table::read(self.made.register.fields, &self.csv));
        Ok(())
    }

    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        match self.planned(cx)? {
            Ok(_) => Ok(()),
            Err(refusal) => ask.part(Err(refusal.into())),
        }
    }

    fn perform(&self, cx: &mut Cx<'_>) -> Result<String> {
        let plan = self.planned(cx)?.map_err(Error::from)?;
        let noun = self.made.register.noun;
        let (mut created, mut updated, mut unchanged) = (0, 0, 0);
        for Planned { stored, cells } in plan {
            cx.about(noun, text(&cells[0]));
            let differs = match &stored {
                None => self.made.add(cx, &cells).map(|_| true)?,
                Some(stored) => self.made.save(cx, stored, &cells)?.1,
            };
            match (stored.is_some(), differs) {
                (false, _) => created += 1,
                (true, true) => updated += 1,
                (true, false) => unchanged += 1,
            }
            // Each row has its own history, so each has its own audit row.
            if differs {
                cx.record(self.action)?;
            }
        }
        cx.about(noun, "import");
        let counts = [("created", created), ("updated", updated), ("unchanged", unchanged)];
        for (name, count) in counts {
            cx.note("add", name, None, Some(Json::from(count)));
        }
        Ok(json!({ "created": created, "updated": updated, "unchanged": unchanged }).to_string())
    }
}

impl Table {
    fn read(fields: &'static [Field], csv: &str) -> Table {
        let mut errors = Vec::new();
        let (head, records) = match csv::read(csv) {
            Ok(read) => read,
            Err(line) => return Table { rows: vec![], errors: vec![error(line, "", "INVALID", "a quote never ends")] },
        };
        let columns = columns(fields, &head, &mut errors);
        if !columns.contains(&Some(0)) {
            errors.push(error(1, fields[0].name, "REQUIRED", "this column is needed"));
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
                match fields[field].read_text(record.cells.get(column).map_or("", String::as_str)) {
                    Ok(cell) => given[field] = Some(cell),
                    Err((code, message)) => errors.push(error(record.line, fields[field].name, code, message)),
                }
            }
            if let Some(code) = &given[0] {
                if !seen.insert(kernel::code::fold(text(code))) {
                    errors.push(error(record.line, fields[0].name, "REPEATED", "this code stands in the table twice"));
                }
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
    for name in ["version"] {
        named.insert(name.into(), None);
        named.extend(label(name).map(|label| (label, None)));
    }
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

impl Row {
    /// What becomes of the row; what is wrong with it is added to the errors.
    fn planned(&self, made: &'static Made, cx: &Cx<'_>, errors: &mut Vec<FieldError>) -> Result<Option<Planned>> {
        let fields = made.register.fields;
        let before = errors.len();
        let mut wrong =
            |at: usize, code: &str, message: String| errors.push(error(self.line, fields[at].name, code, message));
        let Some(code) = &self.given[0] else { return Ok(None) };
        let stored = made.load(cx, &kernel::code::fold(text(code)))?;
        let mut cells = Vec::with_capacity(fields.len());
        for (i, given) in self.given.iter().enumerate() {
            let cell = match (given, &stored) {
                (Some(_), Some(stored)) if i == 0 => stored.cells[0].clone(),
                (Some(given), _) => given.clone(),
                (None, Some(stored)) => stored.cells[i].clone(),
                (None, None) => fields[i].absent().unwrap_or_else(|(code, message)| {
                    wrong(i, code, message);
                    Cell::EMPTY
                }),
            };
            cells.push(cell);
        }
        for (i, cell) in cells.iter_mut().enumerate() {
            if let Err(refusal) = made.resolve(cx, &fields[i], cell)? {
                wrong(i, refusal.def.code, refusal.def.meaning.into());
            }
        }
        if let Some((at, refusal)) = stored.as_ref().and_then(|stored| made.out_of_scope(cx, &stored.cells)) {
            wrong(at, refusal.def.code, refusal.def.meaning.into());
        }
        for at in stored.iter().flat_map(|stored| changed(stored, &cells)) {
            if let Some(refusal) = stored.as_ref().and_then(|stored| made.owned(stored, at)) {
                wrong(at, refusal.def.code, refusal.def.meaning.into());
            }
        }
        if errors.len() > before {
            return Ok(None);
        }
        for (at, refusal) in made.troubles(cx, &cells, stored.as_ref())? {
            errors.push(error(self.line, fields[at].name, refusal.def.code, refusal.def.meaning));
        }
        Ok((errors.len() == before).then_some(Planned { stored, cells }))
    }
}
