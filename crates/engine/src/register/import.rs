//! Import a table into a register: every row or none, and every bad cell named by line and column.

use kernel::{Error, FieldError, Refusal, Result};
use serde_json::{Value as Json, json};

use super::change::changed;
use super::csv::error;
use super::field::Cell;
use super::rows::{Made, Stored, text};
use super::table::{CSV_MAX, Row, Table, refusal};
use crate::ask::Ask;
use crate::command::Entity;
use crate::cx::Cx;
use crate::registry::Asked;

/// Import a table: rows whose code exists are edited, others are created. Columns are named by field or by label; absent
/// columns leave what is there, empty cells empty it, but for fields that have a default: those they leave, too.
pub(super) struct Import {
    made: &'static Made,
    action: &'static str,
    csv: String,
    table: Option<Table>,
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
                read = Table::read(self.made.register.fields, &[0], &self.csv);
                &read
            }
        };
        let mut errors = table.errors.clone();
        let mut plan = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            plan.extend(planned(row, self.made, cx, &mut errors)?);
        }
        Ok(if errors.is_empty() { Ok(plan) } else { Err(refusal(errors)) })
    }
}

impl Asked for Import {
    fn entity(&self) -> Entity {
        Entity::of(self.made.register.noun, "import")
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        self.table = Some(Table::read(self.made.register.fields, &[0], &self.csv));
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

/// What becomes of a row; what is wrong with it is added to the errors.
fn planned(row: &Row, made: &'static Made, cx: &Cx<'_>, errors: &mut Vec<FieldError>) -> Result<Option<Planned>> {
    let fields = made.register.fields;
    let before = errors.len();
    let mut wrong =
        |at: usize, code: &str, message: String| errors.push(error(row.line, fields[at].name, code, message));
    let Some(code) = &row.given[0] else { return Ok(None) };
    let stored = made.load(cx, &kernel::code::fold(text(code)))?;
    let mut cells = Vec::with_capacity(fields.len());
    for (i, given) in row.given.iter().enumerate() {
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
        errors.push(error(row.line, fields[at].name, refusal.def.code, refusal.def.meaning));
    }
    Ok((errors.len() == before).then_some(Planned { stored, cells }))
}
