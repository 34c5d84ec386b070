//! Writes down the statements the product issues, with their values, so that the benchmark can run the same ones bare.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::Value;

use super::sql::{Sight, Sql};

static ON: AtomicBool = AtomicBool::new(false);
static OUT: Mutex<Option<BufWriter<File>>> = Mutex::new(None);

/// Begin to record into a file, one JSON line for each statement.
pub fn start(path: &Path) -> std::io::Result<()> {
    *OUT.lock().expect("the recorder is never poisoned") = Some(BufWriter::new(File::create(path)?));
    ON.store(true, Ordering::Release);
    Ok(())
}

/// One statement of business code.
pub fn statement(sql: &'static Sql, sight: Sight, params: &[Value]) {
    if !ON.load(Ordering::Relaxed) {
        return;
    }
    let params: Vec<_> = params.iter().map(Value::to_json).collect();
    line(&serde_json::json!({ "sql": sql.text_for(super::Dialect::Sqlite, sight, true), "params": params }));
}

/// One statement of the engine: begin, savepoint, release, commit.
pub fn control(text: &str) {
    if ON.load(Ordering::Relaxed) {
        line(&serde_json::json!({ "control": text }));
    }
}

fn line(json: &serde_json::Value) {
    if let Some(out) = OUT.lock().expect("the recorder is never poisoned").as_mut() {
        let _ = writeln!(out, "{json}");
        let _ = out.flush();
    }
}
