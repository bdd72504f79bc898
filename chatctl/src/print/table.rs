//! Aligned tables.
//!
//! Owns what gives way where a terminal is too narrow: first the last column is cut, then columns are left out that can be spared,
//! then the widest are cut. A line is never wider than the terminal. It must never print.

use std::borrow::Cow;

use jiff::Zoned;
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::text::visible;

const GAP: &str = "  ";
/// What is left of the last column however narrow the terminal is.
const NARROWEST: usize = 12;
/// What is left of any other column.
const NARROW: usize = 8;

/// Something that can stand in a list.
pub(crate) trait Listed: Serialize {
    /// The heads of the columns; a number's head begins with `>` and its column is aligned to the right.
    const COLUMNS: &'static [&'static str];
    /// Heads, as in `COLUMNS`, of those that are left out where there is no room for them, what matters least first.
    const SPARE: &'static [&'static str] = &[];
    /// What other commands take to name it.
    fn id(&self) -> String;
    /// One cell a column, the longest text last.
    fn cells(&self, now: &Zoned) -> Vec<String>;
}

/// Heads and cells.
pub(crate) struct Table {
    columns: &'static [&'static str],
    spare: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A row an item.
    pub(crate) fn of<T: Listed>(items: &[T], now: &Zoned) -> Self {
        let rows = items.iter().map(|item| item.cells(now));
        let safe = |row: Vec<String>| row.iter().map(|cell| visible(cell).into_owned()).collect();
        Self { columns: T::COLUMNS, spare: T::SPARE, rows: rows.map(safe).collect() }
    }

    /// The head and the rows, none wider than `limit`.
    pub(crate) fn lines(&self, limit: Option<usize>) -> Vec<String> {
        let heads =
            self.columns.iter().map(|head| head.trim_start_matches('>').to_owned()).collect::<Vec<_>>();
        let natural = (0..heads.len()).map(|at| self.width(at, &heads[at])).collect::<Vec<_>>();
        let widths = limit.map_or_else(|| natural.clone(), |limit| self.fitting(natural.clone(), limit));
        let line = |row: &Vec<String>| {
            let line = self.line(row, &widths);
            limit.map_or(line.clone(), |limit| cut(&line, limit).into_owned())
        };
        std::iter::once(&heads).chain(&self.rows).map(line).collect()
    }

    fn width(&self, at: usize, head: &str) -> usize {
        self.rows.iter().map(|row| row[at].width()).chain([head.width()]).max().unwrap_or(0)
    }

    /// Widths with which the table fits into `limit`, as far as that can be; a column of no width is left out.
    fn fitting(&self, mut widths: Vec<usize>, limit: usize) -> Vec<usize> {
        let last = widths.len() - 1;
        shrink(&mut widths, last, NARROWEST, limit);
        for head in self.spare {
            if total(&widths) > limit {
                let at = self.columns.iter().position(|column| column == head);
                widths[at.expect("only heads of the table can be spared")] = 0;
            }
        }
        // What has been left out may have made room for the last column again.
        let room = limit.saturating_sub(total(&widths));
        widths[last] = (widths[last] + room).min(self.width(last, self.columns[last]));
        while total(&widths) > limit {
            let is_text = |at: &usize| !self.columns[*at].starts_with('>') && widths[*at] > NARROW;
            let Some(widest) = (0..last).filter(is_text).max_by_key(|at| widths[*at]) else { break };
            let least = widths[widest] - 1;
            shrink(&mut widths, widest, least, limit);
        }
        widths
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate().filter(|(at, _)| widths[*at] > 0) {
            let cell = cut(cell, widths[at]);
            let padding = " ".repeat(widths[at] - cell.width());
            if !line.is_empty() {
                line.push_str(GAP);
            }
            match self.columns[at].starts_with('>') {
                true => line.extend([&padding, cell.as_ref()]),
                false => line.extend([cell.as_ref(), &padding]),
            }
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// What the columns take with what is between them.
fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|width| **width > 0);
    shown.map(|width| width + GAP.len()).sum::<usize>().saturating_sub(GAP.len())
}

/// Makes one column as much narrower as the table is too wide, but not narrower than `least`.
fn shrink(widths: &mut [usize], at: usize, least: usize, limit: usize) {
    let excess = total(widths).saturating_sub(limit);
    widths[at] = widths[at].saturating_sub(excess).max(least.min(widths[at]));
}

/// `text` in at most `room` columns; an ellipsis stands for what is missing.
pub(crate) fn cut(text: &str, room: usize) -> Cow<'_, str> {
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
    use unicode_width::UnicodeWidthStr;

    #[derive(Serialize)]
    struct Row(&'static str, u32, &'static str);

    impl Listed for Row {
        const COLUMNS: &'static [&'static str] = &["NICK", ">IN", "ROOMS"];
        const SPARE: &'static [&'static str] = &[">IN"];
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
    fn the_last_column_is_cut_first_and_only_to_a_width() {
        // Twelve columns before the last one, eighteen in it.
        assert_eq!(lines(&ROWS, Some(30))[1], "al    1204  #lobby,#rust,#help");
        assert_eq!(lines(&ROWS, Some(29))[1], "al    1204  #lobby,#rust,#he…");
        assert_eq!(lines(&ROWS, Some(24))[1], "al    1204  #lobby,#rus…", "it stays readable");
    }

    #[test]
    fn what_can_be_spared_is_left_out_then_and_gives_its_room_to_the_last_column() {
        assert_eq!(lines(&ROWS, Some(23)), ["NICK  ROOMS", "al    #lobby,#rust,#he…", "日本"]);
    }

    #[test]
    fn the_widest_columns_are_cut_next_and_no_line_is_too_wide() {
        let rows = [Row("a-very-long-nick-indeed", 7, "#lobby,#rust,#help")];
        assert_eq!(lines(&rows, Some(30))[1], "a-very-long-nic…  #lobby,#rus…");
        for limit in 1..80 {
            for line in lines(&rows, Some(limit)).iter().chain(&lines(&ROWS, Some(limit))) {
                assert!(line.width() <= limit, "{limit}: {line}");
            }
        }
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
