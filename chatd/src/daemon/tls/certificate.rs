//! One certificate with its key: read from two files of PEM and checked, with a remedy for everything that can be wrong.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use webpki::{EndEntityCert, KeyUsage};

use crate::access;
use crate::config::KeyPair;

/// A file longer than this holds no certificate.
const FILE_MAX: u64 = 1024 * 1024;

/// A certificate that ends within this time is said to.
const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A certificate that can be shown.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) key: Arc<CertifiedKey>,
    /// The names in it.
    pub(super) names: Vec<String>,
    /// What is not wrong and should not be so.
    pub(super) doubts: Vec<String>,
}

/// Reads and checks.
///
/// # Errors
/// What is wrong, with the remedy.
pub(super) fn load(files: &KeyPair, now: SystemTime) -> Result<Certificate, String> {
    let chain = read_chain(&files.certificate)?;
    let mut doubts = Vec::new();
    let key = read_key(&files.key, &mut doubts)?;
    let key = any_supported_type(&key).map_err(|error| {
        let file = files.key.display();
        format!("cannot use the key in {file}: {error}; make one of ECDSA P-256 or P-384, Ed25519 or RSA")
    })?;
    let certified = CertifiedKey::new(chain, key);
    match certified.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(_) => return Err(mismatch(files)),
    }
    let names = look_at(&certified, &files.certificate, now, &mut doubts)?;
    Ok(Certificate { key: Arc::new(certified), names, doubts })
}

fn mismatch(KeyPair { certificate, key }: &KeyPair) -> String {
    format!(
        "the key in {} does not belong to the first certificate in {}; are both of the same issue, and does the file \
         begin with the server's own certificate?",
        key.display(),
        certificate.display()
    )
}

/// The names in the first certificate.
fn look_at(
    certified: &CertifiedKey,
    file: &Path,
    now: SystemTime,
    doubts: &mut Vec<String>,
) -> Result<Vec<String>, String> {
    let file = file.display();
    let first = certified.cert.first().ok_or_else(|| format!("no certificate in {file}"))?;
    let parsed = EndEntityCert::try_from(first)
        .map_err(|error| format!("cannot use the first certificate in {file}: {error}"))?;
    if let Some(doubt) = doubt(&parsed, now) {
        doubts.push(format!("the certificate in {file} {doubt}"));
    }
    Ok(parsed.valid_dns_names().map(str::to_owned).collect())
}

/// Clients that check certificates will not take this one, or not for long. Reading dates is webpki's: it looks at them before it
/// looks for an issuer, and without issuers it does nothing else.
fn doubt(certificate: &EndEntityCert<'_>, now: SystemTime) -> Option<&'static str> {
    let fails = |at: SystemTime| {
        let at = UnixTime::since_unix_epoch(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
        let algorithms = rustls::crypto::ring::default_provider().signature_verification_algorithms.all;
        certificate.verify_for_usage(algorithms, &[], &[], at, KeyUsage::server_auth(), None, None).err()
    };
    match (fails(now), fails(now + SOON)) {
        (Some(webpki::Error::CertExpired { .. }), _) => Some("has expired: renew it"),
        (Some(webpki::Error::CertNotValidYet { .. }), _) => Some("is not valid yet: is the clock right?"),
        (_, Some(webpki::Error::CertExpired { .. })) => Some("expires within a week: renew it"),
        _ => None,
    }
}

fn read_chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let (text, _) = read(file, "certificate")?;
    let chain = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, PemError>>();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) => Err(format!(
            "no certificate in {}: it must have a line -----BEGIN CERTIFICATE-----",
            file.display()
        )),
        Err(error) => Err(format!("cannot read the certificates in {}: {error}", file.display())),
    }
}

fn read_key(file: &Path, doubts: &mut Vec<String>) -> Result<PrivateKeyDer<'static>, String> {
    let (text, metadata) = read(file, "key")?;
    if metadata.permissions().mode() & 0o004 != 0 {
        let file = file.display();
        doubts.push(format!("every user of this machine can read the key {file}: chmod o-r {file}"));
    }
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        PemError::NoItemsFound => format!(
            "no key in {}: it must have a line -----BEGIN PRIVATE KEY-----, and not be encrypted",
            file.display()
        ),
        error => format!("cannot read the key in {}: {error}", file.display()),
    })
}

fn read(file: &Path, what: &str) -> Result<(Vec<u8>, Metadata), String> {
    let cannot = |cause: &str| format!("cannot read the {what} {}: {cause}", file.display());
    let metadata = fs::metadata(file).map_err(|error| cannot(&cause(file, &error)))?;
    if !metadata.is_file() {
        return Err(cannot("it is not a file"));
    }
    if metadata.len() > FILE_MAX {
        return Err(cannot("it is longer than 1 MiB"));
    }
    let text = fs::read(file).map_err(|error| cannot(&cause(file, &error)))?;
    Ok((text, metadata))
}

fn cause(file: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => access::to_read(file).to_string(),
        io::ErrorKind::NotFound => "there is no such file".into(),
        _ => error.to_string(),
    }
}
