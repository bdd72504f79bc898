//! The conversation that every real client has with bob: come, talk, rename, leave, come back, quit. Knows no client.

use crate::harness::{Client, Daemon};

/// What the client is made to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deed<'a> {
    Join,
    Say(&'a str),
    Nick(&'a str),
    Part(&'a str),
    Quit(&'a str),
}

/// What the client must show that others have done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sight<'a> {
    Said { by: &'a str, text: &'a str },
    Renamed { from: &'a str, to: &'a str },
    Parted { who: &'a str },
    Quit { who: &'a str },
}

/// A client under somebody's hands. The room is [`ROOM`] always.
pub(super) trait Guest {
    /// Makes it do something; `Join` returns when it is in the room.
    fn does(&mut self, deed: Deed<'_>);

    /// Waits until it shows something.
    fn shows(&mut self, sight: Sight<'_>);

    /// In how many messages it says a text that just fits into one: its own reckoning of the limit may be more careful.
    fn pieces_at_the_limit(&self) -> usize {
        1
    }
}

pub(super) const ROOM: &str = "#room";

/// Two, three and four bytes to a character, and one of several characters.
const FOREIGN: &str = "Grüße aus 東京 🚀 👩‍🚀 é";

/// A line without its end (RFC 2812 §2.3).
const BODY_MAX: usize = 510;

/// The longest text that reaches a room from this source in one line, with every part of it known by its place.
fn longest(source: &str) -> String {
    let head = format!(":{source} PRIVMSG {ROOM} :");
    (0..)
        .flat_map(|number: u32| format!("{number}.").into_bytes())
        .map(char::from)
        .take(BODY_MAX - head.len())
        .collect()
}

/// Everybody whom a client meets.
pub(super) struct Company {
    pub(super) bob: Client,
    carol: Client,
}

impl Company {
    #[track_caller]
    pub(super) fn gather(daemon: &Daemon) -> Self {
        let mut bob = Client::connect_in(daemon, "bob", ROOM);
        let mut carol = Client::connect_in(daemon, "carol", ROOM);
        bob.expect(":carol!* JOIN #room");
        carol.fence();
        Self { bob, carol }
    }

    /// The conversation with a client that has registered as `nick`, up to its end.
    #[track_caller]
    pub(super) fn meet(&mut self, nick: &str, guest: &mut dyn Guest) {
        let source = self.greet(nick, guest);
        self.exchange_long_lines(nick, &source, guest);
        self.rename(nick, guest);
        self.leave(nick, guest);
    }

    /// It comes in, and both say something; its source.
    #[track_caller]
    fn greet(&mut self, nick: &str, guest: &mut dyn Guest) -> String {
        guest.does(Deed::Join);
        let joined = self.bob.expect(&format!(":{nick}!*@127.0.0.1 JOIN {ROOM}"));
        for text in ["hello bob", FOREIGN] {
            guest.does(Deed::Say(text));
            self.bob.expect(&format!(":{nick}!* PRIVMSG {ROOM} :{text}"));
            self.bob.send(&format!("PRIVMSG {ROOM} :{text}"));
            guest.shows(Sight::Said { by: "bob", text });
        }
        joined.trim_start_matches(':').split(' ').next().unwrap().to_owned()
    }

    /// The longest line goes through whole in both directions.
    #[track_caller]
    fn exchange_long_lines(&mut self, nick: &str, source: &str, guest: &mut dyn Guest) {
        let text = longest(source);
        guest.does(Deed::Say(&text));
        let (mut heard, mut pieces) = (String::new(), 0);
        while heard.len() < text.len() {
            let line = self.bob.expect(&format!(":{nick}!* PRIVMSG {ROOM} :*"));
            heard.push_str(line.split_once(" :").unwrap().1);
            pieces += 1;
        }
        assert_eq!((heard, pieces), (text, guest.pieces_at_the_limit()));
        let text = longest("bob!~bob@127.0.0.1");
        self.bob.send(&format!("PRIVMSG {ROOM} :{text}"));
        guest.shows(Sight::Said { by: "bob", text: &text });
        self.bob.send(&format!("PRIVMSG {ROOM} :{text}x"));
        self.bob.expect(":* 417 bob :*");
    }

    #[track_caller]
    fn rename(&mut self, nick: &str, guest: &mut dyn Guest) {
        self.bob.send("NICK bobby");
        self.bob.expect(":bob!* NICK :bobby");
        guest.shows(Sight::Renamed { from: "bob", to: "bobby" });
        guest.does(Deed::Nick(&format!("{nick}2")));
        self.bob.expect(&format!(":{nick}!* NICK :{nick}2"));
        self.bob.send("NICK bob");
        self.bob.expect(":bobby!* NICK :bob");
        guest.shows(Sight::Renamed { from: "bobby", to: "bob" });
    }

    /// It leaves the room and comes back; others leave the room and the server, and so does it.
    #[track_caller]
    fn leave(&mut self, nick: &str, guest: &mut dyn Guest) {
        guest.does(Deed::Part("tea"));
        self.bob.expect(&format!(":{nick}2!* PART {ROOM} :tea"));
        guest.does(Deed::Join);
        self.bob.expect(&format!(":{nick}2!* JOIN {ROOM}"));
        self.carol.send(&format!("PART {ROOM} :tea"));
        guest.shows(Sight::Parted { who: "carol" });
        self.carol.join(ROOM);
        self.carol.send("QUIT :home");
        guest.shows(Sight::Quit { who: "carol" });
        self.bob.skip_until(":carol!* QUIT *");
        guest.does(Deed::Quit("bye"));
        self.bob.expect(&format!(":{nick}2!* QUIT :Quit: bye"));
    }
}
