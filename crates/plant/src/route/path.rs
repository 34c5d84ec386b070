//! Paths into a machine's message: where a mapping finds the serial, the result, the values (R-CORE-170).

use serde_json::Value as Json;

/// The most characters of a path.
pub const PATH_MAX: usize = 256;
/// The most segments of a path.
pub const SEGMENTS_MAX: usize = 16;

/// A path: `seg(.seg)*`, a segment is `key`, `key[*]`, `[*]`, `key[n]` or `["any key"]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path(Vec<Hop>);

#[derive(Clone, Debug, PartialEq)]
enum Hop {
    Key(String),
    Index(usize),
    Each,
}

/// What lies at a path. A JSON null is nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'j> {
    Nothing,
    One(&'j Json),
    /// A path with `[*]`: what was there, in order; nested lists come out flat.
    Many(Vec<&'j Json>),
}

impl Path {
    /// Read a path; the error is a word for what is wrong with it: `EMPTY`, `TOO_LONG`, `TOO_DEEP` or `SYNTAX`.
    pub fn parse(text: &str) -> Result<Path, &'static str> {
        if text.is_empty() {
            return Err("EMPTY");
        }
        if text.chars().count() > PATH_MAX {
            return Err("TOO_LONG");
        }
        let (mut hops, mut segments, mut rest) = (Vec::new(), 0, text);
        loop {
            segments += 1;
            rest = segment(rest, &mut hops)?;
            if rest.is_empty() {
                break;
            }
            rest = rest.strip_prefix('.').ok_or("SYNTAX")?;
        }
        if segments > SEGMENTS_MAX {
            return Err("TOO_DEEP");
        }
        Ok(Path(hops))
    }

    /// What lies at the path below `root`.
    pub fn find<'j>(&self, root: &'j Json) -> Found<'j> {
        let mut at = vec![root];
        for hop in &self.0 {
            at = at.into_iter().flat_map(|json| hop.from(json)).collect();
        }
        at.retain(|json| !json.is_null());
        if self.0.contains(&Hop::Each) {
            return Found::Many(at);
        }
        at.pop().map_or(Found::Nothing, Found::One)
    }
}

impl Hop {
    fn from<'j>(&self, json: &'j Json) -> Vec<&'j Json> {
        match self {
            Hop::Key(key) => json.get(key).into_iter().collect(),
            Hop::Index(n) => json.get(n).into_iter().collect(),
            Hop::Each => json.as_array().map_or_else(Vec::new, |items| items.iter().collect()),
        }
    }
}

/// Read one segment; gives what follows it.
fn segment<'t>(text: &'t str, hops: &mut Vec<Hop>) -> Result<&'t str, &'static str> {
    let end = text.find(['.', '[', ']', '"']).unwrap_or(text.len());
    let (key, mut rest) = text.split_at(end);
    if key != key.trim() || (key.is_empty() && !rest.starts_with('[')) {
        return Err("SYNTAX");
    }
    if !key.is_empty() {
        hops.push(Hop::Key(key.to_string()));
    }
    while rest.starts_with('[') {
        let (hop, tail) = bracket(&rest[1..])?;
        hops.push(hop);
        rest = tail;
    }
    Ok(rest)
}

/// Read what stands between brackets; gives what follows the closing one.
fn bracket(inside: &str) -> Result<(Hop, &str), &'static str> {
    if let Some(rest) = inside.strip_prefix("*]") {
        return Ok((Hop::Each, rest));
    }
    if inside.starts_with('"') {
        let mut keys = serde_json::Deserializer::from_str(inside).into_iter::<String>();
        let key = keys.next().and_then(Result::ok).ok_or("SYNTAX")?;
        let rest = inside[keys.byte_offset()..].strip_prefix(']').ok_or("SYNTAX")?;
        return Ok((Hop::Key(key), rest));
    }
    let (digits, rest) = inside.split_once(']').ok_or("SYNTAX")?;
    let is_number = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit());
    let index = digits.parse().ok().filter(|_| is_number).ok_or("SYNTAX")?;
    Ok((Hop::Index(index), rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(path: &str, root: &Json) -> Json {
        match Path::parse(path).unwrap().find(root) {
            Found::Nothing => json!("nothing"),
            Found::One(one) => one.clone(),
            Found::Many(many) => json!({ "many": many }),
        }
    }

    #[test]
    fn r_core_170_paths_find_keys_items_and_any_key() {
        let root = json!({ "payload": {
            "sn": 12_345_678_901_234_567_890u64, "no": null, "list": [{ "sn": "a" }, { "sn": "b" }, {}],
            "zones": [[1, 2], [3]], "odd key.x": { "y": 7 }
        } });
        assert_eq!(found("payload.sn", &root).to_string(), "12345678901234567890", "all digits stay");
        assert_eq!(found("payload.list[*].sn", &root), json!({ "many": ["a", "b"] }));
        assert_eq!(found("payload.list[1].sn", &root), json!("b"));
        assert_eq!(found("payload.list[9].sn", &root), json!("nothing"));
        assert_eq!(found("payload.zones[*].[*]", &root), json!({ "many": [1, 2, 3] }), "nested lists come out flat");
        assert_eq!(found(r#"payload.["odd key.x"].y"#, &root), json!(7));
        assert_eq!(found("payload.missing.sn", &root), json!("nothing"));
        assert_eq!(found("payload.no", &root), json!("nothing"));
        assert_eq!(found("payload.sn[*]", &root), json!({ "many": [] }), "[*] on what is no list is empty");
        assert_eq!(found("[*]", &json!([1, 2])), json!({ "many": [1, 2] }));
    }

    #[test]
    fn r_core_170_what_is_no_path_is_refused() {
        for wrong in [".a", "a.", "a..b", "a[", "a[x]", "a[-1]", "a[]", "a]", "a\"b", "a[\"b]", "a[*]b", " a", "a .b"] {
            assert_eq!(Path::parse(wrong), Err("SYNTAX"), "{wrong}");
        }
        assert_eq!(Path::parse(""), Err("EMPTY"));
        assert_eq!(Path::parse(&"a".repeat(257)), Err("TOO_LONG"));
        assert!(Path::parse(&"a".repeat(256)).is_ok());
        assert_eq!(Path::parse(&["a"; 17].join(".")), Err("TOO_DEEP"));
        assert!(Path::parse(&["a"; 16].join(".")).is_ok());
    }
}
