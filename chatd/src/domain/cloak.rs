//! Cloaks: what others see instead of the address that a client comes from. The same address has the same cloak for as long as
//! the key is the same, so that a ban on a cloak works; without the key nobody finds the address behind it.
//!
//! A cloak is one label for each configured prefix, the narrowest network first, and the suffix: `k2q3….cloak`. Whoever shares
//! a network shares its label and all labels behind it, so that `*!*@*.label.cloak` names the whole network. Pure: the key comes
//! in, nothing is kept.

use std::net::IpAddr;

use chat_proto::network::Network;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::Cloak;

/// The letters of a label: base32 (RFC 4648 §6) in lower case, because hosts are compared without case.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What stands for the hash where there is no key: an address is rather not told apart than told.
const KEYLESS: &str = "hidden";

/// What others see of a client that comes from `ip`; nothing if its address may be shown.
#[must_use]
pub(super) fn cloak(config: &Cloak, ip: IpAddr) -> Option<Box<str>> {
    let ip = ip.to_canonical();
    if !config.enabled || config.exempt.iter().any(|network| network.contains(ip)) {
        return None;
    }
    let Some(key) = &config.key else { return Some([KEYLESS, ".", &config.suffix].concat().into()) };
    let prefixes = if ip.is_ipv4() { &config.ipv4_prefixes } else { &config.ipv6_prefixes };
    let mut cloak = String::new();
    for prefix in prefixes {
        push_label(&mut cloak, key.as_bytes(), Network::around(ip, *prefix), config.label_length());
        cloak.push('.');
    }
    Some((cloak + &config.suffix).into())
}

/// The hash of a network, in so many letters.
fn push_label(cloak: &mut String, key: &[u8], network: Network, letters: usize) {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length (RFC 2104 §2)");
    // Version and prefix are hashed too, so that no two networks have one name.
    match network.address() {
        IpAddr::V4(address) => {
            mac.update(&[4, network.prefix()]);
            mac.update(&address.octets());
        }
        IpAddr::V6(address) => {
            mac.update(&[6, network.prefix()]);
            mac.update(&address.octets());
        }
    }
    let hash = mac.finalize().into_bytes();
    cloak.extend((0..letters).map(|letter| char::from(LETTERS[five_bits(&hash, 5 * letter)])));
}

/// Five bits from `at` on; beyond the end of the hash there are zeros.
fn five_bits(hash: &[u8], at: usize) -> usize {
    let byte = |index: usize| u16::from(hash.get(index).copied().unwrap_or_default());
    let two = byte(at / 8) << 8 | byte(at / 8 + 1);
    usize::from(two >> (11 - at % 8) & 31)
}

#[cfg(test)]
mod tests {
    use crate::config::Cloak;

    fn cloak(ip: &str, change: impl FnOnce(&mut Cloak)) -> Option<String> {
        let mut config = Cloak { key: Some("a key that nobody knows".into()), ..Cloak::default() };
        change(&mut config);
        super::cloak(&config, ip.parse().unwrap()).map(String::from)
    }

    fn three(config: &mut Cloak) {
        (config.ipv4_prefixes, config.ipv6_prefixes) = (vec![32, 24, 16], vec![64, 48]);
        config.bits = 40;
    }

    /// Made with another implementation: `base64.b32encode(hmac.new(key, bytes([4, 32]) + address, "sha256").digest())`.
    #[test]
    fn a_cloak_is_the_keyed_hash_of_the_network() {
        for (ip, shown) in [
            ("192.0.2.1", "ysocskmlrflim6xb.cloak"),
            ("203.0.113.255", "izuvqidzv6447bkj.cloak"),
            ("2001:db8::1", "yhbhcdnafi3dvjlw.cloak"),
            ("2001:db8:1:2:3:4:5:6", "kjcvyopwljbo5cft.cloak"),
        ] {
            assert_eq!(cloak(ip, |_| {}).as_deref(), Some(shown), "{ip}");
        }
        for (ip, shown) in
            [("192.0.2.1", "ysocskml.6pjy2e4g.gg75pejd.cloak"), ("2001:db8::1", "yhbhcdna.uaqxqztl.cloak")]
        {
            assert_eq!(cloak(ip, three).as_deref(), Some(shown), "{ip}");
        }
    }

    #[test]
    fn addresses_of_one_network_share_its_label_and_those_of_others_do_not() {
        assert_eq!(cloak("2001:db8::1", |_| {}), cloak("2001:db8::ffff:1", |_| {}));
        assert_ne!(cloak("2001:db8::1", |_| {}), cloak("2001:db8:0:1::1", |_| {}));
        assert_ne!(cloak("192.0.2.1", |_| {}), cloak("192.0.2.2", |_| {}));
        assert_eq!(cloak("192.0.2.1", |_| {}), cloak("::ffff:192.0.2.1", |_| {}));
        let labels = |ip| cloak(ip, three).unwrap().split('.').map(String::from).collect::<Vec<_>>();
        let (one, neighbour, cousin) = (labels("192.0.2.1"), labels("192.0.2.9"), labels("192.0.9.1"));
        assert_ne!(one[0], neighbour[0]);
        assert_eq!(one[1..], neighbour[1..]);
        assert_ne!(one[..2], cousin[..2]);
        assert_eq!(one[2..], cousin[2..]);
    }

    #[test]
    fn another_key_gives_another_cloak_and_no_key_gives_none_away() {
        let other = cloak("192.0.2.1", |config| config.key = Some("another key of 16".into()));
        assert_ne!(cloak("192.0.2.1", |_| {}), other);
        assert_eq!(cloak("192.0.2.1", |config| config.key = None).as_deref(), Some("hidden.cloak"));
    }

    #[test]
    fn a_label_has_as_many_letters_as_the_bits_need() {
        for (bits, letters) in [(40, 8), (41, 9), (64, 13), (80, 16), (250, 50)] {
            let shown = cloak("192.0.2.1", |config| config.bits = bits).unwrap();
            assert_eq!(shown.len(), letters + ".cloak".len(), "{shown}");
        }
    }

    #[test]
    fn exempt_networks_are_shown_and_so_is_everybody_when_cloaks_are_off() {
        for ip in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(cloak(ip, |_| {}), None, "{ip}");
            assert!(cloak(ip, |config| config.exempt.clear()).is_some(), "{ip}");
        }
        assert_eq!(cloak("192.0.2.1", |config| config.enabled = false), None);
    }
}
