//! TLS (RFC 8446, RFC 5246): the certificates in force, and the handshake with one client.
//!
//! Owns what is made of `[tls]`; everything is checked before it comes into force, and what was in force stays if anything is wrong.
//! Decides nothing about who a client is: of its certificate only the fingerprint is kept.

mod certificate;
mod client;
mod names;
pub(super) mod watch;

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use ring::digest;
use rustls::server::ProducesTickets;
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion, version};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::config::{Protocol, TlsConfig, TlsVersion};
use crate::domain::secure::{Fingerprint, Secure};
use names::Names;

/// Bytes of TLS records that may wait for a client; the outbox has its own bounds, in front of this.
const BUFFER_MAX: usize = 16 * 1024;

/// The configuration of TLS in force; all listeners share one.
#[derive(Debug)]
pub(super) struct Tls {
    /// Swapped as a whole, locked to clone the pointer.
    current: RwLock<Arc<Current>>,
    /// Kept when certificates change, so that sessions can be resumed across that.
    tickets: Arc<dyn ProducesTickets>,
}

/// Certificates, ready to be shown.
#[derive(Debug)]
pub(super) struct Current {
    irc: Arc<ServerConfig>,
    lines: Arc<ServerConfig>,
    web: Arc<ServerConfig>,
    names: Arc<Names>,
    /// What is not wrong with them and should not be so.
    doubts: Vec<String>,
}

impl Tls {
    /// With the certificates of this configuration; nothing if it has none.
    ///
    /// # Errors
    /// All that is wrong with them, one fault a line.
    pub(super) fn load(config: &TlsConfig) -> Result<Option<Arc<Self>>, String> {
        if !config.has_certificate() {
            return Ok(None);
        }
        let tickets = rustls::crypto::ring::Ticketer::new()
            .map_err(|error| format!("cannot make keys for session tickets: {error}"))?;
        let current = Current::load(config, &tickets)?;
        current.tell_doubts();
        Ok(Some(Arc::new(Self { current: RwLock::new(Arc::new(current)), tickets })))
    }

    /// The certificates of this configuration as they are on disk now, to be put in force.
    ///
    /// # Errors
    /// All that is wrong with them, one fault a line.
    pub(super) fn read(&self, config: &TlsConfig) -> Result<Current, String> {
        Current::load(config, &self.tickets)
    }

    /// Puts them in force. Established sessions stay as they are.
    pub(super) fn put(&self, current: Arc<Current>) {
        current.tell_doubts();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
    }

    /// The certificates in force.
    pub(super) fn current(&self) -> Arc<Current> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shakes hands with a client.
    ///
    /// # Errors
    /// What the client, or the line to it, did wrong. It has been sent the alert that says so, if there is one.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
        protocol: Protocol,
    ) -> io::Result<(TlsStream<TcpStream>, Secure)> {
        let config = self.current().of(protocol);
        let accept = TlsAcceptor::from(config).accept_with(stream, |connection| {
            connection.set_buffer_limit(Some(BUFFER_MAX));
        });
        let stream = accept.await?;
        let secure = secure(stream.get_ref().1);
        Ok((stream, secure))
    }
}

/// Reads the certificates of a configuration without using them: what is not wrong with them and should not be so.
///
/// # Errors
/// All that is wrong, one fault a line.
pub fn check(config: &TlsConfig) -> Result<Vec<String>, String> {
    let mut doubts = Vec::new();
    if config.has_certificate() {
        Names::load(config, SystemTime::now(), &mut doubts)?;
    }
    Ok(doubts)
}

impl Current {
    fn load(config: &TlsConfig, tickets: &Arc<dyn ProducesTickets>) -> Result<Self, String> {
        let mut doubts = Vec::new();
        let names = Arc::new(Names::load(config, SystemTime::now(), &mut doubts)?);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let any = client::AnyCertificate::new(&provider);
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions(config.minimum_version))
            .map_err(|error| format!("cannot speak TLS: {error}"))?;
        let mut base = builder
            .clone()
            .with_client_cert_verifier(Arc::new(any))
            .with_cert_resolver(Arc::clone(&names) as _);
        // A browser that is asked for a certificate asks the person in front of it.
        let mut web = builder.with_no_client_auth().with_cert_resolver(Arc::clone(&names) as _);
        base.ticketer = Arc::clone(tickets);
        web.ticketer = Arc::clone(tickets);
        Ok(Self {
            irc: with_alpn(&base, &[b"irc"]),
            lines: with_alpn(&base, &[]),
            web: with_alpn(&web, &[b"http/1.1"]),
            names,
            doubts,
        })
    }

    /// The files whose certificate is another one than in `old`.
    pub(super) fn renewed(&self, old: &Self) -> Vec<String> {
        self.names.renewed(&old.names).into_iter().map(|file| file.display().to_string()).collect()
    }

    /// What is not wrong with them and should not be so.
    pub(super) fn doubts(&self) -> &[String] {
        &self.doubts
    }

    fn tell_doubts(&self) {
        self.doubts.iter().for_each(|doubt| tracing::warn!("{doubt}"));
    }

    fn of(&self, protocol: Protocol) -> Arc<ServerConfig> {
        Arc::clone(match protocol {
            Protocol::Irc => &self.irc,
            Protocol::Lines => &self.lines,
            Protocol::WebSocket => &self.web,
        })
    }
}

/// The same, for a protocol that clients may ask for by this name (RFC 7301). Who asks for another one only, a browser led
/// astray for instance, is turned away in the handshake.
fn with_alpn(base: &ServerConfig, names: &[&[u8]]) -> Arc<ServerConfig> {
    let mut config = base.clone();
    config.alpn_protocols = names.iter().map(|name| name.to_vec()).collect();
    Arc::new(config)
}

static BOTH: &[&SupportedProtocolVersion] = &[&version::TLS13, &version::TLS12];
static NEWER: &[&SupportedProtocolVersion] = &[&version::TLS13];

fn versions(minimum: TlsVersion) -> &'static [&'static SupportedProtocolVersion] {
    match minimum {
        TlsVersion::V1_2 => BOTH,
        TlsVersion::V1_3 => NEWER,
    }
}

/// What there is to be known of a connection whose handshake is done.
fn secure(connection: &ServerConnection) -> Secure {
    let certificate = connection.peer_certificates().and_then(<[_]>::first);
    Secure {
        version: connection.protocol_version().and_then(|version| version.as_str()),
        cipher: connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()),
        certificate: certificate.and_then(|certificate| fingerprint(certificate)),
    }
}

fn fingerprint(certificate: &[u8]) -> Option<Fingerprint> {
    let digest = digest::digest(&digest::SHA256, certificate);
    digest.as_ref().try_into().ok().map(Fingerprint)
}
