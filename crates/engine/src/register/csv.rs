//! Tables as text: RFC 4180 with the separators spreadsheets use, and the line each record begins on.

use kernel::FieldError;

/// One record: the line it begins on (the first is 1) and its cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    pub line: usize,
    pub cells: Vec<String>,
}

/// A cell or record that cannot be taken: `/csv/{line}/{column}`.
pub fn error(line: usize, column: &str, code: &str, message: impl Into<String>) -> FieldError {
    FieldError { path: format!("/csv/{line}/{column}"), code: code.into(), message: message.into() }
}

/// What makes a text no table: the line, and what is wrong with it.
pub type Trouble = (usize, &'static str);

/// Read a table: the head, then the records. Comma, semicolon or tab separates, whichever the head has; blank lines, empty
/// cells at the end of a line and a leading byte-order mark do not count. A quote that never ends is an error, and so is a
/// character that was lost because the file was not UTF-8.
pub fn read(text: &str) -> Result<(Vec<String>, Vec<Record>), Trouble> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        return Err((1 + text[..at].matches('\n').count(), "not UTF-8: save the table as CSV UTF-8"));
    }
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [',', ';', '\t'].into_iter().max_by_key(|c| (head.matches(*c).count(), *c == ',')).unwrap_or(',');
    let mut records = records(text, separator)?.into_iter();
    let head = records.next().map_or_else(Vec::new, |head| head.cells);
    Ok((head, records.collect()))
}

fn records(text: &str, separator: char) -> Result<Vec<Record>, Trouble> {
    let mut records = Vec::new();
    let mut record = Record { line: 1, cells: Vec::new() };
    let mut cell = String::new();
    let (mut line, mut quoted, mut opened) = (1, false, 1);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                (quoted, opened) = (true, line);
            }
            '\r' if !quoted && chars.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                line += 1;
                record.cells.push(std::mem::take(&mut cell));
                keep(&mut records, std::mem::replace(&mut record, Record { line, cells: Vec::new() }));
            }
            c if c == separator && !quoted => record.cells.push(std::mem::take(&mut cell)),
            c => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
    if quoted {
        return Err((opened, "a quote never ends"));
    }
    record.cells.push(cell);
    keep(&mut records, record);
    Ok(records)
}

fn keep(records: &mut Vec<Record>, mut record: Record) {
    for cell in &mut record.cells {
        let trimmed = cell.trim();
        // Exports put an apostrophe before what a spreadsheet would run; it is not part of the value.
        let plain = trimmed.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(trimmed);
        *cell = plain.to_string();
    }
    let last = record.cells.iter().rposition(|cell| !cell.is_empty());
    if let Some(last) = last {
        record.cells.truncate(last + 1);
        records.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).unwrap().1.into_iter().map(|r| (r.line, r.cells)).collect()
    }

    #[test]
    fn records_keep_the_line_they_begin_on() {
        let text = "code,name\r\nA,\"two\nlines\"\r\n\r\nB,\"say \"\"hi\"\"\"\nC,";
        let expected = [(2, vec!["A", "two\nlines"]), (5, vec!["B", "say \"hi\""]), (6, vec!["C"])];
        let expected: Vec<_> =
            expected.into_iter().map(|(n, c)| (n, c.into_iter().map(String::from).collect::<Vec<_>>())).collect();
        assert_eq!(cells(text), expected);
    }

    #[test]
    fn spreadsheets_separate_with_comma_semicolon_or_tab() {
        for text in ["\u{FEFF}a,b\n1,2", "a;b\n1;2\n", "a\tb\r\n1\t2\r\n", "\n\na,b\n\n1,2\n\n"] {
            let (head, rows) = read(text).unwrap();
            assert_eq!(
                (head, rows[0].cells.clone()),
                (vec!["a".into(), "b".into()], vec!["1".into(), "2".into()]),
                "{text:?}"
            );
        }
        assert_eq!(read("a;b,c;d\n").unwrap().0, ["a", "b,c", "d"]);
    }

    #[test]
    fn empty_columns_at_the_end_and_lost_characters_are_seen() {
        let (head, rows) = read("a,b,,\n1,2,,\n3,,4,\n").unwrap();
        assert_eq!((head.len(), rows[0].cells.len(), rows[1].cells.len()), (2, 2, 3), "a third cell is not dropped");
        assert_eq!(read("a\n1\n\u{FFFD}\u{FFFD}\n").unwrap_err().0, 3);
    }

    #[test]
    fn a_quote_that_never_ends_names_its_line() {
        assert_eq!(read("a\n1\n\"2\n3"), Err((3, "a quote never ends")));
        assert_eq!(read("").unwrap(), (vec![], vec![]));
        assert_eq!(cells("a\n'=1+1\n'x"), [(2, vec!["=1+1".to_string()]), (3, vec!["'x".to_string()])]);
    }
}
