//! Lists templates, styles and scripts, so that a new file is found without being named anywhere.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = String::new();
    for (name, folder, extension) in
        [("TEMPLATES", "templates", "html"), ("STYLES", "assets/css", "css"), ("SCRIPTS", "assets/js", "js")]
    {
        let folder = root.join(folder);
        println!("cargo:rerun-if-changed={}", folder.display());
        let mut files: Vec<_> = fs::read_dir(&folder).expect("a folder").map(|f| f.expect("a file").path()).collect();
        files.sort();
        writeln!(out, "pub static {name}: &[(&str, &str)] = &[").expect("memory");
        for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == extension)) {
            println!("cargo:rerun-if-changed={}", file.display());
            let short = file.file_name().expect("a name").to_string_lossy();
            writeln!(out, "    ({short:?}, include_str!({:?})),", file.display().to_string()).expect("memory");
        }
        writeln!(out, "];").expect("memory");
    }
    fs::write(Path::new(&env::var("OUT_DIR").expect("OUT_DIR")).join("files.rs"), out).expect("write files.rs");
}
