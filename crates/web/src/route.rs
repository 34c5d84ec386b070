//! Finds the command or query of a path. Segments are decoded one by one, so a code may contain `%2F`.

use std::collections::HashMap;

use engine::Method;
use engine::registry::{CommandEntry, QueryEntry, Registry};
use percent_encoding::percent_decode_str;

/// What a path leads to.
#[derive(Clone, Copy)]
pub enum Target {
    Command(&'static CommandEntry),
    Query(&'static QueryEntry),
}

#[derive(Default)]
struct Node {
    fixed: HashMap<&'static str, Node>,
    any: Option<Box<Node>>,
    targets: Vec<(Method, Target, Vec<&'static str>)>,
}

/// The paths of the API as a tree of segments.
#[derive(Default)]
pub struct Routes {
    root: Node,
}

/// A path that was found.
pub struct Found {
    pub target: Target,
    pub fields: Vec<(String, String)>,
}

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub enum Missing {
    Path,
    /// The path exists for other methods.
    Method(Vec<&'static str>),
    /// The path is not percent-encoded UTF-8.
    Malformed,
}

impl Routes {
    pub fn of(registry: &Registry) -> Self {
        let mut routes = Routes::default();
        for entry in registry.commands.values() {
            routes.add(entry.route.method, entry.route.path, Target::Command(entry));
        }
        for entry in registry.queries.values() {
            routes.add(entry.route.method, entry.route.path, Target::Query(entry));
        }
        routes
    }

    fn add(&mut self, method: Method, path: &'static str, target: Target) {
        let mut node = &mut self.root;
        let mut names = Vec::new();
        for segment in path.split('/').skip(1) {
            node = match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(name) => {
                    names.push(name);
                    node.any.get_or_insert_default()
                }
                None => node.fixed.entry(segment).or_default(),
            };
        }
        let twice = node.targets.iter().any(|(m, _, _)| *m == method);
        assert!(!twice, "{} {path} is registered twice", method.name());
        node.targets.push((method, target, names));
    }

    /// The target of a raw path below `/api/v1`; fixed segments win over fields.
    pub fn find(&self, method: &str, raw: &str) -> Result<Found, Missing> {
        let segments: Vec<&str> = raw.split('/').skip(1).collect();
        let mut values = Vec::new();
        let Some(node) = walk(&self.root, &segments, &mut values) else { return Err(Missing::Path) };
        let Some((_, target, names)) = node.targets.iter().find(|(m, _, _)| m.name() == method) else {
            return Err(Missing::Method(node.targets.iter().map(|(m, _, _)| m.name()).collect()));
        };
        let mut fields = Vec::new();
        for (name, value) in names.iter().zip(values) {
            let value = percent_decode_str(value).decode_utf8().map_err(|_| Missing::Malformed)?;
            fields.push(((*name).to_string(), value.into_owned()));
        }
        Ok(Found { target: *target, fields })
    }
}

fn walk<'n, 's>(node: &'n Node, segments: &[&'s str], values: &mut Vec<&'s str>) -> Option<&'n Node> {
    let Some((first, rest)) = segments.split_first() else {
        return Some(node).filter(|n| !n.targets.is_empty());
    };
    if let Some(found) = node.fixed.get::<str>(first).and_then(|next| walk(next, rest, values)) {
        return Some(found);
    }
    let any = node.any.as_ref().filter(|_| !first.is_empty())?;
    values.push(first);
    let found = walk(any, rest, values);
    if found.is_none() {
        values.pop();
    }
    found
}
