//! Certificates made for a test, and clients that speak TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use ring::digest;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;

/// A certificate that has issued itself, and its key.
#[derive(Debug)]
pub(crate) struct Identity {
    certificate: rcgen::Certificate,
    key: KeyPair,
}

impl Identity {
    /// For these names.
    pub(crate) fn new(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        Self::with(CertificateParams::new(names).unwrap())
    }

    /// As these parameters say.
    pub(crate) fn with(parameters: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self { certificate: parameters.self_signed(&key).unwrap(), key }
    }

    /// As chatd shows it: SHA-256 in hexadecimal digits.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, self.certificate.der());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The certificate as PEM.
    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// The key as PEM.
    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    fn der(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = PrivateKeyDer::Pkcs8(self.key.serialize_der().into());
        (vec![self.certificate.der().clone()], key)
    }
}

/// A private directory with certificates and keys as files.
#[derive(Debug)]
pub(crate) struct CertificateFiles(TempDir);

impl CertificateFiles {
    pub(crate) fn new() -> Self {
        Self(super::daemon::private_directory())
    }

    /// Writes both files of `identity`, as `NAME.pem` and `NAME.key`.
    pub(crate) fn put(&self, name: &str, identity: &Identity) {
        std::fs::write(self.path(&format!("{name}.pem")), identity.certificate_pem()).unwrap();
        std::fs::write(self.path(&format!("{name}.key")), identity.key_pem()).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The two keys of the configuration that name the files of `name`.
    pub(crate) fn keys(&self, name: &str) -> String {
        let path = |end: &str| self.path(&format!("{name}.{end}")).display().to_string();
        format!("certificate = \"{}\"\nkey = \"{}\"\n", path("pem"), path("key"))
    }
}

/// A client of TLS that trusts one certificate and asks for `localhost`, unless it is told otherwise.
#[derive(Debug)]
pub(crate) struct Connector<'a> {
    server: &'a str,
    trusted: &'a Identity,
    own: Option<&'a Identity>,
    versions: &'a [&'static SupportedProtocolVersion],
    alpn: &'a [&'a str],
}

impl<'a> Connector<'a> {
    pub(crate) fn trusting(trusted: &'a Identity) -> Self {
        Self { server: "localhost", trusted, own: None, versions: rustls::ALL_VERSIONS, alpn: &[] }
    }

    pub(crate) fn asking_for(self, server: &'a str) -> Self {
        Self { server, ..self }
    }

    pub(crate) fn showing(self, own: &'a Identity) -> Self {
        Self { own: Some(own), ..self }
    }

    pub(crate) fn speaking(self, versions: &'a [&'static SupportedProtocolVersion]) -> Self {
        Self { versions, ..self }
    }

    pub(crate) fn wanting(self, alpn: &'a [&'a str]) -> Self {
        Self { alpn, ..self }
    }

    pub(crate) fn connection(&self) -> ClientConnection {
        self.connection_with(&self.config())
    }

    /// One that can resume what was begun with the same configuration.
    pub(crate) fn connection_with(&self, config: &Arc<ClientConfig>) -> ClientConnection {
        let server = ServerName::try_from(self.server.to_owned()).unwrap();
        ClientConnection::new(Arc::clone(config), server).unwrap()
    }

    pub(crate) fn config(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.trusted.certificate.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(self.versions).unwrap().with_root_certificates(roots);
        let mut config = match self.own.map(Identity::der) {
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).unwrap(),
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = self.alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}
