//! Turns what is shown into one line of text, for a terminal or for a script. Must never pass on a control
//! character that was received.

use jiff::{Timestamp, tz::TimeZone};

use crate::effect::{Manner, Said, Shown};
use crate::harmless::harmless;

/// How lines look at a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// Whether to use colours.
    pub(crate) in_colour: bool,
    /// The zone in which times are shown.
    pub(crate) zone: TimeZone,
}

impl Look {
    /// The line for a terminal; `now` stands in where the server gave no time.
    pub(crate) fn line(&self, shown: &Shown, now: Timestamp) -> String {
        match shown {
            Shown::Said(said) => {
                let time = self.clock(said.time.as_deref(), now);
                let colour = if said.manner == Manner::Notice { "33" } else { "1" };
                format!("{} {}", self.painted("2", &time), self.conversation(said, colour))
            }
            Shown::Answer(text) => format!("* {}", harmless(text)),
            Shown::Info(text) => self.painted("2", &format!("* {}", harmless(text))),
            Shown::Note(text) => self.painted("36", &format!("* {}", harmless(text))),
            Shown::Problem(text) => self.painted("31", &format!("! {}", harmless(text))),
        }
    }

    fn conversation(&self, said: &Said, colour: &str) -> String {
        format!("{}{} {}", place(said), self.painted(colour, &speaker(said)), harmless(&said.text))
    }

    fn painted(&self, colour: &str, text: &str) -> String {
        if self.in_colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Hours and minutes, local.
    fn clock(&self, tag: Option<&str>, now: Timestamp) -> String {
        let time = tag.and_then(|tag| tag.parse().ok()).unwrap_or(now);
        time.to_zoned(self.zone.clone()).strftime("%H:%M").to_string()
    }
}

/// Where a line for a script goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// Standard output.
    Out(String),
    /// Standard error.
    Err(String),
    /// Nowhere: a script did not ask for it.
    Nothing,
}

/// The line for a script: `<desk> text`, `#room <bob> text`, `-desk- text`.
pub(crate) fn plain(shown: &Shown) -> Plain {
    match shown {
        Shown::Said(said) => Plain::Out(format!("{}{} {}", place(said), speaker(said), harmless(&said.text))),
        Shown::Answer(text) => Plain::Out(format!("* {}", harmless(text))),
        Shown::Info(_) => Plain::Nothing,
        Shown::Note(text) | Shown::Problem(text) => Plain::Err(format!("chat-client: {}", harmless(text))),
    }
}

fn place(said: &Said) -> String {
    said.room.as_deref().map(|room| format!("{} ", harmless(room))).unwrap_or_default()
}

fn speaker(said: &Said) -> String {
    let who = harmless(&said.who);
    match said.manner {
        Manner::Message => format!("<{who}>"),
        Manner::Notice => format!("-{who}-"),
        Manner::Action => format!("* {who}"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::{Look, Plain, plain};
    use crate::effect::{Manner, Said, Shown};

    fn said(room: Option<&str>, manner: Manner, text: &str) -> Shown {
        Shown::Said(Said {
            room: room.map(str::to_owned),
            who: "bob".into(),
            text: text.into(),
            manner,
            time: Some("2026-11-23T12:03:44.123Z".into()),
        })
    }

    fn look(in_colour: bool) -> Look {
        Look { in_colour, zone: TimeZone::UTC }
    }

    fn out(line: &str) -> Plain {
        Plain::Out(line.to_owned())
    }

    #[test]
    fn a_script_gets_who_said_what_and_where() {
        assert_eq!(plain(&said(None, Manner::Message, "hi")), out("<bob> hi"));
        assert_eq!(plain(&said(Some("#room"), Manner::Message, "hi")), out("#room <bob> hi"));
        assert_eq!(plain(&said(None, Manner::Notice, "hi")), out("-bob- hi"));
        assert_eq!(plain(&said(Some("#room"), Manner::Action, "waves")), out("#room * bob waves"));
    }

    #[test]
    fn a_script_gets_problems_on_standard_error_and_no_chatter() {
        let problem = Plain::Err("chat-client: no such nick".into());
        assert_eq!(plain(&Shown::Problem("no such nick".into())), problem);
        assert_eq!(plain(&Shown::Info("alice joined".into())), Plain::Nothing);
    }

    #[test]
    fn a_terminal_shows_the_time_of_the_server() {
        let line = look(false).line(&said(None, Manner::Message, "hi"), Timestamp::UNIX_EPOCH);
        assert_eq!(line, "12:03 <bob> hi");
    }

    #[test]
    fn a_broken_time_is_replaced_by_the_present() {
        let mut broken = said(None, Manner::Message, "hi");
        if let Shown::Said(said) = &mut broken {
            said.time = Some("yesterday".into());
        }
        assert_eq!(look(false).line(&broken, Timestamp::UNIX_EPOCH), "00:00 <bob> hi");
    }

    #[test]
    fn every_escape_in_a_coloured_line_is_our_own() {
        let line = look(true).line(&said(None, Manner::Message, "\x1b[31mred"), Timestamp::UNIX_EPOCH);
        assert_eq!(line, "\x1b[2m12:03\x1b[0m \x1b[1m<bob>\x1b[0m ␛[31mred");
    }

    #[test]
    fn a_hostile_name_is_harmless_too() {
        let hostile = Said {
            room: Some("#\x1b[2J".into()),
            who: "\x07eve".into(),
            text: "hi".into(),
            manner: Manner::Message,
            time: None,
        };
        assert_eq!(plain(&Shown::Said(hostile)), out("#␛[2J <␇eve> hi"));
    }
}
