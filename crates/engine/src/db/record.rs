//! Keeps the statements the writers issue, with their values, so that the benchmark can run the same ones bare.
//!
//! They stay in memory while the product works, so that recording changes the batches as little as it can, and go to the file
//! at the end: one JSON line for each statement, in the order in which they were run.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::Value;
use serde_json::json;

/// At most this many statements are kept; what comes after is not recorded.
const KEPT_MAX: usize = 4_000_000;

static ON: AtomicBool = AtomicBool::new(false);
static KEPT: Mutex<Option<Recording>> = Mutex::new(None);

struct Recording {
    path: PathBuf,
    lines: Vec<Line>,
}

struct Line {
    /// Which connection.
    conn: usize,
    text: String,
    params: Vec<Value>,
    /// The id that an insert gave.
    id: Option<i64>,
}

/// Begin to record; [`finish`] writes the file.
pub fn start(path: &Path) {
    let recording = Recording { path: path.to_path_buf(), lines: Vec::new() };
    *KEPT.lock().expect("the recorder is never poisoned") = Some(recording);
    ON.store(true, Ordering::Release);
}

/// Whether statements are recorded; they are not but for the benchmark.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// One statement of a writing connection, after it was run.
pub fn statement(conn: usize, text: &str, params: &[Value], id: Option<i64>) {
    let mut kept = KEPT.lock().expect("the recorder is never poisoned");
    let Some(recording) = kept.as_mut() else { return };
    recording.lines.push(Line { conn, text: text.to_string(), params: params.to_vec(), id });
    if recording.lines.len() >= KEPT_MAX {
        ON.store(false, Ordering::Release);
    }
}

/// Write what was recorded.
pub fn finish() -> std::io::Result<()> {
    ON.store(false, Ordering::Release);
    let Some(recording) = KEPT.lock().expect("the recorder is never poisoned").take() else { return Ok(()) };
    let mut out = BufWriter::new(File::create(recording.path)?);
    for line in recording.lines {
        let params: Vec<_> = line.params.iter().map(Value::to_json).collect();
        writeln!(out, "{}", json!({ "conn": line.conn, "sql": line.text, "params": params, "id": line.id }))?;
    }
    out.flush()
}
