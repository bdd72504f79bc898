//! A secret that the daemon makes for itself once and keeps in the state directory, readable by nobody else. Never logs it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// Random bytes in a secret: as many as the hash that it keys gives out.
const BYTES: usize = 32;

/// The secret in `directory` under this name, made if it is not there yet. The directory is ours alone: the store holds its lock.
pub(super) fn kept(directory: &Path, name: &str) -> Result<String> {
    let path = directory.join(name);
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= BYTES => Ok(text.trim().to_owned()),
        // With another secret the cloaks would change without anybody having asked for it.
        Ok(_) => bail!("{} is damaged; restore it, or remove it to have a new one made", path.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let secret = random().context("cannot read random bytes from /dev/urandom")?;
            keep(&path, &secret)
                .with_context(|| format!("cannot keep a new secret in {}", path.display()))?;
            tracing::info!(path = %path.display(), "made a new secret");
            Ok(secret)
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn random() -> std::io::Result<String> {
    let mut bytes = [0; BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whole or not at all: it is written beside its place and moved there. What lies there already, such as a link that leads elsewhere
/// or what an interrupted start has left, is removed and not written to.
fn keep(path: &Path, secret: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::kept;

    #[test]
    fn a_secret_is_made_once_and_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let secret = kept(directory.path(), "some.key").unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(kept(directory.path(), "some.key").unwrap(), secret);
        assert_ne!(kept(directory.path(), "other.key").unwrap(), secret);
        let mode = fs::metadata(directory.path().join("some.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_secret_is_not_written_to_where_a_link_leads() {
        let directory = tempfile::tempdir().unwrap();
        let elsewhere = directory.path().join("elsewhere");
        fs::write(&elsewhere, "precious").unwrap();
        symlink(&elsewhere, directory.path().join("some.new")).unwrap();
        kept(directory.path(), "some.key").unwrap();
        assert_eq!(fs::read_to_string(elsewhere).unwrap(), "precious");
        assert!(!directory.path().join("some.key").is_symlink());
    }

    #[test]
    fn a_damaged_secret_is_not_replaced() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("some.key"), "short\n").unwrap();
        let refused = kept(directory.path(), "some.key").unwrap_err();
        assert!(refused.to_string().contains("is damaged"), "{refused}");
        assert_eq!(fs::read_to_string(directory.path().join("some.key")).unwrap(), "short\n");
    }
}
