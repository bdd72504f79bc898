//! Tags of clients on their way to others.

use super::{alice, alice_with};
use crate::domain::request::Request;

/// The tags that go on.
fn tags(line: &str) -> Option<Box<str>> {
    let mut session = alice();
    session.sends("CAP REQ message-tags");
    match session.asks(line).remove(0) {
        Request::Say(say) => say.tags,
        other => panic!("{other:?}"),
    }
}

#[test]
fn tags_that_claim_server_owned_names_go_nowhere_however_often_they_come() {
    let owned = ["msgid", "time", "account", "bot", "draft/oper", "unknown"];
    let twice: Vec<_> = owned.iter().flat_map(|name| [format!("{name}=x"), format!("{name}=y")]).collect();
    let twice = twice.join(";");
    assert_eq!(tags(&format!("@{twice} PRIVMSG bob :x")), None);
    assert_eq!(tags(&format!("@{twice};+ok=1;{twice} PRIVMSG bob :x")).as_deref(), Some("+ok=1"));
    assert_eq!(tags(&format!("@{twice};+ok TAGMSG bob")).as_deref(), Some("+ok"));
}

#[test]
fn the_tags_that_clients_use_among_each_other_go_on_unchanged() {
    for tag in ["+typing=active", "+reply=abc123", "+draft/react=🎉", "+channel-context=#a", r"+a=b\:\s\\c"]
    {
        assert_eq!(tags(&format!("@{tag} PRIVMSG #a :x")).as_deref(), Some(tag));
    }
    assert_eq!(tags("@+a=1;+b;+a=2 PRIVMSG #a :x").as_deref(), Some("+b;+a=2"));
}

#[test]
fn tags_that_are_denied_do_not_go_on_and_isupport_says_which() {
    let passed = |denied: &[&str], line: &str| {
        let mut session = alice_with(|config| {
            config.irc.client_tags_denied = denied.iter().map(|word| (*word).into()).collect();
        });
        session.sends("CAP REQ message-tags");
        let requests = session.asks(line);
        requests.into_iter().next().map(|request| match request {
            Request::Say(say) => say.tags.unwrap_or_default().to_string(),
            other => panic!("{other:?}"),
        })
    };
    let line = "@+typing=active;+draft/react=x TAGMSG bob";
    assert_eq!(passed(&[], line).unwrap(), "+typing=active;+draft/react=x");
    assert_eq!(passed(&["typing"], line).unwrap(), "+draft/react=x");
    assert_eq!(passed(&["*", "-typing"], line).unwrap(), "+typing=active");
    assert_eq!(passed(&["*"], line), None, "nothing is left to be told");
    assert_eq!(passed(&["*"], "@+typing=active PRIVMSG bob :x").unwrap(), "");
    assert_eq!(passed(&["*"], "@unknown TAGMSG bob").unwrap(), "");
    let mut session = alice_with(|config| config.irc.client_tags_denied = vec!["*".into(), "-reply".into()]);
    assert!(session.hears("VERSION").contains(" CLIENTTAGDENY=*,-reply "));
    assert!(!alice().hears("VERSION").contains("CLIENTTAGDENY"));
}
