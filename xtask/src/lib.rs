//! The developer's tools behind `cargo xtask`: what continuous integration runs is what a developer runs.
//!
//! | module        | does                                                              |
//! |---------------|-------------------------------------------------------------------|
//! | [`test`]      | the whole test command and the quick check                        |
//! | [`packages`]  | finds or installs PostgreSQL, Chromium and the Chinese font       |
//! | [`postgres`]  | a private PostgreSQL server on a free loopback port               |
//! | [`browser`]   | chromedriver on a free loopback port                              |
//! | [`keeper`]    | children that never outlive us, however we end                    |
//! | [`load`]      | HTTP clients, latencies and many threads, for `bench` and `ordeal` |
//! | [`machine`]   | what a benchmark ran on                                           |
//! | `bench`       | the figures of the performance page, behind the feature `bench`   |
//! | [`product`]   | the real program as a process                                     |
//! | [`ordeal`]    | what bad luck must not do: kill, restart, two nodes, one thing     |
//! | [`plenty`]    | as many rows behind every list as one likes                      |
//! | [`report`]    | figures against their targets, as JSON and Markdown               |
//! | [`new_slice`] | the skeleton of a new command                                     |

#[cfg(feature = "bench")]
pub mod bench;
pub mod browser;
pub mod keeper;
pub mod load;
pub mod machine;
pub mod new_slice;
pub mod ordeal;
pub mod packages;
pub mod plenty;
pub mod postgres;
pub mod product;
pub mod report;
pub mod steps;
pub mod test;

use std::fmt;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// Why a tool could not do its work, as a sentence for the developer.
#[derive(Debug)]
pub struct Failure(pub String);

/// What every tool answers.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A failure with the given sentence.
pub fn fail<T>(sentence: impl Into<String>) -> Result<T> {
    Err(Failure(sentence.into()))
}

/// Says what was being done when something else failed.
pub trait While<T> {
    /// `Err(cause)` becomes "`doing`: `cause`".
    fn or_fail(self, doing: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> While<T> for std::result::Result<T, E> {
    fn or_fail(self, doing: impl fmt::Display) -> Result<T> {
        self.map_err(|cause| Failure(format!("{doing}: {cause}")))
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
pub fn workspace() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// A loopback port that nobody listens on at this moment.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).or_fail("no free loopback port")?;
    Ok(listener.local_addr().or_fail("no free loopback port")?.port())
}
