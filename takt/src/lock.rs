//! One process on one data directory and one SQLite file: whoever comes second hears who was first (R-PLAT-135).

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;

use engine::store::Database;
use rustix::fs::{FlockOperation, flock};

use crate::config::Config;

/// The locks of what a process works on: its data directory and, wherever it lies, its SQLite file. Nodes share a PostgreSQL
/// database, but each has a data directory of its own.
pub fn of(config: &Config) -> Result<Vec<Lock>, String> {
    let mut locks = vec![Lock::take(&config.data_dir, "takt.lock")?];
    if let Database::Sqlite(file) = &config.database {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        locks.push(Lock::take(folder, &format!("{name}.lock"))?);
    }
    Ok(locks)
}

/// The lock; given back when it is dropped or the process ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Take a lock in a directory, creating the directory if need be.
    fn take(folder: &Path, name: &str) -> Result<Lock, String> {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let path = folder.join(name);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| format!("{}: {e}", path.display()))?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            return Err(format!(
                "DATA_DIR_LOCKED: {} is in use by process {}; stop it first",
                folder.display(),
                holder.trim()
            ));
        }
        let write =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        write.map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Lock { _file: file })
    }
}
