//! `POST /v1/backup`: a copy of the store, told of while it is made, and then sent. The daemon's sandbox lets it write below its
//! state directory and nowhere else, so whoever asked writes the file, with its own rights.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chat_proto::control::{BACKUP_MEDIA_TYPE, BackupFile, BackupLine};

use super::audit::note;
use super::labour::{Pace, Speaker, respond, tell_failure};
use super::problem::Failure;
use super::router::{App, Asker};
use super::time::rfc3339;
use crate::domain::id::Seq;
use crate::registry::now;
use crate::store::{Amount, BackupError, Interest, KeptFile, Manifest, Place, Stage, Summary};

/// Files of the state directory that belong to a store.
const KEPT: [&str; 1] = ["cloak.key"];

/// How the configuration is called in a backup, wherever it came from.
const CONFIGURATION: &str = "chatd.toml";

/// What is sent at once.
const CHUNK_BYTES: usize = 256 << 10;

/// Takes a backup.
pub(super) async fn take(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
) -> Result<Response, Failure> {
    let config = app.context.shared.config();
    let place = begin(&app, config.history.min_free as u64).await?;
    note(&app, &by, "backup", "", "").await;
    let about = Manifest {
        taken_at: now(),
        version: env!("CARGO_PKG_VERSION").into(),
        server: config.server.name.to_string(),
        amount: Amount { messages: 0, audit: 0, newest_seq: Seq(0) },
    };
    let (care, source) = (app.context.care.clone(), app.context.facts.config_source.clone());
    respond(&app, BACKUP_MEDIA_TYPE, &BackupLine::Heartbeat, move |speaker, interest| {
        let files = files(care.directory(), Path::new(&source));
        if let Err(error) = run(&place, about, &files, speaker, interest) {
            let detail = tell_failure("backup", &error);
            speaker.line(&BackupLine::Failed { detail });
        }
    })
}

/// What would fail at once is refused before anything is told.
async fn begin(app: &App, reserve: u64) -> Result<Place, Failure> {
    let care = app.context.care.clone();
    let begun = tokio::task::spawn_blocking(move || care.begin_backup(reserve)).await;
    let begun = begun.map_err(|_| Failure::store_failing("beginning the backup broke off"))?;
    begun.map_err(|error| match error {
        BackupError::Busy => Failure::refused(error.to_string()).hint("wait until it is done"),
        BackupError::NoRoom { .. } => {
            Failure::plain(StatusCode::INSUFFICIENT_STORAGE, format!("there is not enough room: {error}"))
                .hint("make room, or give back what the database does not use with `chatctl db vacuum`")
        }
        other => Failure::store_failing(other.to_string()),
    })
}

/// The small files that are there.
fn files(directory: &Path, configuration: &Path) -> Vec<KeptFile> {
    let kept = KEPT.iter().map(|name| (*name, directory.join(name)));
    // Where there is none, its name is that of no file.
    let configuration = [(CONFIGURATION, configuration.to_owned())];
    let read = |(name, path): (&str, std::path::PathBuf)| match fs::read(&path) {
        Ok(content) => Some(KeptFile { name: name.into(), content }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "cannot be in the backup");
            None
        }
    };
    kept.chain(configuration).filter_map(read).collect()
}

fn run(
    place: &Place,
    about: Manifest,
    files: &[KeptFile],
    speaker: &Speaker,
    interest: &Interest,
) -> Result<(), BackupError> {
    let mut pace = Pace::default();
    let summary = place.copy(about, files, interest, &mut |stage| match stage {
        Stage::Copying { done, pages } if done == pages || pace.is_due() => {
            speaker.line(&BackupLine::Copying { pages_done: done, pages });
        }
        Stage::Copying { .. } => {}
        Stage::Verifying => speaker.line(&BackupLine::Verifying),
    })?;
    tracing::info!(bytes = summary.bytes, messages = summary.manifest.amount.messages, "backup taken");
    speaker.line(&BackupLine::File(file(summary)));
    // Whoever reads sees by the missing bytes that this went wrong.
    if let Err(error) = send(place, speaker) {
        tell_failure("sending the backup", &error);
    }
    Ok(())
}

fn file(summary: Summary) -> BackupFile {
    let Summary { manifest: Manifest { taken_at, version: _, server, amount }, files, bytes, sha256 } =
        summary;
    let (taken_at, newest_seq) = (rfc3339(taken_at), amount.newest_seq.0);
    let (messages, audit_entries) = (amount.messages, amount.audit);
    BackupFile { bytes, sha256, server, taken_at, messages, audit_entries, newest_seq, files }
}

fn send(place: &Place, speaker: &Speaker) -> io::Result<()> {
    let mut copy = place.open()?;
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = copy.read(&mut chunk)?;
        chunk.truncate(read);
        if read == 0 || !speaker.bytes(Bytes::from(chunk)) {
            return Ok(());
        }
    }
}
