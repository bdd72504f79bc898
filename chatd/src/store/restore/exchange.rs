//! The exchange of one store for another: everything lies ready beside its place, then names change. Until [`Exchange::put`]
//! begins, dropping it leaves nothing behind. Knows nothing of what is in the files.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::database::DATABASE;
use super::super::error::StoreError;
use super::super::manifest::KeptFile;
use super::copy::Copy;
use super::{INDEX, LOGS, RestoreError, companion};

/// Files of a backup that belong into the state directory under their own names.
const KEPT: [&str; 1] = ["cloak.key"];

/// The configuration is the administrator's, and perhaps not even ours to write: it is put beside.
const CONFIGURATION: [&str; 2] = ["chatd.toml", "chatd.toml.from-backup"];

/// All that is needed for it.
#[derive(Debug)]
pub(super) struct Exchange {
    database: PathBuf,
    copy: Copy,
    before: Option<PathBuf>,
    aside: Aside,
    /// The configuration of that time, which nothing uses.
    configuration: Option<Ready>,
    /// What belongs to the store.
    files: Vec<Ready>,
}

impl Exchange {
    /// Keeps aside what is there, and writes what comes beside its place; only files that are known, whatever names a backup may
    /// bring. All of it is on the disk when this returns.
    pub(super) fn prepare(
        directory: &Path,
        stamp: &str,
        copy: Copy,
        files: &[KeptFile],
    ) -> Result<Self, RestoreError> {
        let database = directory.join(DATABASE);
        let mut aside = Aside { stamp: stamp.to_owned(), names: Vec::new() };
        let before = aside.keep_store(&database)?;
        let [name, beside] = CONFIGURATION;
        let (mut configuration, mut ready) = (None, Vec::new());
        for file in files {
            let path = directory.join(&file.name);
            if file.name == name {
                configuration = Some(Ready::write(directory.join(beside), &file.content)?);
            } else if KEPT.contains(&file.name.as_str())
                && !fs::read(&path).is_ok_and(|there| there == file.content)
            {
                aside.keep(&path)?;
                ready.push(Ready::write(path, &file.content)?);
            }
        }
        let failed = |e| StoreError::of_file("write", copy.path(), e);
        copy.sync().and_then(|()| sync_directory(directory)).map_err(failed)?;
        Ok(Self { database, copy, before, aside, configuration, files: ready })
    }

    /// Does it; the order is the one that the text of [`super`] promises. Returns where the database from before is kept, and where
    /// the configuration is.
    pub(super) fn put(self) -> Result<(Option<PathBuf>, Option<PathBuf>), RestoreError> {
        let Self { database, copy, before, mut aside, configuration, files } = self;
        let failed = |e| StoreError::of_file("put in its place", &database, e);
        let directory = database.parent().unwrap_or(Path::new("/"));
        aside.names.clear();
        let configuration = configuration.map(Ready::put).transpose()?;
        // A log that the store from before has left would be taken for this one's. It is gone on the disk, too, before that is there.
        for end in LOGS.iter().chain([&INDEX]) {
            remove(&companion(&database, end)).map_err(failed)?;
        }
        sync_directory(directory).map_err(failed)?;
        fs::rename(copy.path(), &database).map_err(failed)?;
        files.into_iter().try_for_each(|file| file.put().map(drop))?;
        sync_directory(directory).map_err(failed)?;
        Ok((before, configuration))
    }
}

/// Where what was there before is kept.
#[derive(Debug)]
struct Aside {
    stamp: String,
    /// The names it has there, gone again if nothing comes into its place.
    names: Vec<PathBuf>,
}

impl Aside {
    /// Keeps a database and, if it could not be brought in, its log: under the name by which SQLite finds it from there.
    fn keep_store(&mut self, database: &Path) -> Result<Option<PathBuf>, RestoreError> {
        let Some(kept) = self.keep(database)? else { return Ok(None) };
        for end in LOGS {
            self.link(&companion(database, end), companion(&kept, end))?;
        }
        Ok(Some(kept))
    }

    /// Gives a file a second name under which it stays. Nothing if there is none.
    fn keep(&mut self, path: &Path) -> Result<Option<PathBuf>, RestoreError> {
        let kept = companion(path, &format!(".before-restore-{}", self.stamp));
        self.link(path, kept)
    }

    fn link(&mut self, path: &Path, kept: PathBuf) -> Result<Option<PathBuf>, RestoreError> {
        match fs::hard_link(path, &kept) {
            Ok(()) => {
                self.names.push(kept.clone());
                Ok(Some(kept))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::of_file("keep aside as", &kept, error).into()),
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        for name in &self.names {
            // A second name of what is in its place as before.
            let _ = remove(name);
        }
    }
}

/// A file that lies beside its place, whole and on the disk. Dropped before it is put there, it is gone.
#[derive(Debug)]
struct Ready {
    new: PathBuf,
    path: PathBuf,
}

impl Ready {
    fn write(path: PathBuf, content: &[u8]) -> Result<Self, RestoreError> {
        let new = companion(&path, ".new");
        let write = || {
            // One that was interrupted may have left it.
            remove(&new)?;
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
            file.write_all(content)?;
            file.sync_all()
        };
        write().map_err(|e| StoreError::of_file("write", &path, e))?;
        Ok(Self { new, path })
    }

    fn put(self) -> Result<PathBuf, RestoreError> {
        fs::rename(&self.new, &self.path).map_err(|e| StoreError::of_file("write", &self.path, e))?;
        Ok(self.path.clone())
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        // Behind the rename it is not there any more.
        let _ = remove(&self.new);
    }
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}
