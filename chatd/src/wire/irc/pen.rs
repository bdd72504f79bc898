//! Writes what the server says to one client: numerics, and lines in the desk's or the server's own name.

use chat_proto::irc::{BODY_MAX, LineWriter, Numeric};

use super::cap::Caps;
use super::label;
use super::render;
use super::time;
use crate::domain::id::Time;

/// About how many bytes a line has.
const LINE: usize = 128;

/// A place to write to, with the names of the two who speak.
#[derive(Debug)]
pub(super) struct Pen<'a> {
    out: &'a mut Vec<u8>,
    server: &'a str,
    nick: &'a str,
    /// The time to tag lines with that are messages, if the client negotiated that.
    time: Option<Time>,
    /// What the client has negotiated.
    pub(super) caps: Caps,
}

impl<'a> Pen<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, server: &'a str, nick: &'a str, time: Option<Time>) -> Self {
        if out.is_empty() {
            out.reserve(LINE); // A buffer that grows with every word costs more than the words.
        }
        Self { out, server, nick, time, caps: Caps::default() }
    }

    /// The server's name.
    pub(super) fn server(&self) -> &'a str {
        self.server
    }

    /// The client's nick, or `*`.
    pub(super) fn nick(&self) -> &'a str {
        self.nick
    }

    /// Takes memory for about so many bytes at once.
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.out.reserve(bytes);
    }

    /// Bytes that are encoded already.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A numeric with its usual text.
    pub(super) fn numeric(&mut self, numeric: Numeric, params: &[&str]) {
        self.write(numeric, params, Some(numeric.text()));
    }

    /// A numeric with a text of its own.
    pub(super) fn numeric_with(&mut self, numeric: Numeric, params: &[&str], text: &str) {
        self.write(numeric, params, Some(text));
    }

    /// A numeric without a text.
    pub(super) fn numeric_plain(&mut self, numeric: Numeric, params: &[&str]) {
        self.write(numeric, params, None);
    }

    /// A line of the server itself.
    pub(super) fn server_line(&mut self, verb: &str, params: &[&str], trailing: &str) {
        render::line(self.out, self.server, verb, params, Some(trailing));
    }

    /// A line in somebody else's name.
    pub(super) fn line_of(&mut self, source: &str, verb: &str, params: &[&str]) {
        render::line(self.out, source, verb, params, None);
    }

    /// A line in somebody's name that is an event, and so has the time of now.
    pub(super) fn message_of(&mut self, source: &str, verb: &str, params: &[&str], trailing: Option<&str>) {
        let line = LineWriter::new(self.out);
        let line = match self.time {
            Some(at) => line.tag("time", &time::text(at)),
            None => line,
        };
        render::finish(line.source(source), verb, params, trailing);
    }

    /// A notice to this client from `source`.
    pub(super) fn notice(&mut self, source: &str, text: &str) {
        let line = LineWriter::new(self.out);
        let line = match self.time {
            Some(at) => line.tag("time", &time::text(at)),
            None => line,
        };
        line.source(source).verb("NOTICE").param(self.nick).trailing(text).end();
    }

    /// Writes a batch (IRCv3 batch): whatever `write` writes belongs to it. `name` must not be that of another one that is open.
    pub(super) fn batch(&mut self, name: &str, kind: &str, write: impl FnOnce(&mut Pen<'_>)) {
        let mut lines = Vec::new();
        let (server, nick, time, caps) = (self.server, self.nick, self.time, self.caps);
        write(&mut Pen { out: &mut lines, server, nick, time, caps });
        render::line(self.out, server, "BATCH", &[&format!("+{name}"), kind], None);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            label::write_tagged("batch", name, line, self.out);
        }
        render::line(self.out, server, "BATCH", &[&format!("-{name}")], None);
    }

    /// How many bytes of text fit into one line of `numeric` behind `params`.
    pub(super) fn room_for_text(&self, params: &[&str]) -> usize {
        let head = ":".len() + self.server.len() + " NNN ".len() + self.nick.len() + " :".len();
        let params: usize = params.iter().map(|param| param.len() + 1).sum();
        BODY_MAX.saturating_sub(head + params)
    }

    /// A list as the text of as many lines of `numeric` as it needs; one empty line if `even_if_empty`.
    pub(super) fn list<I>(&mut self, numeric: Numeric, params: &[&str], items: I, even_if_empty: bool)
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let room = self.room_for_text(params);
        let mut text = String::new();
        let mut is_written = false;
        for item in items {
            let item = item.as_ref();
            if !text.is_empty() && text.len() + 1 + item.len() > room {
                self.numeric_with(numeric, params, &text);
                is_written = true;
                text.clear();
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(item);
        }
        if !text.is_empty() || (even_if_empty && !is_written) {
            self.numeric_with(numeric, params, &text);
        }
    }

    /// Words as the texts of as few lines as hold them; `head` is what is between the source and the text. At least one.
    pub(super) fn fold(&self, head: &[&str], words: &[String]) -> Vec<String> {
        let head: usize = head.iter().map(|word| word.len() + 1).sum();
        let room = BODY_MAX.saturating_sub(":".len() + self.server.len() + " :".len() + head);
        let mut lines = vec![String::new()];
        for word in words {
            if lines.last().is_some_and(|line| !line.is_empty() && line.len() + 1 + word.len() > room) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        lines
    }

    fn write(&mut self, numeric: Numeric, params: &[&str], trailing: Option<&str>) {
        let line = LineWriter::new(self.out).source(self.server).numeric(numeric).param(self.nick);
        let line = params.iter().fold(line, |line, param| line.param(param));
        match trailing {
            Some(text) => line.trailing(text).end(),
            None => line.end(),
        }
    }
}
