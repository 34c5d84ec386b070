//! A private PostgreSQL: a fresh cluster in a temporary folder, on a free loopback port, gone when we are.

use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output as Ran, Stdio};
use std::time::{Duration, SystemTime};

use crate::keeper::{Kept, Output, Stop};
use crate::{Result, While, fail, free_port, packages};

/// The account that runs PostgreSQL when we are root; Debian's package creates it.
const SERVER_ACCOUNT: &str = "postgres";
/// The database superuser the tests sign in as.
const SUPERUSER: &str = "takt";
/// How long a start may take, also on a slow disk.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; dropping it stops it and removes its files.
pub struct Server {
    /// Absent only while it restarts.
    kept: Option<Kept>,
    cluster: Cluster,
}

/// A data folder and how to run it.
struct Cluster {
    programs: PathBuf,
    home: PathBuf,
    account: Option<Account>,
    port: u16,
}

impl Server {
    /// Creates a cluster (collation C, UTF-8) and starts it. `programs` is the folder of PostgreSQL's programs.
    ///
    /// Durability is on, as in a plant: a commit that was answered is on the disk. Loopback connections need no
    /// password; the socket and the files are for the server's account only.
    pub fn start(programs: &Path) -> Result<Server> {
        let home = private_folder("takt-postgres")?;
        let started = Cluster::create(programs, &home).and_then(|cluster| {
            let kept = Some(cluster.run()?);
            Ok(Server { kept, cluster })
        });
        started.inspect_err(|_| drop(std::fs::remove_dir_all(&home)))
    }

    /// Stops the server, which ends every connection, and starts it again on the same data and port.
    pub fn restart(&mut self) -> Result<()> {
        if let Some(kept) = self.kept.take() {
            kept.stop_only();
        }
        self.kept = Some(self.cluster.run()?);
        Ok(())
    }

    /// Where the tests find it: the URL of the maintenance database, as a superuser.
    pub fn url(&self) -> String {
        format!("postgres://{SUPERUSER}@127.0.0.1:{}/postgres", self.cluster.port)
    }

    /// Waits until the server ends by itself.
    fn wait(mut self) -> Result<ExitStatus> {
        let Some(kept) = &mut self.kept else { return fail("PostgreSQL is not running") };
        kept.wait()
    }
}

impl Cluster {
    fn create(programs: &Path, home: &Path) -> Result<Cluster> {
        let account = Account::for_server()?;
        if let Some(Account { uid, gid, .. }) = account {
            chown(home, Some(uid), Some(gid)).or_fail("cannot give the folder to PostgreSQL's account")?;
        }
        let mut initdb = command(programs, "initdb", account.as_ref());
        initdb.args(["--locale=C", "--encoding=UTF8", "--auth=trust", "--username", SUPERUSER, "-D"]);
        let ran = initdb.arg(home.join("data")).current_dir(home).output().or_fail("cannot run initdb")?;
        if !ran.status.success() {
            return fail(format!("initdb failed ({}):\n{}", ran.status, words(&ran)));
        }
        Ok(Cluster { programs: programs.into(), home: home.into(), account, port: free_port()? })
    }

    /// Starts the server and waits until it answers.
    fn run(&self) -> Result<Kept> {
        let Cluster { programs, home, account, port } = self;
        let mut postgres = command(programs, "postgres", account.as_ref());
        postgres.arg("-D").arg(home.join("data")).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        postgres.arg("-k").arg(home).current_dir(home);
        for setting in ["max_connections=200", "fsync=on", "synchronous_commit=on", "timezone=UTC"] {
            postgres.args(["-c", setting]);
        }
        let log = home.join("log");
        let mut kept = Kept::start(&postgres, Stop::Interrupt, Some(home), Output::File(log.clone()))?;
        if let Err(cause) = kept.until(PATIENCE, || is_ready(programs, *port)) {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            return fail(format!("PostgreSQL did not start: {cause}\n{log}"));
        }
        Ok(kept)
    }
}

/// Starts a server and stays until Ctrl-C, or until the server ends.
pub fn foreground() -> Result<()> {
    let found = packages::ensure(false)?;
    let server = Server::start(&found.postgres)?;
    println!("A private PostgreSQL is running; Ctrl-C stops it and removes its files.\n");
    println!("  export TAKT_TEST_POSTGRES={}", server.url());
    let status = server.wait()?;
    fail(format!("PostgreSQL ended by itself ({status})"))
}

/// A new folder in the temporary directory that only its owner may enter.
pub fn private_folder(name: &str) -> Result<PathBuf> {
    let nanos = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |age| age.subsec_nanos());
    let folder = std::env::temp_dir().join(format!("{name}-{}-{nanos}", std::process::id()));
    let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
    made.or_fail(format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

struct Account {
    name: &'static str,
    uid: u32,
    gid: u32,
}

impl Account {
    /// PostgreSQL refuses to run as root, so root lends it an account.
    fn for_server() -> Result<Option<Account>> {
        if !packages::is_root() {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd").or_fail("cannot read the accounts")?;
        let Some((uid, gid)) = account_ids(&accounts, SERVER_ACCOUNT) else {
            return fail(format!("PostgreSQL does not run as root, and there is no account `{SERVER_ACCOUNT}`"));
        };
        Ok(Some(Account { name: SERVER_ACCOUNT, uid, gid }))
    }
}

/// User and group number of `name` in the text of `/etc/passwd`.
fn account_ids(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// One of PostgreSQL's programs, under the server's account, blind to the developer's own PostgreSQL settings.
fn command(programs: &Path, program: &str, account: Option<&Account>) -> Command {
    let path = programs.join(program);
    let mut command = match account {
        None => Command::new(path),
        Some(account) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", account.name, "--regid", &account.gid.to_string(), "--init-groups", "--"]);
            command.arg(path);
            command
        }
    };
    for (name, _) in std::env::vars_os() {
        let is_setting = name.to_str().is_some_and(|name| name.starts_with("PG"));
        if is_setting {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
    command
}

fn is_ready(programs: &Path, port: u16) -> bool {
    let mut ask = command(programs, "pg_isready", None);
    ask.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string(), "-U", SUPERUSER, "-d", "postgres"]);
    ask.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn words(ran: &Ran) -> String {
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn account_numbers_come_from_the_third_and_fourth_field() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104:Admin,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(account_ids(accounts, "postgres"), Some((101, 104)));
        assert_eq!(account_ids(accounts, "postgre"), None);
    }

    #[test]
    fn a_private_folder_is_for_its_owner_only() {
        let folder = private_folder("takt-folder").unwrap();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::remove_dir(folder).unwrap();
    }
}
