//! One process on one data directory: whoever comes second hears who was first (R-PLAT-135).

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// The lock; given back when it is dropped or the process ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Take the lock of a data directory, creating the directory if need be.
    pub fn take(data_dir: &Path) -> Result<Lock, String> {
        std::fs::create_dir_all(data_dir).map_err(|e| format!("{}: {e}", data_dir.display()))?;
        let path = data_dir.join("takt.lock");
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
                data_dir.display(),
                holder.trim()
            ));
        }
        let write =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        write.map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Lock { _file: file })
    }
}
