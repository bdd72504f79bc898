//! Notices that the files of certificates change, so that a renewed one is shown without anybody's doing. Reads none of them.
//!
//! It asks for their state every now and then: that works on every file system and with every way of renewing, also where a
//! symbolic link is turned to another file, which a watch on the old one would never tell.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::config::TlsConfig;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);

/// What tells one state of a file from another: device, inode, size, and when inode or content changed last.
type Stamp = (u64, u64, u64, i64, i64);

/// The files, each with its state; nothing for one that is not there.
pub(in crate::daemon) type Files = Vec<(PathBuf, Option<Stamp>)>;

/// The files of these certificates as they are now.
pub(in crate::daemon) fn look(config: &TlsConfig) -> Files {
    let named = config.certificates.iter().map(|named| &named.files);
    let pairs = config.certificate.iter().chain(named);
    pairs.flat_map(|pair| [&pair.certificate, &pair.key]).map(|file| (file.clone(), stamp(file))).collect()
}

fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.size(), metadata.ctime(), metadata.ctime_nsec()))
}

/// Tells `changed` whenever the files are no longer those of `known`, and are the same at two looks: certificate and key are not
/// renewed at one moment. `config` is asked for what is in force. Runs until `stop`.
pub(in crate::daemon) async fn watch(
    mut known: Files,
    config: impl Fn() -> TlsConfig,
    changed: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut last = known.clone();
    loop {
        tokio::select! {
            () = sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
        let config = config();
        // A file system may take its time.
        let Ok(now) = tokio::task::spawn_blocking(move || look(&config)).await else { return };
        if now == last && now != known {
            known.clone_from(&now);
            changed.notify_one();
        }
        last = now;
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::look;
    use crate::config::{KeyPair, TlsConfig};

    #[test]
    fn a_change_of_content_of_rights_and_of_where_a_link_leads_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["one", "two", "key"] {
            fs::write(path(name), name).unwrap();
        }
        symlink(path("one"), path("live")).unwrap();
        let certificate = Some(KeyPair { certificate: path("live"), key: path("key") });
        let config = TlsConfig { certificate, ..TlsConfig::default() };
        let mut seen = vec![look(&config)];
        assert_eq!(look(&config), seen[0]);
        symlink(path("two"), path("next")).unwrap();
        fs::rename(path("next"), path("live")).unwrap();
        seen.push(look(&config));
        fs::write(path("two"), "renewed").unwrap();
        seen.push(look(&config));
        fs::remove_file(path("key")).unwrap();
        seen.push(look(&config));
        assert!(seen.windows(2).all(|pair| pair[0] != pair[1]), "{seen:?}");
    }
}
