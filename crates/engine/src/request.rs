//! The name of a request: what an answer, the log and the audit trail call it. It begins with its time, so that rows are found by it.

use kernel::Instant;

/// How many hex digits of a name are its time in milliseconds.
const TIME: usize = 11;
/// How many are random.
const CHANCE: usize = 8;

/// A name nobody has, for a request that begins now.
pub fn name(now: Instant) -> String {
    let mut bytes = [0u8; CHANCE / 2];
    let _ = getrandom::fill(&mut bytes);
    format!("{:0TIME$x}{}", now.ms().max(0), crate::seal::hex(&bytes))
}

/// When the request of a name began; none for what is no such name.
pub fn began(name: &str) -> Option<Instant> {
    let is_name = name.len() == TIME + CHANCE && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let ms = name.get(..TIME).filter(|_| is_name)?;
    i64::from_str_radix(ms, 16).ok().map(Instant::from_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_its_request_began() {
        let now = Instant::parse("2026-11-20T08:30:00.123Z").unwrap();
        let (one, other) = (name(now), name(now));
        assert_ne!(one, other);
        assert_eq!((began(&one), one.len()), (Some(now), 19));
        assert!(name(now.plus_ms(1)) > one, "names are in order");
        for wrong in ["", "A-1", "0123456789abcdef", "0123456789abcdefABC", "0123456789abcdef01g"] {
            assert_eq!(began(wrong), None, "{wrong}");
        }
    }
}
