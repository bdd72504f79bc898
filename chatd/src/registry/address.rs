//! Where a connection comes from, in little memory: every client has one, and most are IPv4.

use std::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// An address and a port; the same as the `SocketAddr` that it was made from, in half the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// IPv4.
    V4(SocketAddrV4),
    /// IPv6.
    V6(Box<SocketAddrV6>),
}

impl Address {
    /// The address without the port.
    #[must_use]
    pub fn ip(&self) -> IpAddr {
        SocketAddr::from(self).ip()
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(address) => Self::V4(address),
            SocketAddr::V6(address) => Self::V6(Box::new(address)),
        }
    }
}

impl From<&Address> for SocketAddr {
    fn from(address: &Address) -> Self {
        match address {
            Address::V4(address) => Self::V4(*address),
            Address::V6(address) => Self::V6(**address),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::Address;

    #[test]
    fn nothing_of_an_address_is_lost() {
        for text in ["192.0.2.7:6667", "[2001:db8::1]:1", "[fe80::1%3]:65535"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(SocketAddr::from(&Address::from(address)), address);
            assert_eq!(Address::from(address).ip(), address.ip());
        }
    }

    #[test]
    fn an_address_takes_two_words() {
        assert_eq!(size_of::<Address>(), 16);
    }
}
