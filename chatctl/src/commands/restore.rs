//! `chatctl restore`: restoring is done while the daemon is stopped, so it is chatd itself that does it; this finds out whether
//! it may, and which chatd that is.

use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::socket;

const TRYING: &str = "restore";

/// Becomes `chatd --restore FILE`, unless a daemon answers.
pub(crate) fn restore(named: Option<&Path>, file: &Path, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if let Ok(socket) = socket::locate(named)
        && UnixStream::connect(&socket).is_ok()
    {
        let message = format!("{TRYING}: chatd is running behind {}", socket.display());
        let hint =
            "stop it first, for instance with `systemctl stop chatd`: what is stored is replaced as a whole";
        return Err(Failure::with_hint(Code::Failed, message, hint));
    }
    let question = format!("all that is stored would be replaced by {}", file.display());
    screen.confirm(TRYING, &question)?;
    let chatd = chatd();
    // Returns only if it could not begin.
    let cause = Command::new(&chatd).arg("--restore").arg(file).exec();
    let message = format!("{TRYING}: run {}: {cause}", chatd.display());
    Err(Failure::with_hint(Code::Failed, message, "run `chatd --restore FILE` where chatd is installed"))
}

/// The one that was installed together with this program, else the one in the path.
fn chatd() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|itself| itself.with_file_name("chatd"));
    beside.filter(|path| path.exists()).unwrap_or_else(|| "chatd".into())
}
