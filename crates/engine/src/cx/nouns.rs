//! Rows of nouns: written by what changed, and noted for the audit trail as people read them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use kernel::{Error, Result, Value};
use serde_json::{Value as Json, json};

use super::Cx;
use crate::db::{Noun, Reach, Sql};

impl Cx<'_> {
    /// Insert a row of a noun, give it its id and note it.
    pub fn add<N: Noun>(&mut self, row: &mut N) -> Result<()> {
        row.set_version(1);
        let values = row.values();
        let sql = insert_of::<N>();
        let id: Option<(i64,)> = self.tx.all(sql, Reach::ALL, &values[1..])?.pop();
        row.set_id(id.map_or(0, |id| id.0));
        for (column, value) in N::COLUMNS.iter().zip(&values).skip(1) {
            if *value != Value::Null && !N::SPEC.quiet.contains(column) {
                let after = self.told(row, column, value)?;
                self.note("add", column, None, Some(after));
            }
        }
        Ok(())
    }

    /// Insert a row that shares the id of a row it extends (a user and its principal), and note it.
    pub fn add_with_id<N: Noun>(&mut self, row: &mut N) -> Result<()> {
        row.set_version(1);
        let values = row.values();
        self.tx.execute(insert_with_id_of::<N>(), &values)?;
        for (column, value) in N::COLUMNS.iter().zip(&values).skip(1) {
            if *value != Value::Null && !N::SPEC.quiet.contains(column) {
                let after = self.told(row, column, value)?;
                self.note("add", column, None, Some(after));
            }
        }
        Ok(())
    }

    /// Write the columns that differ, count the version up and note the diff; gives whether anything changed.
    pub fn save<N: Noun>(&mut self, before: &N, after: &mut N) -> Result<bool> {
        let (old, new) = (before.values(), after.values());
        let version_at = N::COLUMNS.iter().position(|c| *c == "version");
        let changed: Vec<usize> = (1..old.len()).filter(|i| old[*i] != new[*i] && Some(*i) != version_at).collect();
        if changed.is_empty() {
            return Ok(false);
        }
        let mut mask: u64 = changed.iter().fold(0, |mask, i| mask | 1 << i);
        let mut params: Vec<Value> = changed.iter().map(|i| new[*i].clone()).collect();
        if let Some(at) = version_at {
            let Value::Int(version) = old[at] else { return Err(Error::fault("a version is a number")) };
            after.set_version(version + 1);
            mask |= 1 << at;
            params.push(Value::Int(version + 1));
        }
        params.push(Value::Int(after.id_number()));
        self.tx.execute(update_of::<N>(mask, version_at), &params)?;
        for i in changed {
            let column = N::COLUMNS[i];
            if N::SPEC.quiet.contains(&column) {
                continue;
            }
            let (was, is) = (self.told(before, column, &old[i])?, self.told(after, column, &new[i])?);
            self.note("replace", column, Some(was), Some(is));
        }
        Ok(true)
    }

    /// Delete a row of a noun and note what it was.
    pub fn remove<N: Noun>(&mut self, row: &N) -> Result<()> {
        self.tx.execute(delete_of::<N>(), &[Value::Int(row.id_number())])?;
        for (column, value) in N::COLUMNS.iter().zip(row.values()).skip(1) {
            if value != Value::Null && !N::SPEC.quiet.contains(column) {
                let was = self.told(row, column, &value)?;
                self.note("remove", column, Some(was), None);
            }
        }
        Ok(())
    }

    /// A column as the diff shows it: hidden ones as `***`, ids as the code of the row they name.
    fn told<N: Noun>(&self, row: &N, column: &str, value: &Value) -> Result<Json> {
        if N::SPEC.hidden.contains(&column) {
            return Ok(if *value == Value::Null { Json::Null } else { json!("***") });
        }
        let reference = N::SPEC.refs.iter().find(|(name, _)| *name == column);
        if let (Some((_, to)), Value::Int(_)) = (reference, value) {
            let code: Option<(String,)> = self.tx.all(code_of(to), Reach::ALL, std::slice::from_ref(value))?.pop();
            return Ok(code.map_or(Json::Null, |c| c.0.into()));
        }
        Ok(row.shown(column))
    }
}

type Composed = LazyLock<Mutex<HashMap<(&'static str, &'static str, u64), &'static Sql>>>;
static COMPOSED: Composed = LazyLock::new(Mutex::default);

fn composed(verb: &'static str, table: &'static str, mask: u64, text: impl FnOnce() -> String) -> &'static Sql {
    let mut composed = COMPOSED.lock().expect("composing never panics");
    composed.entry((verb, table, mask)).or_insert_with(|| Sql::compose(text(), file!(), line!()))
}

fn insert_of<N: Noun>() -> &'static Sql {
    composed("insert", N::SPEC.table, N::COLUMNS.len() as u64, || {
        let columns = &N::COLUMNS[1..];
        let places: Vec<String> = (1..=columns.len()).map(|i| format!("${i}")).collect();
        format!("insert into {} ({}) values ({}) returning id", N::SPEC.table, columns.join(", "), places.join(", "))
    })
}

fn insert_with_id_of<N: Noun>() -> &'static Sql {
    composed("insert with id", N::SPEC.table, N::COLUMNS.len() as u64, || {
        let places: Vec<String> = (1..=N::COLUMNS.len()).map(|i| format!("${i}")).collect();
        format!("insert into {} ({}) values ({})", N::SPEC.table, N::COLUMNS.join(", "), places.join(", "))
    })
}

fn update_of<N: Noun>(mask: u64, version_at: Option<usize>) -> &'static Sql {
    composed("update", N::SPEC.table, mask, || {
        let mut sets: Vec<&str> = (1..N::COLUMNS.len())
            .filter(|i| mask & 1 << i != 0 && Some(*i) != version_at)
            .map(|i| N::COLUMNS[i])
            .collect();
        sets.extend(version_at.map(|_| "version"));
        let sets: Vec<String> = sets.iter().enumerate().map(|(i, c)| format!("{c} = ${}", i + 1)).collect();
        format!("update {} set {} where id = ${}", N::SPEC.table, sets.join(", "), sets.len() + 1)
    })
}

fn delete_of<N: Noun>() -> &'static Sql {
    composed("delete", N::SPEC.table, 0, || format!("delete from {} where id = $1", N::SPEC.table))
}

fn code_of(reference: &'static str) -> &'static Sql {
    composed("code", reference, 0, || {
        let (table, column) = reference.split_once('.').expect("a reference names table.column");
        format!("select {column} from {table} where id = $1")
    })
}
