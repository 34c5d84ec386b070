//! A new slice: writes the skeleton of one command in the house style, so that a newcomer starts right.

use std::path::{Path, PathBuf};

use crate::{Result, While, fail, workspace};

const SKELETON: &str = include_str!("new_slice.rs.txt");

/// Writes `crates/<krate>/src/<noun>/<verb>.rs` and says what remains to be done by hand.
pub fn write(krate: &str, noun: &str, verb: &str) -> Result<()> {
    let path = write_in(workspace(), krate, noun, verb)?;
    println!("{}", path.strip_prefix(workspace()).unwrap_or(&path).display());
    println!("\nNow, in this order:");
    println!("  1. say in its first line what happens in the plant, and fill in fields, guards and rule;");
    println!("  2. `mod {verb};` in crates/{krate}/src/{noun}.rs, and the command in the crate's register function;");
    println!("  3. its permit, its new refusals, and their sentences in both languages under locales/;");
    println!("  4. its story in crates/{krate}/tests/{noun}.rs: the path, each refusal, the day it happens twice;");
    println!("  5. `cargo fmt`, then `cargo xtask test {verb} --fast`.");
    Ok(())
}

fn write_in(root: &Path, krate: &str, noun: &str, verb: &str) -> Result<PathBuf> {
    for word in [krate, noun, verb] {
        if !is_snake(word) {
            return fail(format!("`{word}` is no name: lower case letters, digits and `_`, a letter first"));
        }
    }
    let source = root.join("crates").join(krate).join("src");
    if !source.is_dir() {
        return fail(format!("there is no crate crates/{krate}"));
    }
    let path = source.join(noun).join(format!("{verb}.rs"));
    if path.exists() {
        return fail(format!("{} is there already", path.display()));
    }
    std::fs::create_dir_all(source.join(noun)).or_fail("cannot make the folder of the noun")?;
    std::fs::write(&path, skeleton(noun, verb)).or_fail("cannot write the skeleton")?;
    Ok(path)
}

fn skeleton(noun: &str, verb: &str) -> String {
    let fillings = [
        ("{Words}", capital(&verb.replace('_', " "))),
        ("{noun words}", noun.replace('_', " ")),
        ("{Noun}", camel(noun)),
        ("{Verb}", camel(verb)),
        ("{NOUN}", noun.to_uppercase()),
        ("{nounCamel}", uncapital(&camel(noun))),
        ("{noun-kebab}", noun.replace('_', "-")),
        ("{verb-kebab}", verb.replace('_', "-")),
        ("{noun}", noun.to_string()),
        ("{verb}", verb.to_string()),
    ];
    fillings.iter().fold(SKELETON.to_string(), |text, (place, filling)| text.replace(place, filling))
}

fn camel(snake: &str) -> String {
    snake.split('_').map(capital).collect()
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_uppercase() + rest
}

fn uncapital(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_lowercase() + rest
}

fn is_snake(word: &str) -> bool {
    let starts_well = word.starts_with(|c: char| c.is_ascii_lowercase());
    let goes_on_well = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    starts_well && goes_on_well
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::private_folder;

    #[test]
    fn names_take_the_shapes_rust_expects() {
        assert_eq!(camel("track_out"), "TrackOut");
        assert!(is_snake("track_out2"));
        for word in ["", "TrackOut", "track-out", "2nd", "../x"] {
            assert!(!is_snake(word), "{word}");
        }
    }

    #[test]
    fn every_placeholder_is_filled() {
        let text = skeleton("work_order", "split_up");
        let told = [
            "//! Split up: what happens",
            "/// The code of the work order.",
            "pub struct SplitUp {",
            "\"work_order.split_up\"",
            "post(\"/work-orders/{workOrder}/split-up\")",
            "Permit::WorkOrderSplitUp",
            "WORK_ORDER_NOT_FOUND",
        ];
        for words in told {
            assert!(text.contains(words), "{words} is not in\n{text}");
        }
        let left = text.replace("{workOrder}", "");
        for word in left.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
            let is_place = word.0.chars().all(|c| c.is_alphabetic() || c == '-' || c == ' ');
            assert!(!is_place || word.0.trim().is_empty(), "{{{}}} is not filled", word.0);
        }
    }

    #[test]
    fn a_skeleton_is_written_once_into_a_crate_that_exists() {
        let root = private_folder("takt-slice").unwrap();
        assert!(write_in(&root, "work", "unit", "track_out").is_err());
        std::fs::create_dir_all(root.join("crates/work/src")).unwrap();
        let path = write_in(&root, "work", "unit", "track_out").unwrap();
        assert!(path.ends_with("crates/work/src/unit/track_out.rs"));
        assert!(write_in(&root, "work", "unit", "track_out").unwrap_err().0.ends_with("is there already"));
        std::fs::remove_dir_all(root).unwrap();
    }
}
