//! Secrets that Takt makes up itself: cookies, CSRF words, enrolment links, first passwords, token secrets.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Error, Result};

/// 256 random bits as base64url: what nobody guesses.
pub fn random() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// What is stored of a random secret: its SHA-256 as lower-case hex. Enough for 256 random bits; passwords get Argon2id.
pub fn hash(secret: &str) -> String {
    engine::seal::sha256(secret.as_bytes())
}

/// A first password that a person can copy from paper: four groups of four, without letters that look alike (80 bits).
pub fn first_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters: Vec<char> = bytes::<16>()?.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// Random bytes of the system.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::fault(format!("the system gives no random bytes: {e}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_plat_010_a_session_secret_has_256_bits_and_only_its_hash_is_kept() {
        let secret = random().unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(&secret).unwrap().len(), 32);
        assert_eq!(hash(&secret).len(), 64);
        assert!(!hash(&secret).contains(&secret));
        assert_ne!(random().unwrap(), secret);
    }

    #[test]
    fn a_first_password_is_long_and_readable() {
        let word = first_password().unwrap();
        assert_eq!(word.len(), 19, "{word}");
        assert!(!word.contains(['0', '1', 'l', 'o', 'O', 'I']), "{word}");
        assert_ne!(first_password().unwrap(), word);
    }
}
