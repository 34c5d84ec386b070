//! Connections to PostgreSQL, encrypted when the URL asks for it (`sslmode=require`).
//!
//! Encrypted connections are always verified against the certificates the system trusts (or those of `SSL_CERT_FILE`).

use kernel::{Cause, Error, Result};
use postgres::config::SslMode;
use postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::postgres::error;

/// Connect as the URL's `sslmode` says: `require` encrypts and verifies, without it the connection is plain.
pub fn connect(config: &Config) -> Result<Client> {
    if config.get_ssl_mode() != SslMode::Require {
        return config.connect(NoTls).map_err(error);
    }
    let (tls, _) =
        MakeRustlsConnect::with_native_certs().map_err(|e| Error::Fault(Cause::new(format!("certificates: {e:?}"))))?;
    config.connect(tls).map_err(error)
}
