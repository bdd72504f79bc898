//! Everything that reaches the user.
//!
//! Owns stdout and stderr, the choice between text and JSON, and the promise that nothing a client wrote can
//! steer the terminal: spans are escaped here, at the last moment, so that no command can forget it.

pub(crate) mod entry;
pub(crate) mod health;
pub(crate) mod load;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod time;

use std::env;
use std::io::{self, IsTerminal, Write};

use jiff::Zoned;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::args::{Format, Options};
use crate::exit::{Code, Failure, Report};
use crate::input::Input;
use table::{Listed, Table};
use text::{Span, Style};

/// What the output lands on.
#[derive(Debug, Clone)]
pub(crate) struct Surface {
    /// Columns of the terminal; none when it is not one, then nothing is cut.
    pub(crate) width: Option<usize>,
    /// Whether stdout takes colours.
    pub(crate) color: bool,
    /// Whose clock is shown.
    pub(crate) zone: TimeZone,
}

impl Surface {
    /// What stdout of this process is.
    pub(crate) fn of_this_process() -> Self {
        let value = |key: &str| env::var(key).ok().filter(|value| !value.is_empty());
        let is_terminal = io::stdout().is_terminal();
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            width: if is_terminal { columns() } else { None },
            color: takes_color(is_terminal && !is_dumb, value),
            zone: TimeZone::system(),
        }
    }
}

impl Surface {
    /// The same after a terminal may have got another size.
    pub(crate) fn as_it_is_now(&self) -> Self {
        let width = self.width.and_then(|width| columns().or(Some(width)));
        Self { width, ..self.clone() }
    }
}

/// How wide the terminal is.
fn columns() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// Whether there are colours: never with NO_COLOR (no-color.org), always with CLICOLOR_FORCE (bixense.com/clicolors), else at a
/// terminal that has some.
fn takes_color(is_terminal: bool, value: impl Fn(&str) -> Option<String>) -> bool {
    let is_forced = value("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    value("NO_COLOR").is_none() && (is_terminal || is_forced)
}

/// Where commands print, and whom they ask.
pub(crate) struct Screen<'a> {
    surface: Surface,
    format: Format,
    is_quiet: bool,
    is_agreed: bool,
    /// Whether a line stands there that says how far something is.
    has_progress: bool,
    input: &'a mut Input,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl<'a> Screen<'a> {
    /// Prints as the options say.
    pub(crate) fn new(
        mut surface: Surface,
        options: &Options,
        input: &'a mut Input,
        out: &'a mut dyn Write,
        err: &'a mut dyn Write,
    ) -> Self {
        surface.color &= !options.no_color;
        let (format, is_quiet, is_agreed) = (options.output, options.quiet, options.yes);
        Self { surface, format, is_quiet, is_agreed, has_progress: false, input, out, err }
    }

    /// Whether somebody looks at it, who is shown text.
    pub(crate) fn is_for_a_person(&self) -> bool {
        self.surface.width.is_some() && self.format == Format::Text && !self.is_quiet
    }

    /// Columns of the terminal, if it is one.
    pub(crate) fn width(&self) -> Option<usize> {
        self.surface.width
    }

    /// Whether colours are wanted.
    pub(crate) fn has_color(&self) -> bool {
        self.surface.color
    }

    /// Now, on the user's clock.
    pub(crate) fn now(&self) -> Zoned {
        Zoned::now().with_time_zone(self.surface.zone.clone())
    }

    /// Prints `value` as one line of JSON, or `id` alone (several are separated by line ends), or what `text` makes of it.
    pub(crate) fn one<T: Serialize>(
        &mut self,
        value: &T,
        id: &str,
        text: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        match (self.format, self.is_quiet) {
            (_, true) if id.is_empty() => Ok(()),
            (_, true) => id.split('\n').try_for_each(|id| self.line(&[text::plain(id)])),
            (Format::Json, _) => self.json(value),
            (Format::Text, _) => text(self),
        }
    }

    /// Prints a list: a table, a JSON object a line, or an id a line.
    pub(crate) fn list<T: Listed>(&mut self, items: &[T]) -> io::Result<()> {
        if self.is_quiet {
            return items.iter().try_for_each(|item| self.line(&[text::plain(item.id())]));
        }
        match self.format {
            Format::Json => items.iter().try_for_each(|item| self.json(item)),
            Format::Text => self.table(&Table::of(items, &self.now())),
        }
    }

    /// Prints a table that fits the terminal.
    pub(crate) fn table(&mut self, table: &Table) -> io::Result<()> {
        let lines = table.lines(self.surface.width);
        for (at, line) in lines.into_iter().enumerate() {
            self.line(&[Span { style: if at == 0 { Style::Bold } else { Style::Plain }, text: line }])?;
        }
        Ok(())
    }

    /// Prints `name  value` with the names aligned; a value that is too wide goes on below itself.
    pub(crate) fn block(&mut self, rows: &[(&str, Span)]) -> io::Result<()> {
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let room = self.surface.width.map_or(usize::MAX, |columns| columns.saturating_sub(width + 2));
        for (name, value) in rows {
            for (at, text) in text::folded(&text::visible(&value.text), room).into_iter().enumerate() {
                let name = if at == 0 { name } else { "" };
                let name = Span { style: Style::Dim, text: format!("{name:width$}  ") };
                self.line(&[name, Span { style: value.style, text }])?;
            }
        }
        Ok(())
    }

    /// Prints one line of text; control characters in it become visible.
    pub(crate) fn line(&mut self, spans: &[Span]) -> io::Result<()> {
        let rendered = spans.iter().map(|span| span.render(self.surface.color)).collect::<String>();
        writeln!(self.out, "{rendered}")
    }

    /// Prints a word and what it means, for a program that reads them.
    pub(crate) fn tabbed(&mut self, word: &str, help: &str) -> io::Result<()> {
        writeln!(self.out, "{}\t{}", text::visible(word), text::visible(help))
    }

    /// Writes bytes of this program's own making as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Prints one more sentence for people, where they read text.
    pub(crate) fn note(&mut self, sentence: &str) -> io::Result<()> {
        match (self.format, self.is_quiet) {
            (Format::Text, false) => self.line(&[text::plain(sentence)]),
            _ => Ok(()),
        }
    }

    /// Shows how far something is, in place of what this showed before; nothing takes it away. Only at a terminal.
    pub(crate) fn progress(&mut self, how_far: &str) -> io::Result<()> {
        let is_shown = self.surface.width.is_some() && self.format == Format::Text && !self.is_quiet;
        if !is_shown {
            return Ok(());
        }
        // To the beginning of the line, and away with what stands there (ECMA-48 EL).
        write!(self.out, "\r\x1b[K{}", text::visible_lines(how_far))?;
        self.has_progress = !how_far.is_empty();
        self.flush()
    }

    /// Takes away what says how far something is, so that nothing stands behind it on its line.
    pub(crate) fn end_progress(&mut self) {
        if self.has_progress {
            // Whoever read it has gone if this fails.
            let _ = self.progress("");
        }
    }

    /// Passes on what has been printed; a stream does it whenever it has caught up.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Tells the user something that is not the command's result, on stderr.
    pub(crate) fn remark(&mut self, remark: &str) {
        self.end_progress();
        // stdout may be a terminal, too: what came first stands first.
        let _ = self.out.flush();
        // A closed stderr is no reason to stop working.
        let _ = writeln!(self.err, "chatctl: {}", text::visible_lines(remark));
    }

    /// Tells the user why the command failed.
    pub(crate) fn report(&mut self, report: &Report) {
        self.remark(&report.message);
        if let Some(hint) = &report.hint {
            let _ = writeln!(self.err, "hint: {}", text::visible_lines(hint));
        }
    }

    /// Whether the user has agreed to everything beforehand, so that nothing has to be found out for a question.
    pub(crate) fn is_agreed(&self) -> bool {
        self.is_agreed
    }

    /// Asks before something is done that hits many: `trying` as in a report, `hits` what would happen and to how many.
    ///
    /// # Errors
    /// The user does not want it, or nobody is there to be asked; then nothing may be done.
    pub(crate) fn confirm(&mut self, trying: &str, hits: &str) -> Result<(), Failure> {
        if self.is_agreed {
            return Ok(());
        }
        self.out.flush()?;
        match self.input.agrees(&text::visible(&format!("{trying}: {hits}.")))? {
            Some(true) => Ok(()),
            Some(false) => {
                Err(Failure::new(Code::Failed, format!("{trying}: not confirmed, nothing was done")))
            }
            None => Err(Failure::with_hint(
                Code::Usage,
                format!("{trying}: {hits}; nothing was done, because nobody is here to confirm it"),
                "-y does it without a question",
            )),
        }
    }

    /// The next line of text from standard input; none when there are no more.
    pub(crate) fn read_line(&mut self) -> Result<Option<String>, Failure> {
        self.input.line()
    }

    fn json<T: Serialize>(&mut self, value: &T) -> io::Result<()> {
        writeln!(self.out, "{}", text::json_line(value)?)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use jiff::tz::TimeZone;

    use super::{Screen, Surface, takes_color};
    use crate::args::Args;
    use crate::exit::{Code, Report};
    use crate::input::Input;

    #[test]
    fn nothing_stands_behind_how_far_something_was() {
        let options = Args::parse_from(["chatctl"]).options;
        let surface = Surface { width: Some(80), color: false, zone: TimeZone::UTC };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut input = Input::Script;
        let mut screen = Screen::new(surface, &options, &mut input, &mut out, &mut err);
        screen.progress("1 of 2 pages").unwrap();
        screen.report(&Report { code: Code::Failed, message: "it broke".into(), hint: None });
        assert_eq!(String::from_utf8(out).unwrap(), "\r\x1b[K1 of 2 pages\r\x1b[K");
        assert_eq!(String::from_utf8(err).unwrap(), "chatctl: it broke\n");
    }

    #[test]
    fn colours_are_for_terminals_unless_the_environment_says_otherwise() {
        let with = |is_terminal, set: &[(&str, &str)]| {
            let find = |key: &str| set.iter().find(|(name, _)| *name == key);
            takes_color(is_terminal, |key| find(key).map(|(_, value)| (*value).to_owned()))
        };
        assert!(with(true, &[]) && !with(false, &[]));
        assert!(!with(true, &[("NO_COLOR", "1")]));
        assert!(with(false, &[("CLICOLOR_FORCE", "1")]) && !with(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(!with(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "who wants none gets none");
    }
}
