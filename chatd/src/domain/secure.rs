//! What protects a client's connection: told by the transport, never by the client itself.

use std::fmt;

/// How a connection is protected. What a gateway vouches for may lack the details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secure {
    /// The version of TLS, as `TLSv1_3`.
    pub version: Option<&'static str>,
    /// The cipher suite, as `TLS13_AES_256_GCM_SHA384`.
    pub cipher: Option<&'static str>,
    /// The client's certificate, if it has shown one and proved that it holds the key.
    pub certificate: Option<Fingerprint>,
}

/// The SHA-256 hash of a certificate (DER); shown as 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn a_fingerprint_is_shown_as_lower_case_digits_without_marks() {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (0xAB, 0x0F);
        assert_eq!(Fingerprint(bytes).to_string(), format!("ab{}0f", "00".repeat(30)));
    }
}
