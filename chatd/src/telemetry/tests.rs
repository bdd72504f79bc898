//! The record, seen from its files and from its watchers.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::broadcast::error::TryRecvError;

use super::outlet::Style;
use super::*;
use crate::config::{LogConfig, LogFormat, LogTarget, Rotation};

fn config(directory: &Path, log: LogConfig) -> Config {
    let log = LogConfig { to: LogTarget::File, directory: Some(directory.to_owned()), ..log };
    Config { log, ..Config::default() }
}

fn files(directory: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names = std::fs::read_dir(directory).unwrap().map(name).collect::<Vec<_>>();
    names.sort();
    names
}

/// A record of this test alone, with a journal at this path.
fn start_at(config: &Config, journal: &Path) -> Result<(Dispatch, Telemetry), TelemetryError> {
    build(config, Outlet::of(config, &Environment::default(), journal)?.0)
}

/// Runs `body` with a record in a new directory; all is written when this returns.
fn record(log: LogConfig, body: impl FnOnce(&Telemetry, &Path)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (dispatch, telemetry) = start_at(&config(directory.path(), log), Path::new("/nowhere")).unwrap();
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
    let (dispatch, telemetry) = start_at(&config(&path, never()), Path::new("/nowhere")).unwrap();
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
        let (dispatch, telemetry) = start_at(&config(path, log.clone()), Path::new("/nowhere")).unwrap();
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
    let error = start_at(&config(&file.join("log"), never()), Path::new("/nowhere")).err().unwrap();
    assert!(error.to_string().contains("file/log: "), "{error}");
}

fn messages<'l>(lines: impl IntoIterator<Item = &'l Arc<LogLine>>) -> Vec<&'l str> {
    lines.into_iter().map(|line| line.message.as_str()).collect()
}

#[test]
fn a_watcher_sees_the_latest_events_and_each_from_when_it_came() {
    record(never(), |telemetry, _| {
        tracing::info!("early");
        let mut watching = telemetry.watch(None);
        tracing::info!(id = 7, ok = true, nick = "alice", "joined {}", "#lobby");
        tracing::debug!("below the level");
        assert_eq!(messages(&watching.recent), ["early"]);
        let line = watching.live.try_recv().unwrap();
        let about = (line.message.as_str(), line.level.as_str(), line.target.as_str());
        assert_eq!(about, ("joined #lobby", "info", "chatd::telemetry::tests"));
        let fields: Vec<_> = line.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(fields, ["id=7", "nick=alice", "ok=true"]);
        assert!(line.time.parse::<Timestamp>().is_ok());
        assert_eq!(watching.live.try_recv(), Err(TryRecvError::Empty));
    });
}

#[test]
fn a_watcher_1024_events_behind_loses_none_and_one_more_costs_the_oldest() {
    for (events, lost) in [(1024, None), (1025, Some(1))] {
        record(never(), |telemetry, _| {
            let mut watching = telemetry.watch(None);
            for event in 0..events {
                tracing::info!(event);
            }
            let first = watching.live.try_recv();
            assert_eq!(first.err(), lost.map(TryRecvError::Lagged), "{events}");
        });
    }
}

#[test]
fn the_latest_events_are_bounded_in_number_and_in_size() {
    record(never(), |telemetry, _| {
        for event in 0..1025 {
            tracing::info!("{event}");
        }
        let recent = telemetry.watch(None).recent;
        assert_eq!((recent.len(), recent[0].message.as_str()), (1024, "1"));
        for event in 0..600 {
            tracing::info!(text = "x".repeat(1024), "long {event}");
        }
        let recent = telemetry.watch(None).recent;
        // Each is 1024 bytes, and the names of its field and of its module.
        assert!((450..512).contains(&recent.len()), "{}", recent.len());
        assert_eq!(recent.last().unwrap().message, "long 599");
    });
}

#[test]
fn whoever_watches_at_a_level_sees_more_than_is_written_as_long_as_they_watch() {
    let directory = record(never(), |telemetry, _| {
        tracing::debug!("nobody looks");
        let watching = telemetry.watch(Some(Level::DEBUG));
        let _graver = telemetry.watch(Some(Level::WARN));
        tracing::debug!("somebody looks");
        tracing::trace!("not so closely");
        tracing::debug!(target: "hyper", "of a library");
        assert!(!telemetry.is_logged(Level::DEBUG) && telemetry.is_logged(Level::INFO));
        drop(watching);
        tracing::debug!("nobody looks any more");
        assert_eq!(messages(&telemetry.watch(None).recent), ["somebody looks"]);
    });
    assert_eq!(text(directory.path(), "chatd.log"), "");
}

#[tokio::test(start_paused = true)]
async fn a_level_that_was_raised_for_a_while_goes_back_to_the_one_before() {
    let (levels, _filters) = Levels::new("info").unwrap();
    let minute = Duration::from_secs(60);
    levels.raise("debug", minute).unwrap();
    levels.raise("trace", 2 * minute).unwrap();
    assert!(levels.raise("loud", minute).is_err());
    assert_eq!(levels.current().0, "trace");
    assert!(levels.current().1.is_some());
    tokio::time::advance(2 * minute - Duration::from_millis(1)).await;
    assert_eq!(levels.lower(), None);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(levels.lower().as_deref(), Some("info"));
    assert_eq!(levels.current(), ("info".to_owned(), None));
    assert_eq!(levels.lower(), None);
    // A level that is set is no longer for a while.
    levels.raise("debug", minute).unwrap();
    levels.set("warn").unwrap();
    tokio::time::advance(minute).await;
    assert_eq!((levels.lower(), levels.current()), (None, ("warn".to_owned(), None)));
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

#[test]
fn what_is_logged_reaches_the_journal_as_fields() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let journald = UnixDatagram::bind(&path).unwrap();
    let entries = |body: &dyn Fn()| {
        let log = LogConfig { to: LogTarget::Journal, level: "trace".into(), ..LogConfig::default() };
        let (dispatch, telemetry) = start_at(&Config { log, ..Config::default() }, &path).unwrap();
        tracing::dispatcher::with_default(&dispatch, body);
        drop(telemetry);
        journald.set_nonblocking(true).unwrap();
        let mut buffer = vec![0; 1 << 20];
        std::iter::from_fn(|| journald.recv(&mut buffer).ok().map(|length| buffer[..length].to_vec()))
            .map(|entry| String::from_utf8(entry).unwrap())
            .collect::<Vec<_>>()
    };
    let told = entries(&|| tracing::info!(client = %7, nick = "alice", room = "#lobby", ok = true, "joined"));
    let [joined] = &told[..] else { panic!("{told:?}") };
    for line in [
        "PRIORITY=6",
        "SYSLOG_IDENTIFIER=chatd",
        "CHATD_TARGET=chatd::telemetry::tests",
        "CHATD_CLIENT=7",
        "CHATD_NICK=alice",
        "CHATD_ROOM=#lobby",
        "CHATD_OK=true",
        "MESSAGE=joined client=7 nick=\"alice\" room=\"#lobby\" ok=true",
    ] {
        assert!(joined.lines().any(|one| one == line), "{line} in {joined}");
    }
    assert!(
        joined.contains("CODE_FILE=") && joined.contains("CODE_LINE=") && joined.ends_with('\n'),
        "{joined}"
    );

    // Nobody can put a field into an entry by saying a line end.
    let told = entries(&|| tracing::warn!(nick = "a\nPRIORITY=0", "odd"));
    assert!(told[0].contains("CHATD_NICK\n\u{c}\0\0\0\0\0\0\0a\nPRIORITY=0\n"), "{told:?}");
    assert!(told[0].contains("MESSAGE=odd nick=\"a\\nPRIORITY=0\"\n"), "{told:?}");

    let priority = |body: &dyn Fn()| entries(body)[0].lines().next().unwrap().to_owned();
    assert_eq!(priority(&|| tracing::error!("a")), "PRIORITY=3");
    assert_eq!(priority(&|| tracing::warn!("a")), "PRIORITY=4");
    assert_eq!(priority(&|| tracing::debug!("a")), "PRIORITY=7");
    assert_eq!(priority(&|| tracing::trace!("a")), "PRIORITY=7");

    // At the bound of a value, and beyond it.
    for (length, kept) in [(16 * 1024, 16 * 1024), (16 * 1024 + 1, 16 * 1024)] {
        let told = entries(&|| tracing::info!(text = "x".repeat(length), "long"));
        let text = told[0].lines().find_map(|line| line.strip_prefix("CHATD_TEXT=")).unwrap();
        assert_eq!(text.len(), kept);
    }
}

#[test]
fn what_the_journal_does_not_take_is_counted_and_one_that_comes_back_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let journald = UnixDatagram::bind(&path).unwrap();
    let log = LogConfig { to: LogTarget::Journal, ..LogConfig::default() };
    let (outlet, missing) =
        Outlet::of(&Config { log, ..Config::default() }, &Environment::default(), &path).unwrap();
    assert!(missing.is_none());
    let Outlet::Journal(mut sender) = outlet else { panic!("a journal was there") };
    drop(journald);
    std::fs::remove_file(&path).unwrap();
    sender.write_all(b"MESSAGE=lost\n").unwrap();
    assert_eq!(sender.lost().load(Relaxed), 1);
    let journald = UnixDatagram::bind(&path).unwrap();
    sender.write_all(b"MESSAGE=found\n").unwrap();
    let mut buffer = [0; 64];
    let length = journald.recv(&mut buffer).unwrap();
    assert_eq!((&buffer[..length], sender.lost().load(Relaxed)), (&b"MESSAGE=found\n"[..], 1));
}

#[test]
fn without_a_journal_text_goes_to_standard_error() {
    let log = LogConfig { to: LogTarget::Journal, format: LogFormat::Json, ..LogConfig::default() };
    let config = Config { log, ..Config::default() };
    let (outlet, missing) = Outlet::of(&config, &Environment::default(), Path::new("/nowhere")).unwrap();
    assert!(matches!(outlet, Outlet::Stderr(LogFormat::Text, _)));
    assert!(missing.is_some());
}

#[test]
fn text_for_a_standard_error_that_is_the_journal_goes_there_as_entries() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let _journald = UnixDatagram::bind(&path).unwrap();
    let stderr = std::fs::metadata("/proc/self/fd/2").unwrap();
    let stream = format!("{}:{}", stderr.dev(), stderr.ino());
    for (format, stream, is_journal) in [
        (LogFormat::Text, stream.as_str(), true),
        (LogFormat::Json, stream.as_str(), false),
        (LogFormat::Text, "1:1", false),
    ] {
        let config = Config { log: LogConfig { format, ..LogConfig::default() }, ..Config::default() };
        let environment = [("JOURNAL_STREAM", stream)].into_iter().collect();
        let (outlet, missing) = Outlet::of(&config, &environment, &path).unwrap();
        assert_eq!(matches!(outlet, Outlet::Journal(_)), is_journal, "{format:?} {stream}");
        assert!(missing.is_none());
    }
}
