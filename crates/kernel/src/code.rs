//! Codes, names and other short texts: normalised (NFC), trimmed, free of control characters, bounded.

use std::fmt;

use caseless::default_case_fold_str;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The text by which two codes are the same code: NFKC, full case folding, and nothing that is not seen (Unicode's
/// NFKC_Casefold), computed here since no engine folds Unicode.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        // The same, and most codes are: each audit row folds one.
        return text.to_ascii_lowercase();
    }
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    default_case_fold_str(&seen.nfkc().collect::<String>()).nfkc().collect()
}

/// Whether a character is drawn as nothing: soft hyphens, joiners, directions, variations (Default_Ignorable_Code_Point).
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a text shows nothing at all.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_unseen(c))
}

/// What is wrong with a code that no address can carry: browsers take these parts of a path for the folder and its parent.
pub fn unaddressable(code: &str) -> Option<&'static str> {
    [".", ".."].contains(&code).then_some("dots alone are no code: addresses lose them")
}

/// Bring a text into the form in which it is stored, or say what is wrong with it.
pub fn clean(text: &str, max: usize) -> Result<String, String> {
    let text: String = text.nfc().collect::<String>().trim().to_string();
    if text.chars().any(char::is_control) {
        return Err("control characters are not allowed".into());
    }
    if text.chars().count() > max {
        return Err(format!("at most {max} characters are allowed"));
    }
    Ok(text)
}

/// Free text of at most `MAX` characters; line breaks are allowed, other control characters are not; may be blank.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text: String = text.nfc().collect::<String>().trim().to_string();
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
            return Err("control characters are not allowed".into());
        }
        if text.chars().count() > MAX {
            return Err(format!("at most {MAX} characters are allowed"));
        }
        Ok(Text(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Text{MAX}").into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "maxLength": MAX })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl<const MAX: usize> crate::Field for Text<MAX> {
    const COLUMN: &'static str = "text";

    fn to_value(&self) -> crate::Value {
        crate::Value::Text(self.0.clone())
    }

    fn from_value(value: crate::Value) -> crate::Result<Self> {
        String::from_value(value).map(Text)
    }
}

/// Declare a kind of code: `code! { /// doc  StationCode, max 64, pick "stations"; }`.
///
/// The type is born valid: parsing trims, normalises and refuses control characters, blank and over-long texts, and dots
/// alone unless it is a text with words of its own for `blank`. `pick` names the list that forms offer for it. `key()` gives the case-folded text that carries the unique index.
#[macro_export]
macro_rules! code {
    ($( $(#[$doc:meta])* $name:ident, max $max:literal $(, pick $pick:literal)? $(, blank $blank:literal)? ; )*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, $crate::reexport::serde::Serialize)]
        #[serde(crate = "kernel::reexport::serde", transparent)]
        pub struct $name(String);

        impl $name {
            pub const MAX: usize = $max;

            /// Parse what a person or machine gave; the error says what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, String> {
                let text = $crate::code::clean(text, $max)?;
                if $crate::code::is_blank(&text) {
                    return Err([$( $blank, )? "CODE_REQUIRED"][0].to_string());
                }
                let is_code = [$( $blank, )? "CODE_REQUIRED"].len() == 1;
                match $crate::code::unaddressable(&text).filter(|_| is_code) {
                    Some(problem) => Err(problem.to_string()),
                    None => Ok(Self(text)),
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The case-folded text by which two codes are the same.
            pub fn key(&self) -> String {
                $crate::code::fold(&self.0)
            }
        }

        impl<'de> $crate::reexport::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::reexport::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <String as $crate::reexport::serde::Deserialize>::deserialize(d)?;
                Self::parse(&text).map_err($crate::reexport::serde::de::Error::custom)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::reexport::schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut $crate::reexport::schemars::SchemaGenerator) -> $crate::reexport::schemars::Schema {
                #[allow(unused_mut)]
                let mut schema = $crate::reexport::schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": $max });
                $( schema.insert("x-pick".into(), $pick.into()); )?
                schema
            }
            fn inline_schema() -> bool {
                true
            }
        }

        impl $crate::Field for $name {
            const COLUMN: &'static str = "text";
            fn to_value(&self) -> $crate::Value {
                $crate::Value::Text(self.0.clone())
            }
            fn from_value(value: $crate::Value) -> $crate::Result<Self> {
                <String as $crate::Field>::from_value(value).map(Self)
            }
        }
    )*};
}

// The macro names this crate as its users do.
extern crate self as kernel;

code! {
    /// What a thing is called, 1–200 characters.
    Name, max 200, blank "NAME_REQUIRED";
    /// Why somebody does something, 1–500 characters; stored as typed.
    Reason, max 500, blank "a reason is needed";
    /// What a scanner reads from a board: case-sensitive, at most 128 characters, a trailing line end is trimmed.
    Sn, max 128;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_core_keys_codes_are_trimmed_normalised_and_bounded() {
        assert_eq!(Sn::parse(" 板-001é\r\n").unwrap().as_str(), "板-001é");
        assert_eq!(Sn::parse("e\u{301}").unwrap(), Sn::parse("é").unwrap());
        assert_eq!(Name::parse("  ").unwrap_err(), "NAME_REQUIRED");
        assert!(Sn::parse("a\u{0}b").is_err());
        assert!(Sn::parse(".").is_err() && Sn::parse(" .. ").is_err(), "no address carries them");
        assert!(Sn::parse("...").is_ok() && Sn::parse(".a").is_ok() && Name::parse(".").is_ok());
        assert!(Sn::parse(&"x".repeat(129)).is_err());
        assert_eq!(Sn::parse(&"🧩".repeat(128)).unwrap().as_str().chars().count(), 128);
    }

    #[test]
    fn r_core_keys_two_codes_are_one_whatever_their_case() {
        assert_eq!(fold("LINE-a"), fold("line-A"));
        assert_eq!(fold("LINE-a_1"), "line-a_1");
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_eq!(fold("Ａ"), fold("a"));
        assert_eq!(fold("LINE\u{200B}-A\u{200E}\u{FEFF}"), fold("line-a"), "what nobody sees makes no other code");
        assert_eq!(Name::parse("\u{200B}\u{FEFF}").unwrap_err(), "NAME_REQUIRED");
        assert_eq!(Sn::parse("👩\u{200D}🔧").unwrap().as_str(), "👩\u{200D}🔧", "a serial stays as it was scanned");
        assert_eq!(fold("LINE\u{202E}-A"), fold("line-a"));
        assert_ne!(Sn::parse("a").unwrap(), Sn::parse("A").unwrap());
    }
}
