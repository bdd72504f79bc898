//! Who a message says it comes from, taken apart. Never judges: servers show hosts that no rule allows.

/// The parts of `nick!user@host`; a part that is not there is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// A nick, or the name of a server.
    pub nick: &'a str,
    /// The user name, with its `~` if the server put one there.
    pub user: &'a str,
    /// The host name, address or cloak.
    pub host: &'a str,
}

impl<'a> Source<'a> {
    /// Splits what follows the `:` of a message (RFC 2812 §2.3.1, `prefix`).
    ///
    /// The last `@` begins the host: a host never contains one, so a forged user name cannot move it.
    pub fn split(text: &'a str) -> Self {
        let (before, host) = text.rsplit_once('@').unwrap_or((text, ""));
        let (nick, user) = before.split_once('!').unwrap_or((before, ""));
        Self { nick, user, host }
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn a_user_name_cannot_forge_the_host() {
        let source = Source::split("alice!a@trusted.org@real.net");
        assert_eq!(source, Source { nick: "alice", user: "a@trusted.org", host: "real.net" });
    }

    #[test]
    fn missing_parts_are_empty() {
        assert_eq!(Source::split(""), Source { nick: "", user: "", host: "" });
        assert_eq!(Source::split("!@"), Source { nick: "", user: "", host: "" });
    }
}
