//! Children that never outlive us: a shell stands between, sees our pipe close, and ends the child and all it started.
//!
//! A destructor alone would not do: Ctrl-C, `kill` and `kill -9` run none. The pipe closes in every case, so there is
//! one way of stopping and it is always the same. The keeper leads a process group of its own, out of Ctrl-C's reach.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::{Result, While, fail};

const SCRIPT: &str = include_str!("keeper.sh");

/// How a child is asked to stop; after ten seconds it is killed.
#[derive(Clone, Copy)]
pub enum Stop {
    /// SIGTERM, for most programs.
    Terminate,
    /// SIGINT, PostgreSQL's fast shutdown.
    Interrupt,
}

/// A running child; dropping it stops it, waits for it, and removes its folder.
pub struct Kept {
    keeper: Child,
    folder: Option<PathBuf>,
}

impl Kept {
    /// Starts `command` (program, arguments, environment, folder and output are used; its input is empty).
    /// `folder` is removed when the child has been stopped.
    pub fn start(command: &Command, stop: Stop, folder: Option<&Path>, output: Output) -> Result<Kept> {
        let signal = match stop {
            Stop::Terminate => "TERM",
            Stop::Interrupt => "INT",
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "keeper", signal]).arg(folder.unwrap_or(Path::new("")));
        shell.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(place) = command.get_current_dir() {
            shell.current_dir(place);
        }
        shell.stdin(Stdio::piped()).process_group(0);
        if let Output::File(log) = output {
            let file = std::fs::File::create(&log).or_fail(format!("cannot write {}", log.display()))?;
            shell.stderr(file.try_clone().or_fail("cannot share the log")?).stdout(file);
        }
        let keeper = shell.spawn().or_fail(format!("cannot start {:?}", command.get_program()))?;
        Ok(Kept { keeper, folder: folder.map(Path::to_path_buf) })
    }

    /// Whether the child is still there.
    pub fn is_running(&mut self) -> bool {
        matches!(self.keeper.try_wait(), Ok(None))
    }

    /// The process number of the child itself.
    pub fn child(&self) -> Result<u32> {
        let keeper = self.keeper.id();
        let children = std::fs::read_to_string(format!("/proc/{keeper}/task/{keeper}/children"));
        let children = children.or_fail("cannot see the child")?;
        let is_shell = |pid: &&str| {
            let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            words.starts_with(b"sh\0")
        };
        let found = children.split_whitespace().find(|pid| !is_shell(pid)).and_then(|pid| pid.parse().ok());
        found.map_or_else(|| fail("the child is gone"), Ok)
    }

    /// Stops the child and leaves its folder for the next one.
    pub fn stop_only(mut self) {
        if let Some(pipe) = &mut self.keeper.stdin {
            let _ = pipe.write_all(b"the folder stays\n");
        }
        self.folder = None;
    }

    /// Waits until the child ends by itself.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        // `Child::wait` would close the pipe, and with it end the child.
        let open = self.keeper.stdin.take();
        let status = self.keeper.wait().or_fail("cannot wait for a child");
        self.keeper.stdin = open;
        status
    }

    /// Waits until `answers`, at most about `patience`; fails when the child ends before.
    pub fn until(&mut self, patience: Duration, mut answers: impl FnMut() -> bool) -> Result<()> {
        const PAUSE: Duration = Duration::from_millis(50);
        let tries = patience.as_millis() / PAUSE.as_millis();
        for _ in 0..tries {
            if !self.is_running() {
                return fail("it ended at once");
            }
            if answers() {
                return Ok(());
            }
            sleep(PAUSE);
        }
        fail(format!("it did not answer within {} s", patience.as_secs()))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.is_running() {
            drop(self.keeper.stdin.take());
            let _ = self.keeper.wait();
        }
        // A child that ended by itself took the keeper with it, but not what it had started.
        let kill = format!("kill -s KILL -- -{}", self.keeper.id());
        let _ = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Where a child's words go.
pub enum Output {
    /// To the developer.
    Shown,
    /// Into a file, read when something goes wrong.
    File(PathBuf),
}

/// Runs `command` to its end with its output shown; it ends when we end.
pub fn run(command: &Command) -> Result<()> {
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let program = Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy();
    let line = format!("{program} {}", words.join(" "));
    println!("   {line}");
    let status = Kept::start(command, Stop::Terminate, None, Output::Shown)?.wait()?;
    if !status.success() {
        return fail(format!("`{line}` failed ({status})"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_exit_code_comes_through() {
        assert!(run(&shell("exit 0")).is_ok());
        assert!(run(&shell("exit 3")).unwrap_err().0.contains("exit status: 3"));
    }

    #[test]
    fn dropping_stops_the_child_and_what_it_started_and_removes_the_folder() {
        let folder = std::env::temp_dir().join(format!("takt-keeper-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let pids = folder.join("pids");
        let script = format!("sleep 1000 & echo $! $$ > {}; wait", pids.display());
        let mut kept = Kept::start(&shell(&script), Stop::Terminate, Some(&folder), Output::Shown).unwrap();
        let mut written = String::new();
        kept.until(Duration::from_secs(5), || {
            written = std::fs::read_to_string(&pids).unwrap_or_default();
            written.ends_with('\n')
        })
        .unwrap();
        drop(kept);
        assert!(!folder.exists());
        for pid in written.split_whitespace() {
            assert!(is_soon_gone(pid), "{pid} is still there");
        }
    }

    /// A dead process whose new parent has not looked at it yet counts as gone.
    fn is_soon_gone(pid: &str) -> bool {
        (0..100).any(|_| {
            sleep(Duration::from_millis(20));
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.rsplit(") ").next().is_none_or(|state| state.is_empty() || state.starts_with('Z'))
        })
    }

    #[test]
    fn what_a_child_leaves_behind_ends_too() {
        let script = "sleep 1000 & echo $! > \"$PIDS\"";
        let pids = std::env::temp_dir().join(format!("takt-left-{}", std::process::id()));
        let status =
            Kept::start(shell(script).env("PIDS", &pids), Stop::Terminate, None, Output::Shown).unwrap().wait();
        assert!(status.unwrap().success());
        let pid = std::fs::read_to_string(&pids).unwrap();
        std::fs::remove_file(&pids).unwrap();
        assert!(is_soon_gone(pid.trim()), "{pid} is still there");
    }

    #[test]
    fn a_child_that_ends_at_once_is_noticed() {
        let mut kept = Kept::start(&shell("exit 1"), Stop::Terminate, None, Output::Shown).unwrap();
        let failure = kept.until(Duration::from_secs(5), || false).unwrap_err();
        assert_eq!(failure.0, "it ended at once");
    }
}
