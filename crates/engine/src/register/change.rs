//! Create, update and delete a row of a register, as commands like all others.

use kernel::{Error, Result};
use serde_json::{Map, Value as Json};

use super::field::{Cell, Wrong, shown};
use super::rows::{Made, Stored, text};
use crate::ask::Ask;
use crate::command::{Done, Entity};
use crate::cx::Cx;
use crate::refusals::CODE_IMMUTABLE;
use crate::registry::Asked;

/// Create a row.
pub(super) struct Create {
    made: &'static Made,
    cells: Vec<Cell>,
}

/// Edit a row; what is absent stays.
pub(super) struct Update {
    made: &'static Made,
    key: Cell,
    given: Vec<Option<Cell>>,
}

/// Delete a row that nothing names.
pub(super) struct Delete {
    made: &'static Made,
    key: Cell,
}

type Parsed<T> = std::result::Result<T, serde_json::Error>;

impl Create {
    pub(super) fn parse(made: &'static Made, fields: &Json) -> Parsed<Create> {
        let given = given(made, fields, None)?;
        let cells = made.register.fields.iter().zip(given).map(|(field, cell)| match cell {
            Some(cell) => Ok(cell),
            None => field.absent().map_err(|wrong| said(field.name, wrong)),
        });
        Ok(Create { made, cells: cells.collect::<Parsed<_>>()? })
    }

    fn judged(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Vec<Cell>> {
        let mut cells = self.cells.clone();
        resolve(self.made, cx, ask, &mut cells)?;
        for (_, refusal) in self.made.troubles(cx, &cells, None)? {
            ask.part(Err(refusal.into()))?;
        }
        Ok(cells)
    }
}

impl Asked for Create {
    fn entity(&self) -> Entity {
        Entity::of(self.made.register.noun, text(&self.cells[0]))
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        Ok(())
    }

    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        self.judged(cx, ask).map(drop)
    }

    fn perform(&self, cx: &mut Cx<'_>) -> Result<String> {
        let cells = self.judged(cx, &mut Ask::first())?;
        let row = self.made.add(cx, &cells)?;
        cx.created();
        Ok(row.to_string())
    }
}

impl Update {
    pub(super) fn parse(made: &'static Made, fields: &Json) -> Parsed<Update> {
        Ok(Update { made, key: key(made, fields)?, given: given(made, fields, Some(made.register.key))? })
    }

    fn judged(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<(Stored, Vec<Cell>)> {
        let stored = mine(self.made, cx, ask, &self.key)?;
        let mut cells: Vec<Cell> = stored
            .cells
            .iter()
            .zip(&self.given)
            .map(|(is, given)| given.clone().unwrap_or_else(|| is.clone()))
            .collect();
        resolve(self.made, cx, ask, &mut cells)?;
        for at in changed(&stored, &cells) {
            if let Some(refusal) = self.made.owned(&stored, at) {
                ask.part(Err(refusal.into()))?;
            }
        }
        if stored.cells[0] != cells[0] {
            let (counts, _) = self.made.dependants(cx, &stored)?;
            ask.that(counts.is_empty(), || CODE_IMMUTABLE.with("code", text(&stored.cells[0])))?;
        }
        for (_, refusal) in self.made.troubles(cx, &cells, Some(&stored))? {
            ask.part(Err(refusal.into()))?;
        }
        Ok((stored, cells))
    }
}

impl Asked for Update {
    fn entity(&self) -> Entity {
        Entity::of(self.made.register.noun, text(&self.key))
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        Ok(())
    }

    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        self.judged(cx, ask).map(drop)
    }

    fn perform(&self, cx: &mut Cx<'_>) -> Result<String> {
        let (stored, cells) = self.judged(cx, &mut Ask::first())?;
        cx.about(self.made.register.noun, text(&stored.cells[0]));
        Ok(self.made.save(cx, &stored, &cells)?.0.to_string())
    }
}

impl Delete {
    pub(super) fn parse(made: &'static Made, fields: &Json) -> Parsed<Delete> {
        let empty = Map::new();
        let others = fields.as_object().unwrap_or(&empty).keys().find(|name| *name != made.register.key);
        match others {
            Some(name) => Err(said(name, ("INVALID", "unknown field".into()))),
            None => Ok(Delete { made, key: key(made, fields)? }),
        }
    }

    fn judged(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<Stored> {
        let stored = mine(self.made, cx, ask, &self.key)?;
        let (counts, refusals) = self.made.dependants(cx, &stored)?;
        let register = self.made.register;
        let named = [("counts", Json::Object(counts.clone()))];
        ask.that(counts.is_empty(), || register.refusal(register.dependent, text(&stored.cells[0]), &named))?;
        for refusal in refusals {
            ask.part(Err(refusal.into()))?;
        }
        Ok(stored)
    }
}

impl Asked for Delete {
    fn entity(&self) -> Entity {
        Entity::of(self.made.register.noun, text(&self.key))
    }

    fn prepare(&mut self, _: &Cx<'_>) -> Result<()> {
        Ok(())
    }

    fn ask(&self, cx: &Cx<'_>, ask: &mut Ask) -> Result<()> {
        self.judged(cx, ask).map(drop)
    }

    fn perform(&self, cx: &mut Cx<'_>) -> Result<String> {
        let stored = self.judged(cx, &mut Ask::first())?;
        cx.about(self.made.register.noun, text(&stored.cells[0]));
        self.made.remove(cx, &stored)?;
        serde_json::to_string(&Done::OK).map_err(|e| Error::fault(e.to_string()))
    }
}

/// One row for a question: its fields and version, if the asker may see it.
pub(super) fn row(made: &'static Made, cx: &Cx<'_>, fields: &Json) -> Result<String> {
    let key = key(made, fields).map_err(|e| Error::fault(e.to_string()))?;
    let stored = made.load(cx, &kernel::code::fold(text(&key)))?;
    let seen = stored.filter(|stored| made.out_of_scope(cx, &stored.cells).is_none_or(|_| made.serves_any(stored)));
    let stored = seen.ok_or_else(|| made.register.refusal(made.register.missing, text(&key), &[]))?;
    Ok(shown(made.register.fields, &stored.cells, stored.version).to_string())
}

/// Load the row a call is about: it exists, is in scope, and is what the caller saw.
fn mine(made: &'static Made, cx: &Cx<'_>, ask: &mut Ask, key: &Cell) -> Result<Stored> {
    let stored = made.load(cx, &kernel::code::fold(text(key)))?;
    let stored = ask.need(stored, || made.register.refusal(made.register.missing, text(key), &[]))?;
    if let Some((_, refusal)) = made.out_of_scope(cx, &stored.cells) {
        ask.part(Err(refusal.into()))?;
    }
    ask.part(cx.unchanged(stored.version))?;
    Ok(stored)
}

fn resolve(made: &'static Made, cx: &Cx<'_>, ask: &mut Ask, cells: &mut [Cell]) -> Result<()> {
    for (field, cell) in made.register.fields.iter().zip(cells) {
        if let Err(refusal) = made.resolve(cx, field, cell)? {
            return ask.need(None, refusal);
        }
    }
    Ok(())
}

/// The places of the fields that differ.
pub(super) fn changed(stored: &Stored, cells: &[Cell]) -> Vec<usize> {
    (0..cells.len()).filter(|i| stored.cells[*i].value != cells[*i].value).collect()
}

/// Read the fields of a call; `key` is the path field, if the call has one.
fn given(made: &'static Made, fields: &Json, key: Option<&str>) -> Parsed<Vec<Option<Cell>>> {
    let empty = Map::new();
    let given = fields.as_object().unwrap_or(&empty);
    let known = |name: &str| made.register.fields.iter().any(|f| f.name == name && !f.readonly) || Some(name) == key;
    if let Some(name) = given.keys().find(|name| !known(name)) {
        return Err(said(name, ("INVALID", "unknown field".into())));
    }
    let read = |field: &super::Field| match given.get(field.name) {
        None => Ok(None),
        Some(json) => field.read(json).map(Some).map_err(|wrong| said(field.name, wrong)),
    };
    made.register.fields.iter().map(read).collect()
}

fn key(made: &'static Made, fields: &Json) -> Parsed<Cell> {
    let register = made.register;
    let json = fields.get(register.key).cloned().unwrap_or_default();
    register.fields[0].read(&json).map_err(|wrong| said(register.key, wrong))
}

/// What is wrong as the door reads it: a refusal's code stands alone, the rest names its field.
fn said(name: &str, (code, message): Wrong) -> serde_json::Error {
    let alone = matches!(code, "CODE_REQUIRED" | "NAME_REQUIRED");
    serde::de::Error::custom(if alone { message } else { format!("{name}: {message}") })
}
