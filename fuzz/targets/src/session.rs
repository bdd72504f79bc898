//! Whole sessions: bytes of a stranger go through a whole server, and what anybody hears of it is well-formed.

use chat_proto::irc::{BODY_MAX, Message};
use chatd::wire::irc::Irc;
use chatd::wire::lines::Lines;

use super::TEXT_MAX;
use super::server::{NAME, Peer, Server, run};

/// The longest tags that a server may send, with `@` and the blank (IRCv3 message-tags).
const TAGS_MAX: usize = 8191;

/// The first byte chooses how far the stranger has come before it says the rest: with bit 0 it is registered, with bit 1 it has
/// every capability, with bit 2 it is in the room of the witness, who has every capability with bit 3. Whatever it says, both
/// hear only whole messages that fit, and the witness only from the server or from somebody with a nick.
pub fn session(data: &[u8]) {
    let [how, said @ ..] = data else { return };
    if said.len() > TEXT_MAX {
        return;
    }
    let has = |bit: u8| how & (1 << bit) != 0;
    run(async {
        let server = Server::start();
        let mut witness = server.connect::<Irc>().await;
        enter(&mut witness, "witness", has(3)).await;
        witness.says(b"JOIN #room\r\n").await;
        witness.hears().await;
        let mut stranger = server.connect::<Irc>().await;
        if has(0) || has(2) {
            enter(&mut stranger, "stranger", has(1)).await;
        }
        if has(2) {
            stranger.says(b"JOIN #room\r\n").await;
        }
        stranger.says(said).await;
        check(&stranger.leaves().await);
        witness.hears().await;
        check(&witness.leaves().await);
    });
}

/// The same for plain lines; the witness speaks IRC.
pub fn plain(data: &[u8]) {
    if data.len() > TEXT_MAX {
        return;
    }
    run(async {
        let server = Server::start();
        let mut witness = server.connect::<Irc>().await;
        enter(&mut witness, "witness", true).await;
        witness.says(b"JOIN #room\r\n").await;
        witness.hears().await;
        let mut stranger = server.connect::<Lines>().await;
        stranger.says(data).await;
        let heard = stranger.leaves().await;
        let heard = std::str::from_utf8(&heard).expect("people read text");
        // A tab moves the cursor and no more.
        let is_harmless = |letter: char| matches!(letter, '\n' | '\r' | '\t') || !letter.is_control();
        assert!(heard.chars().all(is_harmless), "{heard:?}");
        witness.hears().await;
        check(&witness.leaves().await);
    });
}

/// Registers, with every capability that the server has if `with_caps`.
async fn enter(peer: &mut Peer, nick: &str, with_caps: bool) {
    if with_caps {
        peer.says(b"CAP LS 302\r\n").await;
        let offered = peer.hears().await;
        let lists =
            offered.lines().filter(|line| line.contains(" LS ")).filter_map(|line| line.split_once(" :"));
        let caps = lists.flat_map(|(_, caps)| caps.split(' ')).filter(|cap| !cap.is_empty());
        let names = caps.map(|cap| cap.split('=').next().unwrap_or_default());
        let asks: String = names.map(|name| format!("CAP REQ :{name}\r\n")).collect();
        peer.says(asks.as_bytes()).await;
        peer.says(b"CAP END\r\n").await;
    }
    peer.says(format!("NICK {nick}\r\nUSER {nick} 0 * :{nick}\r\n").as_bytes()).await;
    peer.hears().await;
}

/// All that was heard is whole messages within the limits, from somebody who may speak.
fn check(heard: &[u8]) {
    let heard = std::str::from_utf8(heard).expect("only text goes out");
    let Some(heard) = heard.strip_suffix("\r\n") else {
        assert!(heard.is_empty(), "the last line has no end: {heard:?}");
        return;
    };
    for line in heard.split("\r\n") {
        let message = Message::parse(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let tags = if line.starts_with('@') { line.find(' ').map_or(line.len(), |end| end + 1) } else { 0 };
        assert!(tags <= TAGS_MAX, "{tags} bytes of tags: {line:?}");
        assert!(line.len() - tags <= BODY_MAX, "{} bytes: {line:?}", line.len() - tags);
        if let Some(source) = message.source {
            let is_somebody =
                source.split_once('!').is_some_and(|(nick, rest)| !nick.is_empty() && rest.contains('@'));
            assert!(source == NAME || is_somebody, "said by {source:?}: {line:?}");
        }
    }
}
