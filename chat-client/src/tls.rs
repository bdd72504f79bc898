//! TLS: whom to trust, and a connection that one thread reads and another writes. Must never know what a line means.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, bail};
use ring::digest;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    WebPkiSupportedAlgorithms, ring as provider, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};

/// How long the handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// Whom to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust<'a> {
    /// The authorities that this system trusts.
    System,
    /// The certificates in this file and whatever they have issued.
    Issuers(&'a Path),
    /// The one server whose certificate has this SHA-256 fingerprint, whatever name is in it.
    Fingerprint([u8; 32]),
}

/// What every connection is made with.
///
/// # Errors
/// There is nobody to be trusted.
pub(crate) fn config(trust: &Trust<'_>) -> anyhow::Result<Arc<ClientConfig>> {
    let provider = Arc::new(provider::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = match trust {
        Trust::System => builder.with_root_certificates(system()?),
        Trust::Issuers(file) => builder.with_root_certificates(issuers(file)?),
        Trust::Fingerprint(wanted) => {
            let pinned = Pinned { wanted: *wanted, algorithms };
            builder.dangerous().with_custom_certificate_verifier(Arc::new(pinned))
        }
    };
    let mut config = builder.with_no_client_auth();
    config.alpn_protocols = vec![b"irc".to_vec()];
    Ok(Arc::new(config))
}

fn system() -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        bail!(
            "this system trusts no authority: install ca-certificates, or give --tls-ca or --tls-fingerprint"
        );
    }
    Ok(roots)
}

fn issuers(file: &Path) -> anyhow::Result<RootCertStore> {
    let about = || format!("certificates in {}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).with_context(about)? {
        roots.add(certificate.with_context(about)?).with_context(about)?;
    }
    if roots.is_empty() {
        bail!("no certificate in {}", file.display());
    }
    Ok(roots)
}

/// 64 hexadecimal digits, with or without colons between them.
///
/// # Errors
/// Anything else.
pub(crate) fn fingerprint(text: &str) -> Result<[u8; 32], String> {
    let wrong = || "a SHA-256 fingerprint has 64 hexadecimal digits".to_owned();
    let digits = text.replace(':', "");
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&digits[place..place + 2], 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

/// Trusts one certificate.
#[derive(Debug)]
struct Pinned {
    wanted: [u8; 32],
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = digest::digest(&digest::SHA256, certificate);
        if found.as_ref() == self.wanted {
            return Ok(ServerCertVerified::assertion());
        }
        let digits: String = found.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Err(Error::General(format!("the server's certificate has another fingerprint, {digits}")))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// One encrypted connection, shared by its reader and its writer. Neither holds the lock while it waits for the network: a
/// server that waits for us to read must not keep us from reading because we wait for it.
#[derive(Debug, Clone)]
pub(crate) struct Encrypted {
    /// Locked to encrypt or decrypt what is there.
    tls: Arc<Mutex<ClientConnection>>,
}

impl Encrypted {
    /// Shakes hands over `stream`.
    ///
    /// # Errors
    /// Why the server cannot be trusted or understood, with a remedy.
    pub(crate) fn shake(config: Arc<ClientConfig>, host: &str, stream: &mut TcpStream) -> io::Result<Self> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut tls = ClientConnection::new(config, name).map_err(io::Error::other)?;
        tls.set_buffer_limit(None);
        stream.set_read_timeout(Some(HANDSHAKE_MAX))?;
        stream.set_write_timeout(Some(HANDSHAKE_MAX))?;
        while tls.is_handshaking() {
            tls.complete_io(stream).map_err(explained)?;
        }
        stream.set_read_timeout(None)?;
        Ok(Self { tls: Arc::new(Mutex::new(tls)) })
    }

    fn lock(&self) -> MutexGuard<'_, ClientConnection> {
        self.tls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what the server says; nothing at the end.
    ///
    /// # Errors
    /// The connection broke, or somebody has tampered with it.
    pub(crate) fn read(&self, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        let mut sealed = [0; 4096];
        loop {
            match self.lock().reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
            let count = stream.read(&mut sealed)?;
            if count == 0 {
                return Ok(0);
            }
            let (mut tls, mut sealed) = (self.lock(), &sealed[..count]);
            while !sealed.is_empty() {
                tls.read_tls(&mut sealed)?;
                tls.process_new_packets().map_err(io::Error::other)?;
            }
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) fn write_all(&self, stream: &mut TcpStream, chunk: &[u8]) -> io::Result<()> {
        let mut sealed = Vec::new();
        {
            let mut tls = self.lock();
            tls.writer().write_all(chunk)?;
            while tls.wants_write() {
                tls.write_tls(&mut sealed)?;
            }
        }
        stream.write_all(&sealed)
    }
}

/// A failed handshake in words that help.
fn explained(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
    let hint = match cause {
        Some(Error::InvalidMessage(_)) => "it does not speak TLS at this port",
        // Wrong but for who has issued it: a fingerprint would hide that.
        Some(Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidForName
            | CertificateError::NotValidForNameContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        )) => return error,
        Some(Error::InvalidCertificate(_)) => {
            "nobody whom you trust has issued its certificate; --tls-ca or --tls-fingerprint trusts it"
        }
        None if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            "it did not answer in time"
        }
        _ => return error,
    };
    io::Error::new(error.kind(), format!("TLS: {hint} ({error})"))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_is_read_with_and_without_colons_in_either_case() {
        let plain = "AB".repeat(32);
        assert_eq!(fingerprint(&plain), Ok([0xab; 32]));
        let with_colons = vec!["ab"; 32].join(":");
        assert_eq!(fingerprint(&with_colons), Ok([0xab; 32]));
        for wrong in ["", "ab", &"zz".repeat(32), &"ab".repeat(33), &"é".repeat(32)] {
            assert!(fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
