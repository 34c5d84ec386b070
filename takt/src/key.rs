//! What this installation alone knows: a file beside the database, so that whoever has a copy of the database alone cannot try
//! passwords against it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The key in a data directory; made when it is asked for the first time, for the owner alone to read.
pub fn of(data_dir: &Path) -> Result<String, String> {
    let (path, fresh) = (data_dir.join("takt.key"), data_dir.join("takt.key.new"));
    let told = |e: std::io::Error| format!("{}: {e}", path.display());
    match std::fs::read_to_string(&path) {
        Ok(key) => return Ok(key),
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(told(e)),
    }
    // Whole or not at all: it is written beside its place and moved there.
    let key = engine::store::random_words();
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh);
    let write = |mut file: File| file.write_all(key.as_bytes()).and_then(|()| file.sync_all());
    file.and_then(write).and_then(|()| std::fs::rename(&fresh, &path)).map_err(told)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_003_an_installation_has_one_key_and_keeps_it_to_itself() {
        let folder = tempfile::tempdir().unwrap();
        let key = of(folder.path()).unwrap();
        assert_eq!((key.len(), of(folder.path()).unwrap()), (32, key));
        let file = std::fs::metadata(folder.path().join("takt.key")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o777, 0o600);
        assert!(of(&folder.path().join("nowhere")).is_err());
    }
}
