//! CSV as office programs write it (RFC 4180): commas, quotes, a heading row.

/// Rows as names and cells. Refuses, in words, unknown, repeated or missing headings, ragged rows and more than `max` rows.
/// The first of `columns` must be there. A byte order mark and blank lines are passed over.
pub fn read(text: &str, columns: &[&str], max: usize) -> Result<Vec<Vec<(String, String)>>, String> {
    let mut rows = cells(text.trim_start_matches('\u{feff}'))?.into_iter();
    let heading = rows.next().ok_or("the file is empty")?;
    let mut names: Vec<&str> = Vec::new();
    for cell in &heading {
        let name = columns.iter().find(|c| c.eq_ignore_ascii_case(cell.trim()));
        let name = name.ok_or_else(|| format!("unknown column {cell:?}; known are {}", columns.join(", ")))?;
        if names.contains(name) {
            return Err(format!("column {name} is there twice"));
        }
        names.push(name);
    }
    if let Some(first) = columns.first().filter(|first| !names.contains(first)) {
        return Err(format!("column {first} is missing"));
    }
    let mut found = Vec::new();
    for (i, row) in rows.enumerate() {
        if row.len() != names.len() {
            return Err(format!("row {} has {} cells, the heading has {}", i + 2, row.len(), names.len()));
        }
        if found.len() == max {
            return Err(format!("more than {max} rows"));
        }
        found.push(names.iter().map(|n| (*n).to_string()).zip(row).collect());
    }
    Ok(found)
}

fn cells(text: &str) -> Result<Vec<Vec<String>>, String> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            c if quoted => cell.push(c),
            ',' => row.push(std::mem::take(&mut cell)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => end(&mut rows, &mut row, &mut cell),
            c => cell.push(c),
        }
    }
    if quoted {
        return Err("a quote is not closed".into());
    }
    end(&mut rows, &mut row, &mut cell);
    Ok(rows)
}

/// A line is over; blank lines are no rows.
fn end(rows: &mut Vec<Vec<String>>, row: &mut Vec<String>, cell: &mut String) {
    row.push(std::mem::take(cell));
    let full = std::mem::take(row);
    if full.len() > 1 || !full[0].trim().is_empty() {
        rows.push(full);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[(&str, &str)]) -> Vec<(String, String)> {
        cells.iter().map(|(n, c)| ((*n).to_string(), (*c).to_string())).collect()
    }

    #[test]
    fn quotes_commas_line_ends_and_blank_lines_are_read() {
        let text = "\u{feff}a,B\r\n\"x, \"\"y\"\"\nz\",2\r\n\r\n,\n";
        let rows = read(text, &["a", "b"], 9).unwrap();
        assert_eq!(rows, [row(&[("a", "x, \"y\"\nz"), ("b", "2")]), row(&[("a", ""), ("b", "")])]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str| read(text, &["a", "b"], 1).unwrap_err();
        assert!(wrong("").contains("empty"));
        assert!(wrong("a,c\n").contains("unknown column"));
        assert!(wrong("a,A\n").contains("twice"));
        assert!(wrong("b\n").contains("missing"));
        assert!(wrong("a,b\n1\n").contains("row 2 has 1"));
        assert!(wrong("a\n1\n2\n").contains("more than 1"));
        assert!(wrong("a\n\"1\n").contains("not closed"));
    }
}
