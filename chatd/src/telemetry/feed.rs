//! Events as they happen, for `chatctl log`, and the latest of them, so that whoever begins to watch sees something at once.
//! What is not logged and that nobody wants to see costs one atomic load.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chat_proto::control::LogLine;
use tokio::sync::broadcast;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Events that wait for the slowest watcher; beyond, it loses the oldest and is told how many.
const CAPACITY: usize = 1024;

/// The latest events that are kept.
pub(super) const KEPT_LINES: usize = 1024;

/// Their text together, in bytes; beyond either bound the oldest goes.
const KEPT_BYTES: usize = 512 * 1024;

/// A layer that keeps each event and hands it to all who watch.
#[derive(Clone)]
pub(super) struct Feed(Arc<Lines>);

struct Lines {
    /// The latest; locked for one line, or to copy pointers. A line is in there before anybody hears it.
    kept: Mutex<Kept>,
    live: broadcast::Sender<Arc<LogLine>>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<Arc<LogLine>>,
    bytes: usize,
}

impl Feed {
    pub(super) fn new() -> Self {
        let live = broadcast::Sender::new(CAPACITY);
        Self(Arc::new(Lines { kept: Mutex::default(), live }))
    }

    /// The latest lines, oldest first, and all that come behind them.
    pub(super) fn subscribe(&self) -> (Vec<Arc<LogLine>>, broadcast::Receiver<Arc<LogLine>>) {
        let kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.lines.iter().map(Arc::clone).collect(), self.0.live.subscribe())
    }
}

impl<S: Subscriber> Layer<S> for Feed {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Arc::new(Entry::of(event));
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(Arc::clone(&line));
        // Fails only when nobody watches, and waits for nobody.
        let _ = self.0.live.send(line);
    }
}

impl Kept {
    fn push(&mut self, line: Arc<LogLine>) {
        self.bytes += bytes(&line);
        self.lines.push_back(line);
        while self.lines.len() > KEPT_LINES || self.bytes > KEPT_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes -= bytes(&oldest);
        }
    }
}

fn bytes(line: &LogLine) -> usize {
    let fields = line.fields.iter().map(|(name, value)| name.len() + value.len());
    line.message.len() + line.target.len() + fields.sum::<usize>()
}

/// One line in the making.
struct Entry(LogLine);

impl Entry {
    fn of(event: &Event<'_>) -> LogLine {
        let metadata = event.metadata();
        let mut entry = Self(LogLine {
            time: format!("{:.3}", jiff::Timestamp::now()),
            level: metadata.level().as_str().to_ascii_lowercase(),
            target: metadata.target().to_owned(),
            message: String::new(),
            fields: Default::default(),
        });
        event.record(&mut entry);
        entry.0
    }
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.0.message = value.to_owned(),
            name => drop(self.0.fields.insert(name.to_owned(), value.to_owned())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
