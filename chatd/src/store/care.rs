//! Taking care of a store while it runs: copies of it, examining it, what it holds. A handle for whoever administers; everything
//! here blocks on the disk, and nothing here is ever in the way of a commit.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::backup::{BackupError, Place};
use super::reader::Readers;

/// Cheap to clone; all clones share the one place for a backup.
#[derive(Clone, Debug)]
pub struct Care {
    readers: Readers,
    is_copying: Arc<AtomicBool>,
}

impl Care {
    pub(super) fn of(readers: Readers) -> Self {
        Self { readers, is_copying: Arc::default() }
    }

    /// The right to take a backup. `reserve` bytes must stay free beside the copy.
    ///
    /// # Errors
    /// One is being taken, there is not enough room, or nobody can tell.
    pub fn begin_backup(&self, reserve: u64) -> Result<Place, BackupError> {
        Place::take(self.readers.clone(), &self.is_copying, reserve)
    }

    /// The directory of the store.
    #[must_use]
    pub fn directory(&self) -> &std::path::Path {
        self.readers.path().parent().unwrap_or(std::path::Path::new("/"))
    }
}
