//! What the terminal shows, so that only what is new has to be sent.
//!
//! Owns the cells of the screen and the sequences that change them (ECMA-48); it must never write.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar;

use crate::print::text::{Span, Style, visible};

/// Cells that are sent although they are not new, because to jump over them takes as many bytes.
const WORTH_A_JUMP: usize = 6;

/// The screen of a terminal.
pub(super) struct Canvas {
    width: usize,
    color: bool,
    /// Row by row; none while it is not known what a row shows.
    rows: Vec<Option<Vec<Cell>>>,
}

/// What stands in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cell {
    /// A character with the marks upon it; nothing where the character before takes two columns.
    text: String,
    style: Style,
}

impl Canvas {
    /// A screen of this size that may show anything.
    pub(super) fn new(width: usize, height: usize, color: bool) -> Self {
        Self { width, color, rows: vec![None; height] }
    }

    /// Has the screen show these lines, cut where it ends; returns what to send for that.
    pub(super) fn show(&mut self, lines: &[Vec<Span>]) -> String {
        let mut out = String::new();
        for row in 0..self.rows.len() {
            let new = lines.get(row).map(|line| self.cells(line)).unwrap_or_default();
            if let Some(old) = &self.rows[row] {
                self.change(row, old, &new, &mut out);
            } else {
                let _ = write!(out, "\x1b[{};1H\x1b[2K", row + 1);
                self.change(row, &[], &new, &mut out);
            }
            self.rows[row] = Some(new);
        }
        out
    }

    /// The cells of a line without blanks at its end.
    fn cells(&self, line: &[Span]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = Vec::new();
        for span in line {
            let style = if self.color || span.style == Style::Reverse { span.style } else { Style::Plain };
            for character in visible(&span.text).chars() {
                match character.width().unwrap_or(0) {
                    0 => {
                        if let Some(last) = cells.last_mut() {
                            last.text.push(character);
                        }
                    }
                    width if cells.len() + width > self.width => return trimmed(cells),
                    width => {
                        cells.push(Cell { text: character.into(), style });
                        cells.extend((1..width).map(|_| Cell { text: String::new(), style }));
                    }
                }
            }
        }
        trimmed(cells)
    }

    fn change(&self, row: usize, old: &[Cell], new: &[Cell], out: &mut String) {
        let mut from = 0;
        while let Some(begin) = (from..new.len()).find(|at| old.get(*at) != Some(&new[*at])) {
            let end = end_of_change(old, new, begin);
            // Both halves of a wide character are written together.
            let begin = (0..=begin).rev().find(|at| !new[*at].text.is_empty()).unwrap_or(begin);
            let _ = write!(out, "\x1b[{};{}H", row + 1, begin + 1);
            styled(&new[begin..end], out);
            from = end;
        }
        if old.len() > new.len() {
            let _ = write!(out, "\x1b[{};{}H\x1b[K", row + 1, new.len() + 1);
        }
    }
}

/// Where the cells that differ end, with short stretches between them that do not.
fn end_of_change(old: &[Cell], new: &[Cell], begin: usize) -> usize {
    let mut end = begin + 1;
    for (at, cell) in new.iter().enumerate().skip(begin + 1) {
        if old.get(at) != Some(cell) {
            end = at + 1;
        } else if at - end >= WORTH_A_JUMP {
            break;
        }
    }
    end
}

fn styled(cells: &[Cell], out: &mut String) {
    let mut style = Style::Plain;
    for cell in cells {
        if cell.style != style {
            out.push_str("\x1b[0m");
            if let Some(code) = cell.style.code() {
                let _ = write!(out, "\x1b[{code}m");
            }
            style = cell.style;
        }
        out.push_str(&cell.text);
    }
    if style != Style::Plain {
        out.push_str("\x1b[0m");
    }
}

fn trimmed(mut cells: Vec<Cell>) -> Vec<Cell> {
    while cells.last().is_some_and(|cell| cell.text == " " && cell.style != Style::Reverse) {
        cells.pop();
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::Canvas;
    use crate::print::text::{Span, Style, plain, styled};

    fn lines(rows: &[&str]) -> Vec<Vec<Span>> {
        rows.iter().map(|row| vec![plain(*row)]).collect()
    }

    #[test]
    fn only_what_is_new_is_sent() {
        let mut canvas = Canvas::new(20, 2, true);
        assert_eq!(
            canvas.show(&lines(&["clients 12", "rooms 3"])),
            "\x1b[1;1H\x1b[2K\x1b[1;1Hclients 12\x1b[2;1H\x1b[2K\x1b[2;1Hrooms 3"
        );
        assert_eq!(canvas.show(&lines(&["clients 12", "rooms 3"])), "");
        assert_eq!(canvas.show(&lines(&["clients 13", "rooms 3"])), "\x1b[1;10H3");
        assert_eq!(canvas.show(&lines(&["clients 1", "rooms 3"])), "\x1b[1;10H\x1b[K");
        assert_eq!(canvas.show(&lines(&["xlients 1", "rooms 3"])), "\x1b[1;1Hx");
        assert_eq!(canvas.show(&lines(&["clients x"])), "\x1b[1;1Hc\x1b[1;9Hx\x1b[2;1H\x1b[K");
    }

    #[test]
    fn lines_end_where_the_screen_ends_and_wide_characters_stay_whole() {
        let mut canvas = Canvas::new(5, 1, true);
        assert_eq!(canvas.show(&lines(&["日本語", "more"])), "\x1b[1;1H\x1b[2K\x1b[1;1H日本");
        assert_eq!(canvas.show(&lines(&["日木"])), "\x1b[1;3H木");
        // A mark belongs to the character before it.
        assert_eq!(canvas.show(&lines(&["日e\u{301}x"])), "\x1b[1;3He\u{301}x");
    }

    #[test]
    fn colours_are_sent_only_where_they_are_wanted_and_nothing_steers_the_terminal() {
        let line = vec![vec![styled(Style::Red, "a"), styled(Style::Reverse, "b"), plain("\x1b[2J")]];
        let clear = "\x1b[1;1H\x1b[2K\x1b[1;1H";
        let coloured = "\x1b[0m\x1b[31ma\x1b[0m\x1b[7mb\x1b[0m\\x1b[2J";
        assert_eq!(Canvas::new(20, 1, true).show(&line), format!("{clear}{coloured}"));
        let without = "a\x1b[0m\x1b[7mb\x1b[0m\\x1b[2J";
        assert_eq!(Canvas::new(20, 1, false).show(&line), format!("{clear}{without}"));
    }
}
