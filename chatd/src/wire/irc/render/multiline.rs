//! Messages of several lines (IRCv3 multiline): one batch for those who negotiated that, one message for each line for all others.

use chat_proto::irc::LineWriter;

use super::finish;
use super::notice::Page;
use crate::domain::message::{Message, lines};
use crate::wire::irc::batch::{CONCAT, MULTILINE};
use crate::wire::irc::{msgid, variant};

/// Tags of an author that are no longer than this are repeated on each line of those who read no batches. Longer ones would make
/// one message hundreds of kilobytes.
const REPEATED_MAX: usize = 256;

impl Page<'_> {
    /// A message of several lines.
    pub(super) fn multiline(&mut self, message: &Message, verb: &str, target: &str) {
        if self.variant.has(variant::MULTILINE) {
            self.batch(message, verb, target);
        } else {
            self.line_by_line(message, verb, target);
        }
    }

    /// All tags are on the line that opens the batch, and each line is as its author sent it.
    fn batch(&mut self, message: &Message, verb: &str, target: &str) {
        let (name, source) = (["m", &msgid::text(self.notice.seq)].concat(), &message.from.source);
        let open = self.begin_message(message, true, true).source(source);
        finish(open, "BATCH", &[&format!("+{name}"), MULTILINE, target], None);
        for (text, is_joined) in lines(&message.text) {
            let line = LineWriter::new(self.out).tag("batch", &name);
            let line = if is_joined { line.tag(CONCAT, "") } else { line };
            finish(line.source(source), verb, &[target], Some(text));
        }
        finish(LineWriter::new(self.out).source(self.server), "BATCH", &[&format!("-{name}")], None);
    }

    /// Blank lines are left out, and only the first line has the id: it names the whole message.
    fn line_by_line(&mut self, message: &Message, verb: &str, target: &str) {
        let repeats = message.tags.as_deref().is_none_or(|tags| tags.len() <= REPEATED_MAX);
        let texts = lines(&message.text).filter(|(text, _)| !text.is_empty());
        for (place, (text, _)) in texts.enumerate() {
            let line = self.begin_message(message, place == 0, place == 0 || repeats);
            finish(line.source(&message.from.source), verb, &[target], Some(text));
        }
    }
}
