//! `GET /v1/watch`: everything as it happens, without a gap and without a repeat.
//!
//! A watcher has one place in the log. It looks into the registry's ring for what came behind its place; where the ring does
//! not reach back so far, the store is read up to where the ring begins. So numbers only rise, and nothing queues for a slow
//! watcher: it falls behind in the ring and goes on in the store. What is never stored (joins, direct messages …) is then gone,
//! and a line says so, behind what is stored: whoever resumes goes on behind the gap.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use chat_proto::control::{Entry, WatchLine, WatchQuery};

use super::entry;
use super::history::read;
use super::problem::Failure;
use super::request::Asked;
use super::router::{App, Asker};
use super::select::Selection;
use super::stream::{Source, respond};
use crate::domain::command::Role;
use crate::domain::id::Seq;
use crate::domain::notice::Notice;
use crate::registry::{Registry, Tapped};
use crate::store::Stored;

/// Most notices or stored messages that are looked at together, so that a watcher never holds the ring's lock for long.
const PAGE: usize = 256;

/// Streams what happens, from a place in the log or from now on.
pub(super) async fn stream(
    State(app): State<App>,
    Extension(Asker(by)): Extension<Asker>,
    Asked(query): Asked<WatchQuery>,
) -> Result<Response, Failure> {
    let folding = app.context.shared.config().server.casemapping;
    let selection = Selection::parse(query.what.as_deref().unwrap_or_default(), folding)?;
    let newest = newest(&app.context.registry);
    // A greater number is of another log, which was longer.
    let place = query.since_seq.map_or(newest, |since| Seq(since).min(newest));
    let watcher =
        Watcher { app: app.clone(), selection, place, catching_up: None, is_admin: by.role == Role::Admin };
    respond(watcher, &app)
}

/// The greatest number there is.
fn newest(registry: &Registry) -> Seq {
    let applied = Seq(registry.meter().last_seq.load(Relaxed));
    // After a start nothing has been applied yet, but the ring knows where it begins.
    match registry.tap().after(applied, 0) {
        Tapped::TooOld(begin) => begin,
        Tapped::Notices(_) => applied,
    }
}

struct Watcher {
    app: App,
    selection: Selection,
    /// All selected entries up to here have been handed out.
    place: Seq,
    /// Since it reads from the store instead of from the ring.
    catching_up: Option<CatchingUp>,
    is_admin: bool,
}

/// How much of the past the store had.
struct CatchingUp {
    /// Where it began.
    after: Seq,
    /// Messages found since, selected or not.
    stored: u64,
}

impl Source for Watcher {
    type Line = WatchLine;

    /// The place moves only together with what is handed out, and nothing waits in between.
    async fn next(&mut self) -> Option<Vec<WatchLine>> {
        let tap = Arc::clone(self.app.context.registry.tap());
        loop {
            let news = tap.news(); // Made before looking: what comes in between is not missed.
            let lines = match tap.after(self.place, PAGE) {
                Tapped::Notices(page) if page.is_empty() => {
                    news.await;
                    continue;
                }
                Tapped::Notices(page) => self.take(&page),
                Tapped::TooOld(begin) => self.take_stored(begin).await?,
            };
            if !lines.is_empty() {
                return Some(lines);
            }
            // Lets the heartbeat and the other tasks of this thread in.
            tokio::task::yield_now().await;
        }
    }

    fn heartbeat(&self) -> WatchLine {
        WatchLine::Heartbeat { seq: self.place.0 }
    }
}

impl Watcher {
    fn take(&mut self, page: &[Notice]) -> Vec<WatchLine> {
        let config = self.app.context.shared.config();
        let sees_direct = self.is_admin && config.control.watch_direct_messages;
        let seen = page.iter().filter(|notice| sees_direct || !entry::is_direct(notice));
        let entries = seen.filter_map(|notice| entry::of_notice(notice, &config.desk.nick));
        let lines = self.selected(entries);
        self.place = page.last().map_or(self.place, |notice| notice.seq);
        lines
    }

    /// The next page of what is stored before the ring begins; none when the store cannot be read, which ends the stream.
    async fn take_stored(&mut self, begin: Seq) -> Option<Vec<WatchLine>> {
        let place = self.place;
        let page = read(&self.app, move |reader| reader.after(place, PAGE, begin)).await.ok()?;
        let is_last = page.len() < PAGE;
        let end = page.last().map_or(place, |stored| stored.seq);
        let catching_up = self.catching_up.get_or_insert(CatchingUp { after: place, stored: 0 });
        catching_up.stored += page.len() as u64;
        let desk = self.app.context.shared.config().desk.nick.clone();
        let mut lines = self.selected(page.into_iter().map(|stored: Stored| entry::of_stored(stored, &desk)));
        if is_last {
            lines.extend(self.unstored(begin));
        }
        self.place = if is_last { begin } else { end };
        Some(lines)
    }

    fn selected(&self, entries: impl Iterator<Item = Entry>) -> Vec<WatchLine> {
        entries.filter(|entry| self.selection.takes(entry)).map(WatchLine::Entry).collect()
    }

    /// Ends the catching up, and says what is gone: everything that the store did not have. Numbers of audit entries, which
    /// no watcher is told, are among these; better a gap too many than a silent one.
    fn unstored(&mut self, begin: Seq) -> Option<WatchLine> {
        let CatchingUp { after, stored } = self.catching_up.take()?;
        let kept = if self.app.context.shared.config().history.enabled {
            "only messages are stored, for as long as history.keep-days and history.keep-count say"
        } else {
            "only messages to the desk and announcements are stored (history.enabled)"
        };
        // A start gives new numbers, far behind the last ones: most of those in between never were.
        let reason = if begin == self.app.context.registry.tap().began() {
            format!("chatd was started anew, which skips numbers; of what was before, {kept}")
        } else {
            kept.to_owned()
        };
        (stored < begin.0.saturating_sub(after.0)).then(|| WatchLine::Gap {
            from_seq: after.next().0,
            to_seq: begin.0,
            reason,
        })
    }
}
