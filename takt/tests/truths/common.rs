//! What the truths share: the sources, the registry, the generated documents and databases without rows.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use engine::Registry;
use engine::listing::Listing;

/// The registry of this release.
pub fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(takt::wire::registry);
    &REGISTRY
}

/// Every list of the release.
pub fn listings() -> Vec<&'static Listing> {
    registry().queries.values().filter_map(|q| q.listing).collect()
}

/// The folder that holds the workspace.
pub fn root() -> &'static Path {
    xtask::workspace()
}

/// A file of the workspace.
pub struct File {
    /// Path from the root, with `/`.
    pub path: String,
    pub text: String,
}

/// Every file below these folders with one of these endings, sorted by path.
pub fn files(folders: &[&str], endings: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    for folder in folders {
        walk(&root().join(folder), endings, &mut found);
    }
    found.sort();
    let read = |path: PathBuf| {
        let short = path.strip_prefix(root()).expect("files lie in the workspace").to_string_lossy().replace('\\', "/");
        File { path: short, text: fs::read_to_string(&path).expect("sources are UTF-8") }
    };
    found.into_iter().map(read).collect()
}

/// All Rust sources of the product.
pub fn sources() -> Vec<File> {
    let all = files(&["crates", "takt", "xtask"], &["rs"]);
    all.into_iter().filter(|f| f.path.contains("/src/")).collect()
}

fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            if !path.ends_with("target") {
                walk(&path, endings, found);
            }
        } else if path.extension().is_some_and(|e| endings.iter().any(|wanted| e == *wanted)) {
            found.push(path);
        }
    }
}

/// The source without its `#[cfg(test)]` modules at the foot.
pub fn without_tests(text: &str) -> &str {
    text.find("\n#[cfg(test)]").map_or(text, |at| &text[..at])
}

/// Fail with every complaint, one a line.
pub fn none_of(complaints: &[String], what: &str) {
    assert!(complaints.is_empty(), "{} × {what}:\n{}", complaints.len(), complaints.join("\n"));
}

/// Whether this run writes the generated documents anew instead of comparing them.
pub fn is_updating() -> bool {
    std::env::var_os("TAKT_TEST_UPDATE").is_some()
}

/// A generated document as it is kept; empty when there is none.
pub fn kept(name: &str) -> String {
    fs::read_to_string(root().join("docs/generated").join(name)).unwrap_or_default()
}

/// A generated document must say what the release says; `TAKT_TEST_UPDATE=1` writes it anew.
pub fn is_current(name: &str, text: &str) {
    if is_updating() {
        fs::write(root().join("docs/generated").join(name), text).expect("the document can be written");
        return;
    }
    let kept = kept(name);
    if kept == text {
        return;
    }
    let differs = kept.lines().zip(text.lines()).position(|(a, b)| a != b);
    let at = differs.unwrap_or_else(|| kept.lines().count().min(text.lines().count()));
    let line = |t: &str| t.lines().nth(at).unwrap_or("(the end)").chars().take(200).collect::<String>();
    let (was, is) = (line(&kept), line(text));
    panic!(
        "docs/generated/{name} is not current; `cargo xtask docs` writes it anew. Line {}:\n  kept: {was}\n  now:  {is}",
        at + 1
    );
}
