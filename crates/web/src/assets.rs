//! Styles, scripts and icons: in the binary, named by hash, kept for a year by browsers.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Response, StatusCode, header};

use crate::Door;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

struct Asset {
    kind: &'static str,
    bytes: Vec<u8>,
    url: String,
}

/// All assets by name.
pub struct Assets {
    by_name: HashMap<&'static str, Asset>,
}

impl Assets {
    pub fn new() -> Self {
        let joined = |files: &[(&str, &str)]| files.iter().map(|f| f.1).collect::<Vec<_>>().join("\n").into_bytes();
        let all: [(&'static str, &'static str, Vec<u8>); 4] = [
            ("takt.css", "text/css; charset=utf-8", joined(STYLES)),
            ("app.js", "text/javascript; charset=utf-8", joined(SCRIPTS)),
            ("icons.svg", "image/svg+xml", include_bytes!("../assets/icons.svg").to_vec()),
            ("htmx.min.js", "text/javascript; charset=utf-8", include_bytes!("../assets/lib/htmx.min.js").to_vec()),
        ];
        let asset = |(name, kind, bytes): (&'static str, &'static str, Vec<u8>)| {
            let hash = engine::seal::sha256(&bytes);
            (name, Asset { kind, url: format!("/assets/{name}?v={}", &hash[..12]), bytes })
        };
        Assets { by_name: all.into_iter().map(asset).collect() }
    }

    /// The address of an asset, with its hash.
    pub fn url(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|a| a.url.as_str())
    }
}

/// One asset.
pub async fn serve(State(door): State<Arc<Door>>, Path(name): Path<String>) -> Response<Body> {
    let Some(asset) = door.assets.by_name.get(name.as_str()) else {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut response = Response::new(Body::from(asset.bytes.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_scr_093_the_scripts_of_a_page_stay_within_their_budget() {
        let assets = Assets::new();
        // Every page carries the same scripts. As they are they keep what the rule allows of the compressed ones.
        let scripts = assets.by_name.values().filter(|a| a.kind.starts_with("text/javascript"));
        let bytes: usize = scripts.map(|a| a.bytes.len()).sum();
        assert!(bytes > 50_000 && bytes <= 350 * 1024, "{bytes} bytes of scripts");
    }
}
