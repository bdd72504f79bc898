//! Slow work of the disk on a thread beside the writer's, so that no group waits for it. Knows nothing of what the work is, and
//! never begins by itself: the writer's thread asks, and is woken when it is done.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use super::error::StoreError;
use super::queue::Jobs;

/// One kind of work, done once each time it is asked for.
#[derive(Debug)]
pub(super) struct Aside<T> {
    /// None once the thread was told to end.
    ask: Option<SyncSender<()>>,
    done: Receiver<T>,
    is_running: bool,
    thread: Option<JoinHandle<()>>,
}

/// Wakes the writer however the thread ends, a panic included: a quiet writer would not look for an hour.
#[derive(Debug)]
struct WakesAtEnd(Jobs);

impl Drop for WakesAtEnd {
    fn drop(&mut self) {
        self.0.wake();
    }
}

/// The thread has panicked.
#[derive(Debug)]
pub(super) struct Gone;

impl<T: Send + 'static> Aside<T> {
    /// A thread of this name that waits to be asked. `writer` is woken after each piece of work, and when the
    /// thread ends.
    pub(super) fn new(
        name: &str,
        writer: Jobs,
        mut work: impl FnMut() -> T + Send + 'static,
    ) -> Result<Self, StoreError> {
        // Both hold the one piece of work that may be under way, so neither is ever full.
        let (ask, asked) = sync_channel(1);
        let (tell, done) = sync_channel(1);
        let run = move || {
            // Dropped in the reverse order: whoever is woken by the end of a panic finds `tell` gone.
            let end = WakesAtEnd(writer);
            let tell = tell;
            while let Ok(()) = asked.recv() {
                if tell.send(work()).is_err() {
                    return;
                }
                end.0.wake();
            }
        };
        let thread = std::thread::Builder::new().name(name.into()).spawn(run).map_err(StoreError::Thread)?;
        Ok(Self { ask: Some(ask), done, is_running: false, thread: Some(thread) })
    }

    /// Whether work is under way, or done and not taken.
    pub(super) fn is_running(&self) -> bool {
        self.is_running
    }

    /// Asks for the work; nothing happens while it is under way.
    pub(super) fn begin(&mut self) {
        if !self.is_running
            && let Some(ask) = &self.ask
        {
            // Nobody there any more is told by the next `take`.
            let _ = ask.try_send(());
            self.is_running = true;
        }
    }

    /// What the work came to, if it has just ended.
    pub(super) fn take(&mut self) -> Result<Option<T>, Gone> {
        match self.done.try_recv() {
            Ok(result) => {
                self.is_running = false;
                Ok(Some(result))
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(Gone),
        }
    }

    /// Waits for the work that is under way.
    pub(super) fn wait(&mut self) -> Result<Option<T>, Gone> {
        if !self.is_running {
            return Ok(None);
        }
        self.is_running = false;
        self.done.recv().map(Some).map_err(|_| Gone)
    }
}

impl<T> Drop for Aside<T> {
    /// The directory is free only when this thread is gone too.
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been told by `take`.
            let _ = thread.join();
        }
    }
}
