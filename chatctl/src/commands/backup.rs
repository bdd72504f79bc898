//! `chatctl backup`: the daemon makes the copy and sends it, this writes the file, as whoever runs it.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use chat_proto::control::{BackupFile, BackupLine, path};
use chat_proto::size::size;
use sha2::{Digest, Sha256};

use crate::client::{Call, CallError, Client, Lines};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::plain;
use crate::print::time::stamp;
use crate::signals;
use crate::whole_file::WholeFile;

const TRYING: &str = "back up";

/// Standard output, where a path is expected.
const STDOUT: &str = "-";

/// Where the bytes go.
enum Sink {
    File(WholeFile),
    Stdout,
}

/// Whatever ends it leaves no file with a part of a backup, also where such a file has a name meanwhile.
pub(super) async fn backup(
    client: &Client,
    screen: &mut Screen<'_>,
    to: Option<PathBuf>,
    force: bool,
) -> Result<(), Failure> {
    tokio::select! {
        done = take(client, screen, to, force) => done,
        Ok(()) = signals::any() => Err(Failure::Interrupted),
    }
}

async fn take(
    client: &Client,
    screen: &mut Screen<'_>,
    to: Option<PathBuf>,
    force: bool,
) -> Result<(), Failure> {
    let target = target(to, screen);
    // Before the daemon begins to work.
    if target == Path::new(STDOUT) && screen.width().is_some() {
        return Err(is_a_terminal());
    }
    let mut sink = open(&target, force).map_err(|cause| cannot_write(&target, &cause))?;
    let explain = |cause| client.explain(TRYING, cause);
    let mut lines = client.open(Call::post(TRYING, path::BACKUP)).await.map_err(explain)?;
    let is_told = matches!(sink, Sink::File(_));
    let file = listen(&mut lines, client, screen, is_told).await?;
    check_room(&sink, &target, &file)?;
    receive(&mut lines, &file, &mut sink, screen, client, &target).await?;
    screen.progress("")?;
    let Sink::File(whole) = sink else { return Ok(()) };
    whole.keep(force).map_err(|cause| cannot_write(&target, &cause))?;
    tell(screen, &target, &file)
}

/// The path itself; in a directory, and where none is named in this one, a name with the time.
fn target(to: Option<PathBuf>, screen: &Screen<'_>) -> PathBuf {
    let to = to.unwrap_or_else(|| ".".into());
    if to.is_dir() { to.join(format!("chatd-{}.backup", screen.now().strftime("%Y%m%d-%H%M%S"))) } else { to }
}

fn open(target: &Path, force: bool) -> io::Result<Sink> {
    if target == Path::new(STDOUT) {
        return Ok(Sink::Stdout);
    }
    // Nothing that is found out only when the daemon has copied everything.
    if [&b"/"[..], b"/."].iter().any(|end| target.as_os_str().as_bytes().ends_with(end)) {
        return Err(io::ErrorKind::NotFound.into());
    }
    match fs::symlink_metadata(target) {
        Ok(found) if !found.is_file() => return Err(io::ErrorKind::InvalidInput.into()),
        Ok(_) if !force => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) => {}
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    WholeFile::begin(target).map(Sink::File)
}

fn is_a_terminal() -> Failure {
    let message = format!("{TRYING}: stdout is a terminal, and a backup is no text");
    Failure::with_hint(
        Code::Usage,
        message,
        "name a file or a directory, or pipe it: `chatctl backup - | age …`",
    )
}

/// A reader that goes leaves it without a backup: no success, as it is for what is only read (`chatctl list | head`).
fn stdout_gone(cause: io::Error) -> Failure {
    match cause.kind() {
        io::ErrorKind::BrokenPipe => Failure::with_hint(
            Code::Failed,
            format!("{TRYING}: write to stdout: whoever read it has gone, and what it took is not whole"),
            "the program behind the pipe says why",
        ),
        _ => cause.into(),
    }
}

fn cannot_write(target: &Path, cause: &io::Error) -> Failure {
    let path = target.display();
    let (words, hint) = match cause.kind() {
        io::ErrorKind::AlreadyExists => {
            ("it exists".to_owned(), "choose another name, or replace it with --force")
        }
        io::ErrorKind::InvalidInput => (
            "it is no regular file".into(),
            "name a file: nothing else is replaced, be it a device or a link; `-` is stdout",
        ),
        io::ErrorKind::NotFound => ("there is no such directory".into(), "make it first"),
        io::ErrorKind::PermissionDenied => (
            "permission denied".into(),
            "the file is written by you and not by the daemon: choose a place where you may write",
        ),
        io::ErrorKind::StorageFull => ("the disk is full".into(), "choose a place with more room"),
        _ => (cause.to_string(), "choose another place"),
    };
    Failure::with_hint(Code::Failed, format!("{TRYING}: write {path}: {words}"), hint)
}

/// Shows how far the copy is, until it is whole. As JSON only if `is_told`: the backup itself may be what stdout is for.
async fn listen(
    lines: &mut Lines,
    client: &Client,
    screen: &mut Screen<'_>,
    is_told: bool,
) -> Result<BackupFile, Failure> {
    loop {
        let line = lines.next().await.map_err(|cause| client.explain(TRYING, cause))?;
        match &line {
            BackupLine::Copying { pages_done, pages } => {
                screen.progress(&format!("copying: {pages_done} of {pages} pages"))?;
            }
            BackupLine::Verifying => screen.progress("verifying the copy")?,
            BackupLine::File(_) => {}
            BackupLine::Failed { detail } => {
                screen.progress("")?;
                let hint = "the daemon's log and `chatctl status` say more; `chatctl db check` examines the database";
                return Err(Failure::with_hint(Code::Failed, format!("{TRYING}: {detail}"), hint));
            }
            BackupLine::Heartbeat | BackupLine::Other => continue,
        }
        if is_told {
            screen.one(&line, "", |_| Ok(()))?;
            screen.flush()?;
        }
        if let BackupLine::File(file) = line {
            return Ok(file);
        }
    }
}

/// What cannot fit is not begun. Where nobody can tell how much room there is, it is tried.
fn check_room(sink: &Sink, target: &Path, file: &BackupFile) -> Result<(), Failure> {
    let Sink::File(whole) = sink else { return Ok(()) };
    match whole.room() {
        Ok(room) if room < file.bytes => {
            let (path, needed, room) = (target.display(), size(file.bytes), size(room));
            let message = format!("{TRYING}: write {path}: it needs {needed} and {room} are free there");
            Err(Failure::with_hint(Code::Failed, message, "choose a place with more room"))
        }
        _ => Ok(()),
    }
}

async fn receive(
    lines: &mut Lines,
    file: &BackupFile,
    sink: &mut Sink,
    screen: &mut Screen<'_>,
    client: &Client,
    target: &Path,
) -> Result<(), Failure> {
    let (mut digest, mut received) = (Sha256::new(), 0);
    while let Some(bytes) = lines.bytes().await.map_err(|cause| client.explain(TRYING, cause))? {
        digest.update(&bytes);
        received += bytes.len() as u64;
        match sink {
            Sink::File(whole) => whole.write(&bytes).map_err(|cause| cannot_write(target, &cause))?,
            Sink::Stdout => screen.raw(&bytes).map_err(stdout_gone)?,
        }
        screen.progress(&format!("writing: {} of {}", size(received), size(file.bytes)))?;
    }
    let sha256: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if received == file.bytes && sha256 == file.sha256 {
        return screen.flush().map_err(stdout_gone);
    }
    let cause = format!("{received} of {} bytes came, or others than were sent", file.bytes);
    Err(client.explain(TRYING, CallError::Broken(cause)))
}

fn tell(screen: &mut Screen<'_>, target: &Path, file: &BackupFile) -> Result<(), Failure> {
    let path = target.display().to_string();
    let done = serde_json::json!({ "type": "done", "path": path });
    screen.one(&done, &path, |screen| {
        let BackupFile { server, messages, audit_entries, .. } = file;
        let (size, taken) = (size(file.bytes), stamp(&file.taken_at, &screen.now()));
        screen.line(&[plain(format!("backup of {server} as of {taken}: {path}"))])?;
        screen.line(&[plain(format!("{size}: {messages} messages and {audit_entries} audit entries"))])?;
        let files = if file.files.is_empty() { "nothing else".into() } else { file.files.join(" and ") };
        screen.line(&[plain(format!("with {files}; verified"))])?;
        screen.line(&[plain(format!("sha256 {}", file.sha256))])
    })?;
    Ok(())
}
