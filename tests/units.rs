//! The units for systemd: what `systemd-analyze` says of them, with the executables as built here, and that they agree with
//! the configuration. Starts no unit.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chatd::config::Config;

/// The unit files.
const UNITS: [&str; 2] = ["chatd.service", "chatd.socket"];

fn unit(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// The values of a key, in the order of the file.
fn values(unit: &str, key: &str) -> Vec<String> {
    let value = |line: &str| Some(line.strip_prefix(key)?.strip_prefix('=')?.to_owned());
    unit.lines().filter_map(value).collect()
}

/// The units with the paths of a package replaced by those of the executables built for this test.
fn installed_in(directory: &Path) -> Vec<PathBuf> {
    let install = |name: &str| {
        let text = unit(name)
            .replace("/usr/bin/chatd", env!("CARGO_BIN_EXE_chatd"))
            .replace("/usr/bin/chatctl", env!("CARGO_BIN_EXE_chatctl"));
        let path = directory.join(name);
        fs::write(&path, text).expect("a temporary directory can be written to");
        path
    };
    UNITS.into_iter().map(install).collect()
}

/// Runs `systemd-analyze`; none where it is not installed, which only a continuous integration may not lack.
fn analyze(arguments: &[&str], files: &[PathBuf]) -> Option<(bool, String)> {
    match Command::new("systemd-analyze").args(arguments).args(files).env("SYSTEMD_COLORS", "0").output() {
        Ok(output) => {
            let text = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
        }
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("not checked: systemd-analyze is not available ({error})");
            None
        }
        Err(error) => panic!("systemd-analyze is not available: {error}; .ci/run installs it"),
    }
}

#[test]
fn systemd_finds_no_fault_with_the_units() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files = installed_in(directory.path());
    let Some((is_fine, said)) = analyze(&["verify", "--man=no"], &files) else { return };
    // Unknown keys are only warned of; a warning about our files is a fault all the same.
    let about_us: Vec<_> = said.lines().filter(|line| line.contains("chatd")).collect();
    assert!(is_fine && about_us.is_empty(), "systemd-analyze verify says:\n{said}");
}

#[test]
fn systemd_analyze_notices_a_fault_in_the_units() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files = installed_in(directory.path());
    let broken = unit("chatd.service").replace("ProtectHome=", "ProtectHouse=");
    fs::write(&files[0], broken).expect("a temporary directory can be written to");
    let Some((_, said)) = analyze(&["verify", "--man=no"], &files) else { return };
    assert!(said.contains("ProtectHouse"), "{said}");
}

#[test]
fn the_service_is_hardened() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let files = installed_in(directory.path());
    // Tenths of the exposure that systemd-analyze computes, from 0 (closed) to 100.
    let arguments = ["security", "--offline=true", "--threshold=15", "--no-pager"];
    let Some((is_fine, said)) = analyze(&arguments, &files[..1]) else { return };
    assert!(is_fine, "{said}");
}

#[test]
fn the_socket_hands_over_the_addresses_on_which_chatd_listens_by_default() {
    let listening: Vec<_> = Config::default().listen.iter().map(|one| one.address.to_string()).collect();
    assert_eq!(values(&unit("chatd.socket"), "ListenStream"), listening);
}

#[test]
fn systemd_waits_longer_than_a_drain_takes() {
    let service = unit("chatd.service");
    let seconds = values(&service, "TimeoutStopSec").first().and_then(|value| value.parse::<u64>().ok());
    let drain = Config::default().server.drain_timeout.as_secs();
    // Behind the deadline for clients, the log and the control API have five seconds each.
    assert!(
        seconds.is_some_and(|seconds| seconds >= drain + 15),
        "{seconds:?} for a drain of {drain} seconds"
    );
}

#[test]
fn descriptors_suffice_for_the_clients_of_the_defaults() {
    let service = unit("chatd.service");
    let limit = values(&service, "LimitNOFILE").first().and_then(|value| value.parse::<usize>().ok());
    let clients = Config::default().limits.clients;
    assert!(limit.is_some_and(|limit| limit >= clients + 192), "{limit:?} for {clients} clients");
}
