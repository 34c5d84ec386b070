//! Packages: the programs the tests need besides Rust, found on the machine or installed from Debian.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, While, fail, keeper};

/// What Debian's `fonts-noto-cjk` brings; with it no further question is needed.
const CHINESE_FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// Where the programs are.
pub struct Found {
    /// The folder that holds `initdb`, `postgres` and `pg_isready`.
    pub postgres: PathBuf,
    /// Chromium and its driver; absent only when nobody asked for them.
    pub browser: Option<Browser>,
}

/// The browser and the program that drives it.
pub struct Browser {
    /// Path of `chromium`.
    pub chromium: PathBuf,
    /// Path of `chromedriver`.
    pub driver: PathBuf,
}

/// Finds what the tests need. As root on Debian it installs what is missing; elsewhere it says what to install.
pub fn ensure(with_browser: bool) -> Result<Found> {
    let absent = missing(with_browser);
    if !absent.is_empty() {
        install(&absent)?;
    }
    let absent = missing(with_browser);
    let Some(postgres) = postgres_folder().filter(|_| absent.is_empty()) else {
        return fail(format!("still missing after the installation: {}", absent.join(", ")));
    };
    println!("   PostgreSQL: {}", postgres.display());
    let browser = browser().filter(|_| with_browser);
    if let Some(browser) = &browser {
        println!("   Chromium: {} and {}, with a Chinese font", browser.chromium.display(), browser.driver.display());
    }
    Ok(Found { postgres, browser })
}

/// The folder of PostgreSQL's server programs: the newest of Debian's, else the one on the `PATH`.
pub fn postgres_folder() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = installed.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let debian = newest_first(versions).into_iter().map(|v| PathBuf::from(format!("/usr/lib/postgresql/{v}/bin")));
    debian.chain(path_folders()).find(|folder| {
        let has = |program: &str| folder.join(program).is_file();
        has("initdb") && has("postgres") && has("pg_isready")
    })
}

/// Whether we run as root, who may install packages and may not run PostgreSQL.
pub fn is_root() -> bool {
    let answer = Command::new("id").arg("-u").output();
    answer.is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

fn missing(with_browser: bool) -> Vec<&'static str> {
    let mut missing = Vec::new();
    if postgres_folder().is_none() {
        missing.push("postgresql");
    }
    if !with_browser {
        return missing;
    }
    if program("chromium").is_none() {
        missing.push("chromium");
    }
    if program("chromedriver").is_none() {
        missing.push("chromium-driver");
    }
    if !has_chinese_font() {
        missing.push("fonts-noto-cjk");
    }
    missing
}

fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let is_debian = Path::new("/etc/debian_version").exists() && program("apt-get").is_some();
    if !is_debian {
        return fail(format!("missing: {names} (Debian's names). Install them and run this again."));
    }
    if !is_root() {
        return fail(format!(
            "missing: {names}. Run `sudo apt-get install --no-install-recommends {names}` and then this again."
        ));
    }
    println!("   missing: {names}");
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    keeper::run(&apt(&["update", "-q"])).or_fail("the package list did not come")?;
    let mut install = apt(&["install", "-q", "-y", "--no-install-recommends"]);
    keeper::run(install.args(packages)).or_fail("the packages did not install")
}

fn browser() -> Option<Browser> {
    Some(Browser { chromium: program("chromium")?, driver: program("chromedriver")? })
}

fn has_chinese_font() -> bool {
    if Path::new(CHINESE_FONT).exists() {
        return true;
    }
    let Some(list) = program("fc-list") else { return false };
    let fonts = Command::new(list).args([":lang=zh-cn", "family"]).stderr(Stdio::null()).output();
    fonts.is_ok_and(|fonts| !fonts.stdout.trim_ascii().is_empty())
}

fn program(name: &str) -> Option<PathBuf> {
    path_folders().map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn path_folders() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.into_iter()
}

fn newest_first(versions: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut versions: Vec<u32> = versions.collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_not_text() {
        assert_eq!(newest_first([9, 17, 15].into_iter()), [17, 15, 9]);
    }

    #[test]
    fn a_program_is_found_on_the_path() {
        assert!(program("sh").is_some());
        assert!(program("no-such-program-in-this-world").is_none());
    }
}
