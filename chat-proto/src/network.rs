//! Networks of addresses such as `10.0.0.0/8`: how they are written, and which addresses lie in them. An IPv4 address that is
//! written as IPv6 (`::ffff:10.0.0.1`, RFC 4291 §2.5.5.2) is the IPv4 address, here as everywhere.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::str::FromStr;

/// Bits of an IPv6 address that say that an IPv4 address follows.
const MAPPED_BITS: u8 = 96;

/// All addresses that agree in their first bits (RFC 4632 §3.1, RFC 4291 §2.3). The bits after those are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is no network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// What stands before the slash is no IP address.
    NotAnAddress,
    /// What stands after the slash is no number of bits from 0 to this.
    BadPrefix {
        /// The bits that such an address has.
        max: u8,
    },
    /// The address has bits beyond its prefix, so that one of the two is not what was meant.
    HostBits {
        /// The network that the address lies in.
        network: Network,
    },
}

impl Network {
    /// The network of `prefix` bits that `address` lies in; a prefix longer than the address means the address alone.
    #[must_use]
    pub fn around(address: IpAddr, prefix: u8) -> Self {
        let address = address.to_canonical();
        let prefix = prefix.min(bits_of(address));
        let address = match address {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
        };
        Self { address, prefix }
    }

    /// Whether `address` lies in it. IPv4 addresses lie in IPv4 networks only.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && Self::around(address, self.prefix) == *self
    }

    /// Its first address.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// How many bits its addresses share.
    #[must_use]
    pub fn prefix(&self) -> u8 {
        self.prefix
    }
}

/// Reads `10.0.0.0/8`, `2001:db8::/32`, or an address that stands for itself alone.
impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, prefix) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let written: IpAddr = address.parse().map_err(|_| NetworkError::NotAnAddress)?;
        let max = bits_of(written);
        let prefix = prefix.map_or(Some(max), |digits| number_of_bits(digits, max));
        let mut prefix = prefix.ok_or(NetworkError::BadPrefix { max })?;
        if written.is_ipv6() && written.to_canonical().is_ipv4() {
            prefix = prefix.checked_sub(MAPPED_BITS).ok_or(NetworkError::NotAnAddress)?;
        }
        let network = Self::around(written, prefix);
        if network.address == written.to_canonical() {
            Ok(network)
        } else {
            Err(NetworkError::HostBits { network })
        }
    }
}

/// As it is read; a single address without its prefix.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == bits_of(self.address) {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

impl std::error::Error for NetworkError {}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnAddress => f.write_str("is no IP address or network such as 10.0.0.0/8"),
            Self::BadPrefix { max } => write!(f, "the bits after the slash must be a number from 0 to {max}"),
            Self::HostBits { network } => write!(f, "has bits beyond its prefix; the network is {network}"),
        }
    }
}

fn bits_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Digits only: a sign is no part of a number of bits.
fn number_of_bits(digits: &str, max: u8) -> Option<u8> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|bits| is_number && *bits <= max)
}

#[cfg(test)]
mod tests {
    use core::net::IpAddr;

    use proptest::prelude::{any, proptest};

    use super::{Network, NetworkError};

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_lie_in_a_network_up_to_its_first_and_last() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]),
            ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.0"]),
            ("192.0.2.7", ["192.0.2.7", "::ffff:192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "2001:db8::1"]),
            ("2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7::", "192.0.2.1"]),
            ("::1", ["::1", "0:0::1"], ["::2", "127.0.0.1"]),
            ("::/0", ["::", "ffff::"], ["192.0.2.1", "::ffff:192.0.2.1"]),
            ("::ffff:10.0.0.0/104", ["10.1.2.3", "::ffff:10.1.2.3"], ["11.0.0.0", "::a"]),
        ] {
            let network = network(text);
            assert!(inside.iter().all(|address| network.contains(ip(address))), "{text}");
            assert!(outside.iter().all(|address| !network.contains(ip(address))), "{text}");
        }
    }

    #[test]
    fn a_network_is_written_as_it_is_read() {
        for (text, written) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.0.0.1/32", "10.0.0.1"),
            ("2001:DB8:0::/48", "2001:db8::/48"),
            ("::1/128", "::1"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:0.0.0.0/96", "0.0.0.0/0"),
        ] {
            assert_eq!(network(text).to_string(), written);
            assert_eq!(network(written), network(text));
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "/8",
            "10.0.0/8",
            "example.org",
            "[::1]",
            "fe80::1%eth0",
            " 10.0.0.1",
            "10.0.0.1/8/8",
            "::ffff:0.0.0.0/95",
        ] {
            let refused = text.parse::<Network>().unwrap_err();
            assert!(
                matches!(refused, NetworkError::NotAnAddress | NetworkError::BadPrefix { .. }),
                "{text:?}"
            );
        }
        for bits in ["", "33", "-1", "+8", " 8", "256", "08x", "4294967296"] {
            let refused = format!("10.0.0.0/{bits}").parse::<Network>().unwrap_err();
            assert_eq!(refused, NetworkError::BadPrefix { max: 32 }, "{bits:?}");
        }
        assert_eq!("::/129".parse::<Network>().unwrap_err(), NetworkError::BadPrefix { max: 128 });
    }

    #[test]
    fn bits_beyond_the_prefix_are_refused_with_the_network_that_may_have_been_meant() {
        let refused = "10.1.2.3/8".parse::<Network>().unwrap_err();
        assert_eq!(refused, NetworkError::HostBits { network: network("10.0.0.0/8") });
        assert_eq!(refused.to_string(), "has bits beyond its prefix; the network is 10.0.0.0/8");
    }

    proptest! {
        #[test]
        fn an_address_lies_in_every_network_around_it(address in any::<IpAddr>(), prefix in any::<u8>()) {
            let around = Network::around(address, prefix);
            assert!(around.contains(address));
            assert!(around.contains(around.address()));
            assert_eq!(network(&around.to_string()), around);
        }
    }
}
