//! The record, seen from its files and from its watchers.

use std::path::Path;

use tokio::sync::broadcast::error::TryRecvError;

use super::*;
use crate::config::{LogConfig, Rotation};

fn config(directory: &Path, log: LogConfig) -> Config {
    let log = LogConfig { to: LogTarget::File, directory: Some(directory.to_owned()), ..log };
    Config { log, ..Config::default() }
}

fn files(directory: &Path) -> Vec<String> {
    let name = |entry: io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names = std::fs::read_dir(directory).unwrap().map(name).collect::<Vec<_>>();
    names.sort();
    names
}

/// Runs `body` with a record in a new directory; all is written when this returns.
fn record(log: LogConfig, body: impl FnOnce(&Telemetry, &Path)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (dispatch, telemetry) = build(&config(directory.path(), log), &Environment::default()).unwrap();
    tracing::dispatcher::with_default(&dispatch, || body(&telemetry, directory.path()));
    drop(telemetry);
    directory
}

fn never() -> LogConfig {
    LogConfig { rotation: Rotation::Never, ..LogConfig::default() }
}

fn text(directory: &Path, file: &str) -> String {
    std::fs::read_to_string(directory.join(file)).unwrap()
}

#[test]
fn events_at_the_level_are_written_and_those_below_are_not() {
    let directory = record(never(), |_, _| {
        tracing::info!(clients = 3, "at the level");
        tracing::debug!("below");
    });
    let text = text(directory.path(), "chatd.log");
    assert!(text.contains(" INFO ") && text.contains("at the level clients=3"), "{text}");
    assert!(!text.contains("below") && !text.contains('\x1b'), "{text}");
}

#[test]
fn the_level_changes_while_the_daemon_runs() {
    let directory = record(never(), |telemetry, _| {
        telemetry.set_level("debug").unwrap();
        assert_eq!(telemetry.level(), "debug");
        tracing::debug!("first");
        assert!(telemetry.set_level("loud").is_err());
        assert_eq!(telemetry.level(), "debug");
        telemetry.set_level("error").unwrap();
        tracing::warn!("second");
    });
    let text = text(directory.path(), "chatd.log");
    assert!(text.contains("first") && !text.contains("second"), "{text}");
}

#[test]
fn json_is_one_object_a_line() {
    let log = LogConfig { format: LogFormat::Json, ..never() };
    let directory = record(log, |_, _| {
        tracing::warn!(nick = "a\nb", "odd");
        tracing::info!("even");
    });
    let text = text(directory.path(), "chatd.log");
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let lines = lines.collect::<Vec<_>>();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["nick"], "a\nb");
    assert_eq!(lines[0]["message"], "odd");
    assert!(lines[0]["timestamp"].is_string());
}

#[test]
fn a_file_that_was_moved_away_is_let_go_by_reopening() {
    // The first record ends before the move, so that its line is surely in the old file.
    let directory = record(never(), |_, _| tracing::info!("before"));
    let path = directory.path().to_owned();
    let (dispatch, telemetry) = build(&config(&path, never()), &Environment::default()).unwrap();
    std::fs::rename(path.join("chatd.log"), path.join("chatd.log.1")).unwrap();
    telemetry.reopen().unwrap();
    tracing::dispatcher::with_default(&dispatch, || tracing::info!("after"));
    drop(telemetry);
    assert!(text(&path, "chatd.log.1").contains("before"));
    assert!(!text(&path, "chatd.log.1").contains("after"));
    assert!(text(&path, "chatd.log").contains("after"));
}

#[test]
fn old_files_beyond_the_bound_are_removed_and_the_current_one_never() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let log = LogConfig { keep_files: 1, rotation: Rotation::Daily, ..LogConfig::default() };
    for day in ["2001-01-01", "2001-01-02", "2001-01-03"] {
        std::fs::write(path.join(format!("chatd.{day}.log")), "").unwrap();
    }
    std::fs::write(path.join("other.txt"), "").unwrap();
    for round in ["one", "two"] {
        let (dispatch, telemetry) = build(&config(path, log.clone()), &Environment::default()).unwrap();
        tracing::dispatcher::with_default(&dispatch, || tracing::info!("{round}"));
        drop(telemetry);
    }
    let kept = files(path);
    assert!(kept.contains(&"other.txt".to_owned()) && kept.len() <= 3, "{kept:?}");
    let all = kept.iter().map(|file| text(path, file)).collect::<String>();
    assert!(all.contains("one") && all.contains("two"), "{kept:?} {all}");
}

#[test]
fn a_directory_that_cannot_be_made_is_an_error_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = build(&config(&file.join("log"), never()), &Environment::default()).err().unwrap();
    assert!(error.to_string().contains("file/log: "), "{error}");
}

#[test]
fn a_watcher_sees_each_event_as_json_from_when_it_came() {
    record(never(), |telemetry, _| {
        tracing::info!("too early");
        let mut watcher = telemetry.subscribe();
        tracing::info!(id = 7, ok = true, nick = "alice", "joined {}", "#lobby");
        tracing::debug!("below the level");
        let line = serde_json::from_str::<serde_json::Value>(&watcher.try_recv().unwrap()).unwrap();
        assert_eq!(line["message"], "joined #lobby");
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["target"], "chatd::telemetry::tests");
        assert_eq!(line["fields"], serde_json::json!({ "id": 7, "ok": true, "nick": "alice" }));
        assert!(line["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
        assert_eq!(watcher.try_recv(), Err(TryRecvError::Empty));
    });
}

#[test]
fn a_watcher_1024_events_behind_loses_none_and_one_more_costs_the_oldest() {
    for (events, lost) in [(1024, None), (1025, Some(1))] {
        record(never(), |telemetry, _| {
            let mut watcher = telemetry.subscribe();
            for event in 0..events {
                tracing::info!(event);
            }
            let first = watcher.try_recv();
            assert_eq!(first.err(), lost.map(TryRecvError::Lagged), "{events}");
        });
    }
}

#[test]
fn colours_are_for_terminals_and_times_for_everything_but_the_journal() {
    let style = |pairs: &[(&str, &str)], is_terminal| {
        Style::of_stderr(&pairs.iter().copied().collect(), is_terminal, Some((8, 42)))
    };
    assert_eq!(style(&[], true), Style { has_colours: true, has_time: true });
    assert_eq!(style(&[], false), Style { has_colours: false, has_time: true });
    assert!(!style(&[("NO_COLOR", "1")], true).has_colours);
    assert!(style(&[("NO_COLOR", "")], true).has_colours);
    assert!(!style(&[("JOURNAL_STREAM", "8:42")], false).has_time);
    assert!(style(&[("JOURNAL_STREAM", "8:43")], false).has_time);
}
