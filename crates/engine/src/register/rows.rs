//! The rows of a register: its statements, composed once, and what every change of a row asks.

use std::collections::HashMap;

use kernel::{Error, Refusal, Result, Value, p};
use serde_json::{Map, Value as Json};

use super::field::{Cell, Field, Kind, shown};
use super::{Entry, RESERVED, Register, USED};
use crate::cx::Cx;
use crate::db::Sql;
use crate::refusals::{CODE_DUPLICATE, CODE_RESERVED, LINE_FORBIDDEN};

/// A register with its statements; lives as long as the process.
pub(super) struct Made {
    pub register: &'static Register,
    load: &'static Sql,
    taken: &'static Sql,
    insert: &'static Sql,
    update: &'static Sql,
    remove: &'static Sql,
    counts: Vec<(&'static str, bool, &'static Sql)>,
    /// For each field: how a reference finds its row, how a unique value finds who has it.
    resolve: HashMap<&'static str, &'static Sql>,
    having: HashMap<&'static str, &'static Sql>,
}

/// A row as it is kept.
pub(super) struct Stored {
    pub id: i64,
    pub version: i64,
    pub cells: Vec<Cell>,
}

impl Made {
    pub(super) fn of(register: &'static Register) -> &'static Made {
        let Register { table, fields, .. } = register;
        let keep = |text: String| Sql::compose(text, file!(), line!());
        let raw: Vec<String> = fields.iter().map(|f| format!("t.{}", f.column)).collect();
        let codes: Vec<String> = references(fields).map(|(_, f)| f.selected()).collect();
        let selected = [raw, codes].concat().join(", ");
        let written: Vec<&str> = fields.iter().map(|f| f.column).collect();
        let places: Vec<String> = (1..=written.len() + 1).map(|i| format!("${i}")).collect();
        let sets: Vec<String> = written.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 2)).collect();
        let n = written.len();
        let counts = register.used_by.iter().map(|by| {
            let text = format!("select cast(count(*) as bigint) from {} where {} = $1", by.table, by.column);
            (by.kind, by.by_key, keep(text))
        });
        let resolve = references(fields)
            .map(|(to, f)| (f.name, keep(format!("select id, code from {} where code_key = $1 for share", to.table))));
        let unique = fields
            .iter()
            .filter(|f| f.unique)
            .map(|f| (f.name, keep(format!("select id, code from {table} where {} = $1", f.column))));
        Box::leak(Box::new(Made {
            register,
            load: keep(format!(
                "select t.id, t.version, {selected} from {table} t where t.code_key = $1 for update of t"
            )),
            taken: keep(format!("select id, code from {table} where code_key = $1")),
            insert: keep(format!(
                "insert into {table} (code_key, {}, version) values ({}, 1)",
                written.join(", "),
                places.join(", ")
            )),
            update: keep(format!(
                "update {table} set code_key = $1, {}, version = version + 1 where id = ${}",
                sets.join(", "),
                n + 2
            )),
            remove: keep(format!("delete from {table} where id = $1")),
            counts: counts.collect(),
            resolve: resolve.collect(),
            having: unique.collect(),
        }))
    }

    /// The row of a folded code, for a command that changes it.
    pub(super) fn load(&self, cx: &Cx<'_>, key: &str) -> Result<Option<Stored>> {
        let fields = self.register.fields;
        let mut found = None;
        cx.each(self.load, p![key], |mut values| {
            let mut codes = values.split_off(2 + fields.len()).into_iter();
            let mut values = values.into_iter();
            let mut number = || match values.next() {
                Some(Value::Int(n)) => Ok(n),
                other => Err(Error::fault(format!("{}: {other:?} is no number", self.register.table))),
            };
            let (id, version) = (number()?, number()?);
            let cells = fields.iter().zip(values).map(|(field, value)| {
                let said = if matches!(field.kind, Kind::Reference(_)) {
                    codes.next().unwrap_or(Value::Null)
                } else {
                    value.clone()
                };
                Ok(Cell { shown: field.show(said)?, value })
            });
            found = Some(Stored { id, version, cells: cells.collect::<Result<_>>()? });
            Ok(())
        })?;
        Ok(found)
    }

    /// Look up the row a reference names; the refusal says that there is none.
    pub(super) fn resolve(&self, cx: &Cx<'_>, field: &Field, cell: &mut Cell) -> Result<Result<(), Refusal>> {
        let (Kind::Reference(to), Value::Text(key)) = (field.kind, &cell.value) else { return Ok(Ok(())) };
        let found: Option<(i64, String)> = cx.one(self.resolve[field.name], p![key])?;
        match found {
            Some((id, code)) => {
                *cell = Cell { value: Value::Int(id), shown: code.into() };
                Ok(Ok(()))
            }
            None => Ok(Err(self.register.refusal(to.missing, cell.shown.as_str().unwrap_or_default(), &[]))),
        }
    }

    /// Why a row may not be as it is given: its line is out of scope, its code reserved or taken, a unique value is another's.
    pub(super) fn troubles(
        &self,
        cx: &Cx<'_>,
        cells: &[Cell],
        stored: Option<&Stored>,
    ) -> Result<Vec<(usize, Refusal)>> {
        let register = self.register;
        let mut troubles: Vec<(usize, Refusal)> = Vec::new();
        if let Some(refusal) = self.out_of_scope(cx, cells) {
            troubles.push(refusal);
        }
        let code = text(&cells[0]);
        let key = kernel::code::fold(code);
        let mine = stored.map(|s| s.id);
        if key == RESERVED {
            troubles.push((0, CODE_RESERVED.with("code", code)));
        }
        if stored.is_none_or(|s| kernel::code::fold(text(&s.cells[0])) != key)
            && self.held(cx, self.taken, &Value::Text(key), mine)?
        {
            troubles.push((0, register.refusal(register.duplicate, code, &[])));
        }
        for (i, field) in register.fields.iter().enumerate().filter(|(i, f)| f.unique && cells[*i].value != Value::Null)
        {
            if self.held(cx, self.having[field.name], &cells[i].value, mine)? {
                let more = [("field", Json::from(field.name)), ("code", cells[i].shown.clone())];
                troubles.push((i, register.refusal(CODE_DUPLICATE, text(&cells[i]), &more)));
            }
        }
        Ok(troubles)
    }

    /// The refusal for a row whose line is not in the asker's scope.
    pub(super) fn out_of_scope(&self, cx: &Cx<'_>, cells: &[Cell]) -> Option<(usize, Refusal)> {
        let column = self.register.line?;
        let at = self.register.fields.iter().position(|f| f.column == column)?;
        let line = match cells[at].value {
            Value::Int(line) => Some(line),
            _ => None,
        };
        (!cx.reaches_line(line)).then(|| (at, LINE_FORBIDDEN.with("line", text(&cells[at]))))
    }

    /// Whether a row of no line is everybody's to see.
    pub(super) fn serves_any(&self, stored: &Stored) -> bool {
        let at = self.register.line.and_then(|column| self.register.fields.iter().position(|f| f.column == column));
        at.is_some_and(|at| stored.cells[at].value == Value::Null)
    }

    /// The refusal for a field that belongs to the system the row came from.
    pub(super) fn owned(&self, stored: &Stored, at: usize) -> Option<Refusal> {
        let register = self.register;
        let owner = register.owner.as_ref()?;
        let source = register.fields.iter().position(|f| f.column == owner.column)?;
        let source = text(&stored.cells[source]);
        if source.is_empty() || source == "MES" || !register.fields[at].owned {
            return None;
        }
        let more = [("field", Json::from(register.fields[at].name)), ("source", Json::from(source))];
        Some(register.refusal(owner.refusal, text(&stored.cells[0]), &more))
    }

    /// What names a row, counted by kind, and what gates refuse besides.
    pub(super) fn dependants(&self, cx: &Cx<'_>, stored: &Stored) -> Result<(Map<String, Json>, Vec<Refusal>)> {
        let code = text(&stored.cells[0]).to_string();
        let key = kernel::code::fold(&code);
        let mut counts = Map::new();
        for (kind, by_key, sql) in &self.counts {
            let named = if *by_key { Value::Text(key.clone()) } else { Value::Int(stored.id) };
            let count: i64 = cx.value(sql, [named])?.unwrap_or(0);
            if count > 0 {
                let so_far = counts.get(*kind).and_then(Json::as_i64).unwrap_or(0);
                counts.insert((*kind).to_string(), (so_far + count).into());
            }
        }
        let entry = Entry { noun: self.register.noun, id: stored.id, code, code_key: key };
        let mut refusals = Vec::new();
        for gate in cx.registry().gates_at(&USED) {
            let verdict = gate(cx, &entry)?;
            refusals.extend(verdict.refusals);
            let counted = verdict
                .evidence
                .into_iter()
                .filter_map(|e| if let Json::Object(counts) = e { Some(counts) } else { None });
            counts.extend(counted.flatten().filter(|(_, n)| n.as_i64().is_some_and(|n| n > 0)));
        }
        Ok((counts, refusals))
    }

    /// Add a row, note and tell it; gives its answer.
    pub(super) fn add(&self, cx: &mut Cx<'_>, cells: &[Cell]) -> Result<Json> {
        cx.run(self.insert, self.written(cells)).map_err(|e| self.taken_as_duplicate(e, cells))?;
        let names = self.note(cx, None, Some(cells));
        self.tell(cx, cells, &names)?;
        Ok(shown(self.register.fields, cells, 1))
    }

    /// Write what differs, note and tell it; gives the answer, and whether anything differed.
    pub(super) fn save(&self, cx: &mut Cx<'_>, before: &Stored, cells: &[Cell]) -> Result<(Json, bool)> {
        if before.cells.iter().zip(cells).all(|(a, b)| a.value == b.value) {
            return Ok((shown(self.register.fields, cells, before.version), false));
        }
        let mut params = self.written(cells);
        params.push(Value::Int(before.id));
        cx.run(self.update, params).map_err(|e| self.taken_as_duplicate(e, cells))?;
        let names = self.note(cx, Some(&before.cells), Some(cells));
        self.tell(cx, cells, &names)?;
        Ok((shown(self.register.fields, cells, before.version + 1), true))
    }

    /// Delete a row and note what it was.
    pub(super) fn remove(&self, cx: &mut Cx<'_>, stored: &Stored) -> Result<()> {
        cx.run(self.remove, p![stored.id])?;
        self.note(cx, Some(&stored.cells), None);
        Ok(())
    }

    fn written(&self, cells: &[Cell]) -> Vec<Value> {
        let key = Value::Text(kernel::code::fold(text(&cells[0])));
        [key].into_iter().chain(cells.iter().map(|cell| cell.value.clone())).collect()
    }

    fn taken_as_duplicate(&self, error: Error, cells: &[Cell]) -> Error {
        error.taken_as(self.register.refusal(self.register.duplicate, text(&cells[0]), &[]))
    }

    fn held(&self, cx: &Cx<'_>, sql: &'static Sql, value: &Value, mine: Option<i64>) -> Result<bool> {
        let holder: Option<(i64, String)> = cx.one(sql, std::slice::from_ref(value))?;
        Ok(holder.is_some_and(|(id, _)| Some(id) != mine))
    }

    /// Note what differs between two states of a row; gives the names of the fields.
    fn note(&self, cx: &mut Cx<'_>, before: Option<&[Cell]>, after: Option<&[Cell]>) -> Vec<String> {
        let mut names = Vec::new();
        for (i, field) in self.register.fields.iter().enumerate() {
            let (was, is) = (before.map(|c| &c[i]), after.map(|c| &c[i]));
            let there = |cell: Option<&Cell>| cell.is_some_and(|c| c.value != Value::Null);
            if was.map(|c| &c.value) == is.map(|c| &c.value) || !(there(was) || there(is)) {
                continue;
            }
            let op = match (before, after) {
                (None, _) => "add",
                (_, None) => "remove",
                _ => "replace",
            };
            cx.note(op, field.name, was.map(|c| c.shown.clone()), is.map(|c| c.shown.clone()));
            names.push(field.name.to_string());
        }
        names
    }

    fn tell(&self, cx: &mut Cx<'_>, cells: &[Cell], names: &[String]) -> Result<()> {
        match self.register.tells {
            Some(tell) => tell(cx, text(&cells[0]), names),
            None => Ok(()),
        }
    }
}

/// The text a cell shows; empty for what is no text.
pub(super) fn text(cell: &Cell) -> &str {
    cell.shown.as_str().unwrap_or_default()
}

fn references(fields: &'static [Field]) -> impl Iterator<Item = (super::field::Reference, &'static Field)> {
    fields.iter().filter_map(|f| match f.kind {
        Kind::Reference(to) => Some((to, f)),
        _ => None,
    })
}
