//! Where a client really comes from. Others see a cloak, or another host that an operator gave it; this is for bans, which have to
//! hold all the same, for operators, and for the client itself. Resolves nothing.

use std::borrow::Cow;
use std::net::IpAddr;

use chat_proto::host::is_hostname;
use chat_proto::mask::glob_matches;
use chat_proto::name::CaseMapping;
use chat_proto::network::Network;

/// An address, and what else is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The address that counts; where a gateway has passed the connection on, that of the person behind it.
    pub ip: IpAddr,
    /// Its host name, if one is known and the address confirms it.
    pub host: Option<Box<str>>,
    /// The gateway that vouches for the address, if there is one (IRCv3 WEBIRC).
    pub gateway: Option<Box<str>>,
    /// The host that others saw before an operator gave it another.
    pub shown: Option<Box<str>>,
}

impl Origin {
    /// An address of which nothing else is known.
    #[must_use]
    pub fn of(ip: IpAddr) -> Self {
        Self { ip, host: None, gateway: None, shown: None }
    }

    /// A host on this machine, of which others see the name.
    #[cfg(test)]
    pub(crate) fn named(host: &str) -> Self {
        Self { host: Some(host.into()), ..Self::of(std::net::Ipv4Addr::LOCALHOST.into()) }
    }

    /// Its host name, or the address where none is known.
    #[must_use]
    pub fn host(&self) -> Cow<'_, str> {
        self.host.as_deref().map_or_else(|| written(self.ip).into(), Cow::Borrowed)
    }

    /// Whether the host part of a mask names it: by its host name, by its address with `*` and `?`, as a network, or by what others
    /// saw of it before.
    #[must_use]
    pub fn fits(&self, pattern: &str, folding: CaseMapping) -> bool {
        let names = [&self.host, &self.shown];
        if names.into_iter().flatten().any(|host| glob_matches(pattern, host, folding)) {
            return true;
        }
        // Most masks name no address, and to write one down for each would be felt in rooms with many bans.
        let is_address_like = pattern
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'*' | b'?' | b'/'));
        is_address_like
            && if pattern.contains('/') {
                pattern.parse::<Network>().is_ok_and(|network| network.contains(self.ip))
            } else {
                glob_matches(pattern, &written(self.ip), folding)
            }
    }
}

/// Longest host name that is shown: sources have to leave room for text.
const HOST_MAX: usize = 63;

/// A host name as it may stand for an address: of the characters of host names, no address, and nothing that could be taken for a
/// cloak, which ends with `cloak_suffix`.
#[must_use]
pub fn believable_host(host: &str, cloak_suffix: &str) -> Option<Box<str>> {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    // A last label of digits only would be an address, whole or shortened (`127.1`).
    let is_name = host.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| !byte.is_ascii_digit()));
    let is_cloak =
        host.strip_suffix(&cloak_suffix.to_ascii_lowercase()).is_some_and(|head| head.ends_with('.'));
    (host.len() <= HOST_MAX && is_hostname(&host) && is_name && !is_cloak).then(|| host.into())
}

/// Whether an operator may have a client shown with this host: words of letters, digits, hyphens and underscores, joined by dots,
/// slashes or colons, such as `staff/alice` or `example.org`.
#[must_use]
pub fn is_showable(host: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    host.len() <= HOST_MAX && host.contains(['.', '/', ':']) && host.split(['.', '/', ':']).all(is_word)
}

/// An address as a host in a source: one that begins with a colon would end the line's middle (RFC 2812 §2.3.1).
#[must_use]
pub fn written(ip: IpAddr) -> String {
    let shown = ip.to_string();
    if shown.starts_with(':') { format!("0{shown}") } else { shown }
}

#[cfg(test)]
mod tests {
    use chat_proto::name::CaseMapping;

    use super::{Origin, believable_host, is_showable};

    fn origin(ip: &str, host: Option<&str>) -> Origin {
        Origin { host: host.map(Into::into), ..Origin::of(ip.parse().unwrap()) }
    }

    #[test]
    fn a_host_name_is_believed_if_it_can_be_taken_for_nothing_else() {
        let believed = |host| believable_host(host, "cloak").map(String::from);
        for host in
            ["dsl-7.example.net", "a.b", "xn--bcher-kva.example", "7.example", "cloak.example", "x.acloak"]
        {
            assert_eq!(believed(host).as_deref(), Some(host));
        }
        assert_eq!(believed("DSL.Example.NET.").as_deref(), Some("dsl.example.net"));
        let (longest, longer) = ("a".repeat(59) + ".org", "a".repeat(60) + ".org");
        assert!(believed(&longest).is_some() && believed(&longer).is_none());
        for host in [
            "",
            ".",
            "localhost",
            "192.0.2.1",
            "127.1",
            "a.b.1",
            "::1",
            "2001:db8::1",
            "a_b.example",
            "-a.example",
            "a..b",
            "ä.example",
            "*.example",
            "a!b.example",
            "a@b.example",
            "a b.example",
            "abc.cloak",
            "abc.CLOAK",
            "abc.cloak.",
        ] {
            assert_eq!(believed(host), None, "{host}");
        }
    }

    #[test]
    fn what_an_operator_may_have_shown_stays_one_word_of_a_source() {
        for host in ["staff/alice", "example.org", "a:b", "192.0.2.1", "a_b/c-d"] {
            assert!(is_showable(host), "{host}");
        }
        assert!(
            is_showable(&format!("a/{}", "b".repeat(61))) && !is_showable(&format!("a/{}", "b".repeat(62)))
        );
        for host in
            ["", "alice", ":a", "a.", ".a", "a..b", "a b.c", "a@b.c", "a!b.c", "ä.b", "a.b\r", "*.b", "a,b.c"]
        {
            assert!(!is_showable(host), "{host}");
        }
    }

    #[test]
    fn an_origin_is_named_by_its_host_its_address_and_its_networks() {
        let named = origin("192.0.2.7", Some("dsl-7.example.net"));
        for pattern in [
            "dsl-7.example.net",
            "*.EXAMPLE.net",
            "192.0.2.7",
            "192.0.2.*",
            "19?.0.2.7",
            "192.0.2.0/24",
            "0.0.0.0/0",
        ] {
            assert!(named.fits(pattern, CaseMapping::Rfc1459), "{pattern}");
        }
        for pattern in
            ["example.net", "192.0.2.8", "192.0.3.0/24", "192.0.2.7/24", "192.0.2.0/33", "::/0", "/", "10.*"]
        {
            assert!(!named.fits(pattern, CaseMapping::Rfc1459), "{pattern}");
        }
        let six = origin("::1", None);
        assert_eq!(six.host(), "0::1");
        for pattern in ["0::1", "*::1", "::/64", "::1/128"] {
            assert!(six.fits(pattern, CaseMapping::Rfc1459), "{pattern}");
        }
    }
}
