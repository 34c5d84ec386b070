//! Numbers that people say aloud: `TOK-20261120-0007`, counted per day in plant time.

use kernel::Result;

use crate::cx::Cx;

/// The next number of a kind, for things a person makes now and then; never for what is written once per scan.
pub fn next(cx: &mut Cx<'_>, prefix: &str) -> Result<String> {
    let day = cx.today().compact();
    let n = cx.count(&format!("{prefix}-{day}"))?;
    Ok(format!("{prefix}-{day}-{n:04}"))
}
