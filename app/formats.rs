//! `heliograph formats`: the kinds of files that can be opened.

use heliograph_scene::load::{FORMATS, Format};
use std::io::Write;
use std::process::ExitCode;

/// Prints the table.
pub fn run() -> ExitCode {
    // A reader that has seen enough (`| head`) is no error.
    let _ = std::io::stdout().lock().write_all(table(FORMATS).as_bytes());
    ExitCode::SUCCESS
}

fn table(formats: &[Format]) -> String {
    let endings =
        |format: &Format| format.extensions.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(" ");
    let head = ("kind".to_owned(), "files".to_owned(), "becomes");
    let rows = formats.iter().map(|format| (format.name.to_owned(), endings(format), format.becomes));
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let width = |of: fn(&(String, String, &str)) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (kind, files) = (width(|row| row.0.chars().count()), width(|row| row.1.chars().count()));
    rows.iter().map(|row| format!("{:kind$}  {:files$}  {}\n", row.0, row.1, row.2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_line_with_its_endings() {
        let table = table(FORMATS);
        assert_eq!(table.lines().count(), FORMATS.len() + 1);
        let las = table.lines().find(|line| line.starts_with("LAS/LAZ")).unwrap_or_default();
        assert!(las.contains(".las .laz"), "{las}");
    }
}
