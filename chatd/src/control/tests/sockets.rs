//! The socket's file.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;

use super::harness::Office;
use crate::control::{BindError, bind};

#[tokio::test]
async fn the_socket_is_made_with_its_directory_and_goes_with_the_daemon() {
    let office = Office::open();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (socket, directory) = (office.socket.clone(), office.socket.parent().unwrap().to_owned());
    assert_eq!(mode(&socket), 0o666);
    assert_eq!(mode(&directory) & 0o027, 0, "others may not enter");
    let kept = office.close().await;
    assert!(!socket.exists());
    drop(kept);
}

#[tokio::test]
async fn a_dead_daemons_socket_is_taken_over_and_a_living_ones_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "std leaves the file");
    let first = bind(&path).unwrap();
    let told = bind(&path).unwrap_err();
    assert!(matches!(told, BindError::InUse(_)));
    assert!(told.to_string().contains(" stop"), "{told}");
    assert!(std::os::unix::net::UnixStream::connect(&path).is_ok(), "the first one still has it");
    drop(first);
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_no_socket_is_never_removed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    std::fs::write(&path, "precious").unwrap();
    assert!(matches!(bind(&path), Err(BindError::NotASocket(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    std::fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("/nowhere", &path).unwrap();
    assert!(matches!(bind(&path), Err(BindError::NotASocket(_))));
}

#[tokio::test]
async fn a_file_that_another_has_put_there_is_left_alone_at_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let ours = bind(&path).unwrap();
    std::fs::rename(&path, directory.path().join("moved")).unwrap();
    std::fs::write(&path, "another's").unwrap();
    drop(ours);
    assert!(path.exists());
}

#[tokio::test]
async fn a_path_has_at_most_107_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let of_length = |bytes: usize| {
        let rest = bytes - directory.path().as_os_str().len() - 1;
        directory.path().join("s".repeat(rest))
    };
    assert!(bind(&of_length(107)).is_ok());
    let told = bind(&of_length(108)).unwrap_err();
    assert!(told.to_string().contains("108 bytes") && told.to_string().contains("107"), "{told}");
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_told() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "").unwrap();
    let told = bind(&directory.path().join("file/run/s")).unwrap_err();
    assert!(matches!(&told, BindError::Io { .. }), "{told}");
}
