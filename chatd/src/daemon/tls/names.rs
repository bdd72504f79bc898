//! Which certificate a client is shown: the one for the name that it asks for (RFC 6066 §3), else the default.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{self, Certificate};
use crate::config::TlsConfig;

/// All certificates by name.
#[derive(Debug)]
pub(super) struct Names {
    default: Arc<CertifiedKey>,
    /// In lower case; `*.example.org` stands for one label in front of the rest.
    by_name: HashMap<Box<str>, Arc<CertifiedKey>>,
    /// The files of the certificates, each with the certificate in it.
    read: Vec<(PathBuf, Arc<CertifiedKey>)>,
}

impl Names {
    /// Reads all files; what is not wrong and should not be so goes to `doubts`.
    ///
    /// # Errors
    /// All that is wrong, one fault a line.
    pub(super) fn load(
        config: &TlsConfig,
        now: SystemTime,
        doubts: &mut Vec<String>,
    ) -> Result<Self, String> {
        let (mut all, mut faults, mut read) = (Vec::new(), Vec::new(), Vec::new());
        let named = config.certificates.iter().map(|named| (&named.files, named.names.as_slice()));
        for (files, names) in config.certificate.iter().map(|files| (files, &[][..])).chain(named) {
            match certificate::load(files, now) {
                Ok(mut certificate) => {
                    doubts.append(&mut certificate.doubts);
                    read.push((files.certificate.clone(), Arc::clone(&certificate.key)));
                    all.push((certificate, names));
                }
                Err(fault) => faults.push(fault),
            }
        }
        let default = all.first().map(|(certificate, _)| Arc::clone(&certificate.key));
        match default {
            Some(default) if faults.is_empty() => Ok(Self { default, by_name: by_name(&all), read }),
            _ => Err(faults.join("\n")),
        }
    }

    /// The files whose certificate is another one than in `old`.
    pub(super) fn renewed(&self, old: &Self) -> Vec<PathBuf> {
        let is_other = |(file, key): &&(PathBuf, Arc<CertifiedKey>)| {
            old.read.iter().any(|(other, before)| other == file && before.cert != key.cert)
        };
        self.read.iter().filter(is_other).map(|(file, _)| file.clone()).collect()
    }

    fn find(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        let found = name.and_then(|name| {
            let name = name.to_ascii_lowercase();
            let any = || self.by_name.get(format!("*.{}", name.split_once('.')?.1).as_str());
            self.by_name.get(name.as_str()).or_else(any)
        });
        found.unwrap_or(&self.default)
    }
}

/// The first certificate for a name has it.
fn by_name(all: &[(Certificate, &[String])]) -> HashMap<Box<str>, Arc<CertifiedKey>> {
    let mut by_name = HashMap::new();
    for (certificate, given) in all {
        let names = if given.is_empty() { &certificate.names } else { *given };
        for name in names {
            let key = || Arc::clone(&certificate.key);
            by_name.entry(name.to_ascii_lowercase().into()).or_insert_with(key);
        }
    }
    by_name
}

impl ResolvesServerCert for Names {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self.find(hello.server_name())))
    }
}
