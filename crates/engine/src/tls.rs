//! Connections to PostgreSQL, encrypted when the URL asks for it (`sslmode=require`).
//!
//! Encrypted connections are always verified against the certificates the system trusts (or those of `SSL_CERT_FILE`).

use kernel::{Cause, Error, Result};
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::db::postgres::error;

/// Connect as the URL's `sslmode` says: `require` encrypts and verifies, without it the connection is plain. The connection
/// lives on the runtime this is awaited on.
pub async fn connect(config: &Config) -> Result<Client> {
    if config.get_ssl_mode() != SslMode::Require {
        return connect_with(config, NoTls).await;
    }
    let (tls, _) =
        MakeRustlsConnect::with_native_certs().map_err(|e| Error::Fault(Cause::new(format!("certificates: {e:?}"))))?;
    connect_with(config, tls).await
}

async fn connect_with<T>(config: &Config, tls: T) -> Result<Client>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await.map_err(error)?;
    tokio::spawn(async move {
        // Whoever asks next hears of a lost connection from the client.
        if let Err(e) = connection.await {
            tracing::warn!(error = %e, "a connection to PostgreSQL was lost");
        }
    });
    Ok(client)
}
