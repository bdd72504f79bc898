//! A test in a mount namespace of its own, where it may mount file systems that end with it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::glob::glob;

/// Says that this process is the one inside.
const INSIDE: &str = "CHATD_TEST_INSIDE";

/// Ways in: for root, and for everybody where the kernel allows user namespaces.
const WAYS: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];

/// Runs `body` in a process of its own with private mounts; `test` is the full name of the test that calls this. Where that is
/// not permitted it says so, and fails in continuous integration.
#[track_caller]
pub(crate) fn with_private_mounts(test: &str, body: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return body();
    }
    let mut refusals = Vec::new();
    for way in WAYS {
        let probe = unshare(way).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
        match probe {
            Ok(probe) if probe.status.success() => return run_again(way, test),
            Ok(probe) => refusals.push(format!("unshare {}: {}", way.join(" "), said(&probe).trim())),
            Err(error) => refusals.push(format!("unshare: {error}")),
        }
    }
    let why = format!("skipped: no file system can be mounted here ({})", refusals.join("; "));
    assert!(env::var_os("CI").is_none_or(|ci| ci != "true"), "{why}");
    eprintln!("{why}");
}

#[track_caller]
fn run_again(way: &[&str], test: &str) {
    let mut again = unshare(way);
    again.arg(env::current_exe().unwrap()).args([test, "--exact", "--nocapture"]).env(INSIDE, "1");
    let output = again.output().unwrap();
    let said = said(&output);
    assert!(output.status.success(), "inside the namespace:\n{said}");
    assert!(glob("*test result: ok. 1 passed;*", &said), "there is no test {test}:\n{said}");
}

fn unshare(way: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    command.args(way).args(["--propagation", "private", "--"]);
    command
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// A small file system at a directory, gone when it is dropped.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    path: PathBuf,
}

impl SmallDisk {
    /// Mounts an empty one of this size, as mount(8) writes sizes.
    #[track_caller]
    pub(crate) fn mount(path: PathBuf, size: &str) -> Self {
        let options = format!("size={size},mode=700");
        let output =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        Self { path }
    }

    /// Takes nothing any more.
    #[track_caller]
    pub(crate) fn make_read_only(&self) {
        let output = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&self.path).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    }

    /// Takes all the room that is left.
    #[track_caller]
    pub(crate) fn fill(&self) {
        let filler = std::fs::File::create(self.filler()).unwrap();
        let mut endless = std::fs::File::open("/dev/zero").unwrap();
        let full = std::io::copy(&mut endless, &mut &filler).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull, "{full}");
    }

    /// Takes all the room that is left but so many bytes.
    #[track_caller]
    pub(crate) fn leave(&self, bytes: u64) {
        self.fill();
        let filler = std::fs::OpenOptions::new().write(true).open(self.filler()).unwrap();
        let taken = filler.metadata().unwrap().len();
        filler.set_len(taken.checked_sub(bytes).expect("the disk had more room than that")).unwrap();
    }

    /// Gives the room back.
    #[track_caller]
    pub(crate) fn empty(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        Path::new(&self.path).join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The daemon may still have files open; the mount goes with the last of them.
        let _ = Command::new("umount").arg("--lazy").arg(&self.path).status();
    }
}
