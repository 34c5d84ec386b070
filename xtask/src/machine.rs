//! What a benchmark ran on: figures without their machine say nothing.

use std::fs::{File, read_to_string};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::load::histogram::Histogram;
use crate::{Result, While, workspace};

/// Blocks written and synced to learn what durability costs here.
const SYNCS: usize = 200;
const BLOCK_BYTES: usize = 4096;

/// The machine in words, in the order they are reported.
pub fn facts() -> Result<Vec<(&'static str, String)>> {
    let cpus = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = read_to_string("/proc/meminfo").unwrap_or_default();
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let folder = workspace().join("target/bench");
    std::fs::create_dir_all(&folder).or_fail("cannot make target/bench")?;
    let syncs = sync_latency(&folder)?;
    Ok(vec![
        ("processor", field(&cpus, "model name").unwrap_or("unknown").to_string()),
        ("cores", cores.to_string()),
        ("memory", field(&memory, "MemTotal").map_or("unknown".into(), gibibytes)),
        ("kernel", kernel.trim().to_string()),
        ("rustc", rustc()),
        ("disk, 4 KiB write and fdatasync", syncs.summary()),
    ])
}

/// Prints the facts.
pub fn print() -> Result<()> {
    for (name, value) in facts()? {
        println!("{name}: {value}");
    }
    Ok(())
}

fn sync_latency(folder: &Path) -> Result<Histogram> {
    let path = folder.join("sync");
    let mut file = File::create(&path).or_fail("cannot write beside the report")?;
    let mut seen = Histogram::default();
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.write_all(&[0x5a; BLOCK_BYTES]).and_then(|()| file.sync_data()).or_fail("cannot sync the disk")?;
        seen.note(started.elapsed());
    }
    std::fs::remove_file(&path).or_fail("cannot remove the probe file")?;
    Ok(seen)
}

fn rustc() -> String {
    let answer = Command::new("rustc").arg("--version").output();
    answer.map_or("unknown".into(), |answer| String::from_utf8_lossy(&answer.stdout).trim().to_string())
}

/// The value of the first line `name : value`.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// `16325412 kB` as `15.6 GiB`.
fn gibibytes(text: &str) -> String {
    let Some(kibibytes) = text.split(' ').next().and_then(|n| n.parse::<f64>().ok()) else { return text.to_string() };
    format!("{:.1} GiB", kibibytes / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_memory_is_spoken() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz\nprocessor\t: 1\n";
        assert_eq!(field(text, "model name"), Some("Some CPU @ 2.0GHz"));
        assert_eq!(field(text, "bogomips"), None);
        assert_eq!(gibibytes("16325412 kB"), "15.6 GiB");
    }
}
