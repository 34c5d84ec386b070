//! The command line of Takt.

use std::process::ExitCode;

fn main() -> ExitCode {
    takt::cli::run()
}
