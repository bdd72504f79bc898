//! Events as they happen, for `chatctl log`. Costs one atomic load for each event while nobody watches.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::broadcast;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Events that wait for the slowest watcher; beyond, it loses the oldest and is told how many.
const CAPACITY: usize = 1024;

/// A layer that hands each event to all who watch.
pub(super) struct Feed(broadcast::Sender<Arc<str>>);

impl Feed {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }

    pub(super) fn sender(&self) -> broadcast::Sender<Arc<str>> {
        self.0.clone()
    }
}

impl<S: Subscriber> Layer<S> for Feed {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if self.0.receiver_count() > 0 {
            // Fails only if the last watcher left just now.
            let _ = self.0.send(Line::of(event).to_json().into());
        }
    }
}

#[derive(Serialize)]
struct Line {
    time: String,
    level: &'static str,
    target: String,
    message: String,
    fields: Map<String, Value>,
}

impl Line {
    fn of(event: &Event<'_>) -> Self {
        let metadata = event.metadata();
        let mut line = Self {
            time: jiff::Timestamp::now().to_string(),
            level: metadata.level().as_str(),
            target: metadata.target().to_owned(),
            message: String::new(),
            fields: Map::new(),
        };
        event.record(&mut line);
        line
    }

    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and flags are always JSON")
    }

    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        match (field.name(), value.into()) {
            ("message", Value::String(text)) => self.message = text,
            (name, value) => {
                self.fields.insert(name.to_owned(), value);
            }
        }
    }
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}
