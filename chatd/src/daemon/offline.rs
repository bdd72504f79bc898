//! What is done to the store while no daemon runs: `chatd --restore` and `chatd --check-db`. Says what was done and what is left
//! to do; the doing is the store's, and never root's in a directory of somebody else's.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use crate::control;
use crate::registry::now;
use crate::store::{self, Restored, Source};

use super::owner::become_owner_of;

/// Puts a backup in the place of the store; what to tell about it.
///
/// # Errors
/// Nothing was restored.
pub fn restore(directory: &Path, file: &Path) -> Result<String> {
    let done = restore_as_owner(directory, file);
    let done = done.with_context(|| format!("cannot restore {}", file.display()))?;
    Ok(report(directory, file, &done))
}

/// A backup is read by whoever asks, who may be the only one that may.
fn restore_as_owner(directory: &Path, file: &Path) -> Result<Restored> {
    let source = Source::open(file)?;
    become_owner_of(directory)?;
    Ok(store::restore(directory, &source, &store::stamp(now()))?)
}

fn report(directory: &Path, file: &Path, done: &Restored) -> String {
    let Restored { manifest, before, configuration } = done;
    let (taken, amount) = (control::rfc3339(manifest.taken_at), &manifest.amount);
    let mut told = format!(
        "restored {} to {}: {} as of {taken}, {} messages and {} audit entries\n",
        file.display(),
        directory.display(),
        manifest.server,
        amount.messages,
        amount.audit
    );
    // Writing into a string does not fail.
    if let Some(before) = before {
        let _ = writeln!(
            told,
            "the database before it is kept as {}; remove it when all is well",
            before.display()
        );
    }
    if let Some(configuration) = configuration {
        let _ = writeln!(
            told,
            "the configuration of that time is in {}; it is not in use",
            configuration.display()
        );
    }
    told.push_str("now start chatd, for instance with systemctl start chatd\n");
    told
}

/// Examines the store; what to tell if it is sound.
///
/// # Errors
/// It is not sound, or could not be examined.
pub fn check(directory: &Path) -> Result<String> {
    let examined = become_owner_of(directory).map_err(anyhow::Error::from);
    let found = examined
        .and_then(|()| Ok(store::check(directory)?))
        .with_context(|| format!("cannot examine the database in {}", directory.display()))?;
    if found.is_empty() {
        return Ok(format!("the database in {} is sound\n", directory.display()));
    }
    bail!(
        "the database in {} is damaged:\n  {}\nrestore a backup: chatd --restore FILE",
        directory.display(),
        found.join("\n  ")
    );
}
