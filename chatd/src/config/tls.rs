//! `[tls]`: certificates and what is asked of those who connect encrypted. Opens no file; the daemon reads the certificates.

use std::path::PathBuf;
use std::time::Duration;

use super::listen::{Listen, Protocol};
use super::problem::Wrong;
use super::section::Section;
use super::value;
use super::writer::Writer;

/// How the listeners with `tls = true` speak TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// The certificate for whoever names no server, or one that no other certificate is for.
    pub certificate: Option<KeyPair>,
    /// More of them, chosen by the name of the server that a client asks for (RFC 6066 §3).
    pub certificates: Vec<NamedCertificate>,
    /// The oldest version that is spoken.
    pub minimum_version: TlsVersion,
    /// What clients are told about coming in the clear.
    pub sts: Sts,
}

/// The policy of strict transport security (IRCv3 sts): clients that have once seen it come encrypted from then on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sts {
    /// How long clients hold to it; zero makes them forget it at once, nothing means that there is no policy.
    pub duration: Option<Duration>,
    /// The port at which IRC is spoken encrypted; 0 stands for that of the first such listener.
    pub port: u16,
    /// Whether clients may ship this policy with them.
    pub preload: bool,
}

/// A certificate with those that vouch for it, and its key: two files of PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// The certificate, and behind it those of its issuers.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A certificate for some names only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCertificate {
    /// Where it is.
    pub files: KeyPair,
    /// For which names it is shown, `*.example.org` among them; none: those in the certificate.
    pub names: Vec<String>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// RFC 5246.
    #[default]
    V1_2,
    /// RFC 8446.
    V1_3,
}

const VERSIONS: &[(&str, TlsVersion)] = &[("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)];

impl TlsConfig {
    /// Whether there is a certificate to speak TLS with.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.certificate.is_some() || !self.certificates.is_empty()
    }

    pub(super) fn read(mut section: Section<'_>) -> Self {
        let tls = Self {
            certificate: read_default(&mut section),
            certificates: read_named(&mut section),
            minimum_version: section.value("minimum-version", TlsVersion::default(), value::choice(VERSIONS)),
            sts: Sts::read(section.section("sts")),
        };
        section.finish();
        tls
    }

    pub(super) fn write(&self, out: &mut Writer) {
        let files = self.certificate.as_ref();
        out.header("[tls]").path("certificate", files.map(|files| &*files.certificate));
        out.path("key", files.map(|files| &*files.key));
        out.text("minimum-version", value::name_of(VERSIONS, &self.minimum_version));
        self.sts.write(out);
        for NamedCertificate { files, names } in &self.certificates {
            out.item("tls.certificates", &files.certificate.to_string_lossy());
            out.path("certificate", Some(&files.certificate));
            out.path("key", Some(&files.key)).words("names", names);
        }
    }
}

impl Sts {
    fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let sts = Self {
            duration: section.optional("duration", default.duration, value::duration(Duration::ZERO)),
            port: section.value("port", default.port, value::whole(0..=u64::from(u16::MAX))),
            preload: section.value("preload", default.preload, value::flag),
        };
        section.finish();
        sts
    }

    fn write(&self, out: &mut Writer) {
        out.header("[tls.sts]");
        match self.duration {
            Some(duration) => out.duration("duration", duration),
            None => out.optional_text("duration", None),
        };
        out.plain("port", self.port).plain("preload", self.preload);
    }

    /// The port to be announced.
    #[must_use]
    pub fn port_among(&self, listen: &[Listen]) -> Option<u16> {
        let is_meant = |listen: &&Listen| listen.tls && listen.protocol == Protocol::Irc;
        let port = if self.port > 0 { self.port } else { listen.iter().find(is_meant)?.address.port() };
        (port > 0).then_some(port)
    }

    /// Reports a policy that sends clients nowhere.
    pub(super) fn check(&self, root: &Section<'_>, listen: &[Listen]) {
        if self.duration.is_some() && self.port_among(listen).is_none() {
            let wrong = Wrong::new("sts names no port at which IRC is spoken encrypted");
            root.problem(
                "tls",
                wrong.hint("give tls.sts.port, or a [[listen]] for irc with `tls = true` a port"),
            );
        }
    }
}

/// Both files or none.
fn read_default(section: &mut Section<'_>) -> Option<KeyPair> {
    let base = section.reader.base.clone();
    let certificate = section.optional("certificate", None, |raw| Ok(base.join(value::some_line(raw)?)));
    let key = section.optional("key", None, |raw| Ok(base.join(value::some_line(raw)?)));
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(KeyPair { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            section.problem("key", Wrong::new("is missing").hint("add the file with the certificate's key"));
            None
        }
        (None, Some(_)) => {
            section
                .problem("certificate", Wrong::new("is missing").hint("add the file with the certificate"));
            None
        }
    }
}

fn read_named(section: &mut Section<'_>) -> Vec<NamedCertificate> {
    let sections = section.sections("certificates").unwrap_or_default();
    sections.into_iter().filter_map(NamedCertificate::read).collect()
}

impl NamedCertificate {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let base = section.reader.base.clone();
        let path = |raw: value::Raw<'_>| Ok(base.join(value::some_line(raw)?));
        let certificate = section.required("certificate", "\"/etc/chatd/fullchain.pem\"", path);
        let key = section.required("key", "\"/etc/chatd/privkey.pem\"", path);
        let names = section.value("names", Vec::new(), value::words);
        section.finish();
        Some(Self { files: KeyPair { certificate: certificate?, key: key? }, names })
    }
}
