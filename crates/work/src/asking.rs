//! What the next actions of orders, runs and units share.

use kernel::code::Reason;
use kernel::{Error, Result};

/// A code as a part of an address: what is neither letter nor digit in ASCII is percent-encoded.
pub(crate) fn in_path(code: impl std::fmt::Display) -> String {
    let kept = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let part = |b: u8| if kept(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    code.to_string().bytes().map(part).collect()
}

/// A reason where only the guards before and after it are asked.
pub(crate) fn in_question() -> Result<Reason> {
    Reason::parse("?").map_err(Error::fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_017_odd_codes_lead_to_their_pages() {
        assert_eq!(in_path("RUN-WO_1.2"), "RUN-WO_1.2");
        assert_eq!(in_path("00005/WO 1?#%"), "00005%2FWO%201%3F%23%25");
        assert_eq!(in_path("板"), "%E6%9D%BF");
    }
}
