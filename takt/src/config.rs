//! Start-up settings: flags win over `TAKT_*`, these over `takt.toml`, these over defaults; an unknown name is an error.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use engine::store::Database;
use kernel::Cidr;

/// What can be said on the command line; everything here can also stand in the environment or in `takt.toml`.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Where the data is: sqlite:PATH or postgres://… (default: takt.db in the data directory)
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// The directory for data [default: ./takt-data]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1]
    #[arg(long)]
    pub host: Option<String>,
    /// The port to listen on, 0 for a free one [default: 8080]
    #[arg(long)]
    pub port: Option<u16>,
    /// The address people use; https makes cookies Secure
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// The plant's time zone [default: Asia/Shanghai]
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Allow plain HTTP on an address other than loopback
    #[arg(long)]
    pub insecure_http: bool,
    /// The configuration file [default: takt.toml when it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The settings in force.
#[derive(Clone, Debug)]
pub struct Config {
    pub data_dir: PathBuf,
    pub database: Database,
    pub address: SocketAddr,
    pub public_url: Option<String>,
    pub zone_name: String,
    pub zone: jiff::tz::TimeZone,
    pub trusted_proxies: Vec<Cidr>,
    pub metrics_token: Option<String>,
    pub log_level: String,
    pub insecure_http: bool,
    pub log_json: bool,
    pub writers: usize,
    pub record: Option<PathBuf>,
}

/// Every name, what it means, and whether it is shown as `***`.
pub const NAMES: &[(&str, &str, bool)] = &[
    ("HOST", "address to listen on", false),
    ("PORT", "port to listen on", false),
    ("PUBLIC_URL", "address people use", false),
    ("DATA_DIR", "directory for data", false),
    ("DATABASE_URL", "sqlite:PATH or postgres://…", true),
    ("TIMEZONE", "plant time zone", false),
    ("TRUSTED_PROXIES", "addresses whose X-Forwarded-For counts, comma-separated", false),
    ("METRICS_TOKEN", "guards /metrics", true),
    ("LOG_LEVEL", "error, warn, info, debug", false),
    ("LOG_FORMAT", "json or text", false),
    ("INSECURE_HTTP", "allow plain HTTP beyond loopback", false),
    ("WRITERS", "writing connections to PostgreSQL", false),
    ("RECORD", "file for the statements of this run, for the benchmark", false),
];

impl Config {
    /// Put the settings together and check them.
    pub fn load(flags: &Flags) -> Result<Config, String> {
        let mut values: BTreeMap<String, String> = file_values(flags.config.as_deref())?;
        values.extend(env_values(std::env::vars())?);
        values.extend(flag_values(flags));
        Config::of(&values)
    }

    fn of(values: &BTreeMap<String, String>) -> Result<Config, String> {
        let get = |name: &str| values.get(name).filter(|v| !v.is_empty()).cloned();
        let data_dir = PathBuf::from(get("DATA_DIR").unwrap_or_else(|| "takt-data".into()));
        let database = match get("DATABASE_URL") {
            Some(url) => Database::parse(&url)?,
            None => Database::Sqlite(data_dir.join("takt.db")),
        };
        let host = get("HOST").unwrap_or_else(|| "127.0.0.1".into());
        let host: IpAddr = host.parse().map_err(|_| format!("TAKT_HOST {host:?} is not an IP address"))?;
        let port = get("PORT").unwrap_or_else(|| "8080".into());
        let port: u16 = port.parse().map_err(|_| format!("TAKT_PORT {port:?} is not a port"))?;
        let zone_name = get("TIMEZONE").unwrap_or_else(|| "Asia/Shanghai".into());
        let zone =
            jiff::tz::TimeZone::get(&zone_name).map_err(|_| format!("TAKT_TIMEZONE {zone_name:?} is no time zone"))?;
        let proxies = get("TRUSTED_PROXIES").unwrap_or_default();
        let proxies = proxies.split(',').map(str::trim).filter(|p| !p.is_empty()).map(|proxy| {
            let odd = || format!("TAKT_TRUSTED_PROXIES: {proxy:?} is neither an address nor a network like 10.0.0.0/8");
            Cidr::parse(proxy).ok_or_else(odd)
        });
        let trusted_proxies: Vec<Cidr> = proxies.collect::<Result<_, _>>()?;
        let insecure = match get("INSECURE_HTTP").as_deref() {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(other) => return Err(format!("TAKT_INSECURE_HTTP {other:?} is neither true nor false")),
        };
        if !host.is_loopback() && !insecure && trusted_proxies.is_empty() {
            return Err(format!(
                "{host} is reachable by others and Takt speaks plain HTTP: put a TLS proxy in front and name it in TAKT_TRUSTED_PROXIES, or start with --insecure-http"
            ));
        }
        let writers = get("WRITERS").unwrap_or_else(|| "16".into());
        let log_format = get("LOG_FORMAT").unwrap_or_else(|| "json".into());
        if !matches!(log_format.as_str(), "json" | "text") {
            return Err(format!("TAKT_LOG_FORMAT {log_format:?} is neither json nor text"));
        }
        let log_level = get("LOG_LEVEL").unwrap_or_else(|| "info".into());
        if !["error", "warn", "info", "debug"].contains(&log_level.as_str()) {
            return Err(format!("TAKT_LOG_LEVEL {log_level:?} is none of error, warn, info, debug"));
        }
        Ok(Config {
            database,
            address: SocketAddr::new(host, port),
            public_url: get("PUBLIC_URL").map(|url| public_url(&url)).transpose()?,
            zone_name,
            zone,
            trusted_proxies,
            metrics_token: get("METRICS_TOKEN"),
            log_level,
            insecure_http: insecure,
            log_json: log_format == "json",
            writers: writers
                .parse()
                .ok()
                .filter(|n| (1..=200).contains(n))
                .ok_or("TAKT_WRITERS lies between 1 and 200")?,
            record: get("RECORD").map(PathBuf::from),
            data_dir,
        })
    }

    /// The effective settings as lines, secrets masked.
    pub fn lines(&self) -> Vec<(String, String)> {
        let database = match &self.database {
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
            Database::Postgres(url) => masked_url(url),
        };
        vec![
            ("HOST".into(), self.address.ip().to_string()),
            ("PORT".into(), self.address.port().to_string()),
            ("PUBLIC_URL".into(), self.public_url.clone().unwrap_or_default()),
            ("DATA_DIR".into(), self.data_dir.display().to_string()),
            ("DATABASE_URL".into(), database),
            ("TIMEZONE".into(), self.zone_name.clone()),
            ("TRUSTED_PROXIES".into(), self.trusted_proxies.iter().map(Cidr::to_string).collect::<Vec<_>>().join(",")),
            ("METRICS_TOKEN".into(), self.metrics_token.as_ref().map_or(String::new(), |_| "***".into())),
            ("LOG_LEVEL".into(), self.log_level.clone()),
            ("LOG_FORMAT".into(), if self.log_json { "json" } else { "text" }.into()),
            ("INSECURE_HTTP".into(), self.insecure_http.to_string()),
            ("WRITERS".into(), self.writers.to_string()),
            ("RECORD".into(), self.record.as_ref().map_or(String::new(), |path| path.display().to_string())),
        ]
    }
}

/// The address people use: `http://…` or `https://…`, without a slash at its end.
fn public_url(url: &str) -> Result<String, String> {
    let wrong = || format!("TAKT_PUBLIC_URL {url:?} begins with neither http:// nor https://");
    let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
    let scheme = scheme.to_lowercase();
    match (scheme.as_str(), rest.trim_end_matches('/')) {
        ("http" | "https", host) if !host.is_empty() => Ok(format!("{scheme}://{host}")),
        _ => Err(wrong()),
    }
}

/// `postgres://user:***@host/db`.
pub fn masked_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_string() };
    // A password may hold an @ as it is; what stands before the last one is the login.
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(place, query)| (place, query));
    let query: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("password=")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    match place.rsplit_once('@') {
        None => format!("{scheme}://{place}{query}"),
        Some((login, host)) => format!("{scheme}://{}:***@{host}{query}", login.split(':').next().unwrap_or_default()),
    }
}

fn file_values(path: Option<&Path>) -> Result<BTreeMap<String, String>, String> {
    let (path, must) = path.map_or((Path::new("takt.toml"), false), |p| (p, true));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(_) if !must => return Ok(BTreeMap::new()),
        Err(e) => return Err(format!("{}: {e}", path.display())),
    };
    let table: toml::Table = text.parse().map_err(|e| format!("{}: {e}", path.display()))?;
    let named = table.into_iter().map(|(name, value)| {
        let upper = name.to_uppercase();
        known(&upper).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(items) => {
                items.iter().map(|i| i.as_str().map_or_else(|| i.to_string(), Into::into)).collect::<Vec<_>>().join(",")
            }
            other => other.to_string(),
        };
        Ok((upper, text))
    });
    named.collect()
}

fn env_values(vars: impl Iterator<Item = (String, String)>) -> Result<BTreeMap<String, String>, String> {
    let ours = vars.filter_map(|(name, value)| Some((name.strip_prefix("TAKT_")?.to_string(), value)));
    // Names of the developer's tools share the prefix.
    let ours = ours.filter(|(name, _)| !name.starts_with("TEST_") && name != "ORACLES");
    ours.map(|(name, value)| known(&name).map(|()| (name, value))).collect()
}

fn flag_values(flags: &Flags) -> Vec<(String, String)> {
    let named = [
        ("DATABASE_URL", flags.database.clone()),
        ("DATA_DIR", flags.data_dir.as_ref().map(|d| d.display().to_string())),
        ("HOST", flags.host.clone()),
        ("PORT", flags.port.map(|p| p.to_string())),
        ("PUBLIC_URL", flags.public_url.clone()),
        ("TIMEZONE", flags.timezone.clone()),
        ("INSECURE_HTTP", flags.insecure_http.then(|| "true".to_string())),
    ];
    named.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?))).collect()
}

fn known(name: &str) -> Result<(), String> {
    match NAMES.iter().any(|(known, _, _)| *known == name) {
        true => Ok(()),
        false => Err(format!("TAKT_{name} is not a setting; `takt check` lists them all")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect()
    }

    #[test]
    fn unknown_names_are_refused() {
        assert!(
            env_values([("TAKT_PROT".to_string(), "1".to_string())].into_iter()).unwrap_err().contains("TAKT_PROT")
        );
        assert!(
            env_values([("HOME".to_string(), "x".to_string()), ("TAKT_PORT".to_string(), "1".to_string())].into_iter())
                .is_ok()
        );
    }

    #[test]
    fn r_plat_130_plain_http_stays_on_loopback() {
        assert!(Config::of(&values(&[("HOST", "0.0.0.0")])).unwrap_err().contains("--insecure-http"));
        assert!(Config::of(&values(&[("HOST", "0.0.0.0"), ("INSECURE_HTTP", "true")])).is_ok());
        assert!(Config::of(&values(&[("HOST", "0.0.0.0"), ("TRUSTED_PROXIES", "10.0.0.1")])).is_ok());
        assert!(Config::of(&values(&[])).unwrap().address.ip().is_loopback());
        let typo = Config::of(&values(&[("HOST", "0.0.0.0"), ("TRUSTED_PROXIES", "10.0.0.1, proxy")]));
        assert!(typo.unwrap_err().contains("proxy"), "what is no network trusts nobody");
        assert!(Config::of(&values(&[("LOG_LEVEL", "loud")])).unwrap_err().contains("loud"));
    }

    #[test]
    fn r_plat_010_the_public_address_says_whether_cookies_are_secure() {
        let of = |url: &str| Config::of(&values(&[("PUBLIC_URL", url)])).map(|config| config.public_url.unwrap());
        assert_eq!(of("HTTPS://mes.example/").unwrap(), "https://mes.example");
        assert_eq!(of("http://10.0.0.1:8080").unwrap(), "http://10.0.0.1:8080");
        for wrong in ["mes.example", "htps://mes.example", "https://"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
        assert!(Config::of(&values(&[("HOST", "0.0.0.0"), ("INSECURE_HTTP", "yes")])).unwrap_err().contains("yes"));
    }

    #[test]
    fn secrets_are_masked() {
        assert_eq!(masked_url("postgres://takt:geheim@db/takt"), "postgres://takt:***@db/takt");
        assert_eq!(
            masked_url("postgres://takt:ge@heim@db/takt?sslmode=require"),
            "postgres://takt:***@db/takt?sslmode=require"
        );
        assert_eq!(masked_url("postgres://db/takt?user=takt&password=geheim"), "postgres://db/takt?user=takt");
    }
}
