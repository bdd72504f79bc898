//! Aligned tables.
//!
//! Owns widths and cutting: only the last column is cut, and only at a terminal. It must never print.

use std::borrow::Cow;

use jiff::Zoned;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text::visible;

const GAP: &str = "  ";
/// What is left of the last column however narrow the terminal is.
const NARROWEST: usize = 12;

/// Something that can stand in a list.
pub(crate) trait Listed: Serialize {
    /// The heads of the columns; a number's head begins with `>` and its column is aligned to the right.
    const COLUMNS: &'static [&'static str];
    /// What other commands take to name it.
    fn id(&self) -> String;
    /// One cell a column, the longest text last.
    fn cells(&self, now: &Zoned) -> Vec<String>;
}

/// Heads and cells.
pub(crate) struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A row an item.
    pub(crate) fn of<T: Listed>(items: &[T], now: &Zoned) -> Self {
        let rows = items.iter().map(|item| item.cells(now));
        let safe = |row: Vec<String>| row.iter().map(|cell| visible(cell).into_owned()).collect();
        Self { columns: T::COLUMNS, rows: rows.map(safe).collect() }
    }

    /// The head and the rows; none is wider than `limit` as far as cutting the last column can help.
    pub(crate) fn lines(&self, limit: Option<usize>) -> Vec<String> {
        let heads =
            self.columns.iter().map(|head| head.trim_start_matches('>').to_owned()).collect::<Vec<_>>();
        let widths = (0..heads.len()).map(|at| self.width(at, &heads[at])).collect::<Vec<_>>();
        let before_last = widths.iter().rev().skip(1).map(|width| width + GAP.len()).sum::<usize>();
        let room = limit.map(|limit| limit.saturating_sub(before_last).max(NARROWEST));
        std::iter::once(&heads).chain(&self.rows).map(|row| self.line(row, &widths, room)).collect()
    }

    fn width(&self, at: usize, head: &str) -> usize {
        self.rows.iter().map(|row| row[at].width()).chain([head.width()]).max().unwrap_or(0)
    }

    fn line(&self, row: &[String], widths: &[usize], room: Option<usize>) -> String {
        let (last, others) = row.split_last().expect("every table has a column");
        let mut line = String::new();
        for (at, cell) in others.iter().enumerate() {
            let padding = " ".repeat(widths[at] - cell.width());
            match self.columns[at].starts_with('>') {
                true => line.extend([&padding, cell.as_str()]),
                false => line.extend([cell.as_str(), &padding]),
            }
            line.push_str(GAP);
        }
        line.push_str(&room.map_or(Cow::Borrowed(last.as_str()), |room| cut(last, room)));
        line.truncate(line.trim_end().len());
        line
    }
}

/// `text` in at most `room` columns; an ellipsis stands for what is missing.
fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if text.width() <= room {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= room
    };
    Cow::Owned(text.chars().take_while(fits).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::{Listed, Table, cut};
    use jiff::{Zoned, tz::TimeZone};
    use serde::Serialize;

    #[derive(Serialize)]
    struct Row(&'static str, u32, &'static str);

    impl Listed for Row {
        const COLUMNS: &'static [&'static str] = &["NICK", ">IN", "ROOMS"];
        fn id(&self) -> String {
            self.0.into()
        }
        fn cells(&self, _now: &Zoned) -> Vec<String> {
            vec![self.0.into(), self.1.to_string(), self.2.into()]
        }
    }

    fn lines(rows: &[Row], limit: Option<usize>) -> Vec<String> {
        Table::of(rows, &Zoned::now().with_time_zone(TimeZone::UTC)).lines(limit)
    }

    const ROWS: [Row; 2] = [Row("al", 1204, "#lobby,#rust,#help"), Row("日本", 7, "")];

    #[test]
    fn columns_are_aligned_by_what_they_take_at_a_terminal() {
        assert_eq!(lines(&ROWS, None), ["NICK    IN  ROOMS", "al    1204  #lobby,#rust,#help", "日本     7"]);
    }

    #[test]
    fn only_the_last_column_is_cut_and_only_to_a_width() {
        // Twelve columns before the last one, eighteen in it.
        assert_eq!(lines(&ROWS, Some(30))[1], "al    1204  #lobby,#rust,#help");
        assert_eq!(lines(&ROWS, Some(29))[1], "al    1204  #lobby,#rust,#he…");
        assert_eq!(lines(&ROWS, Some(5))[1], "al    1204  #lobby,#rus…", "it stays readable");
    }

    #[test]
    fn an_empty_list_has_its_head_only() {
        assert_eq!(lines(&[], Some(80)), ["NICK  IN  ROOMS"]);
    }

    #[test]
    fn a_nasty_cell_is_escaped_before_it_is_measured() {
        let rows = [Row("\x1b[2J", 1, "x"), Row("al", 2, "y")];
        assert_eq!(lines(&rows, None)[1..], ["\\x1b[2J   1  x", "al        2  y"]);
    }

    #[test]
    fn a_wide_character_is_not_cut_in_half() {
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
    }
}
