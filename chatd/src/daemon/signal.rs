//! Signals, from a thread that waits for them to the task that runs the daemon.

use std::io;
use std::thread::JoinHandle;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::iterator::{Handle, Signals};
use tokio::sync::mpsc;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM, SIGINT: drain and stop; a second one stops at once.
    Stop,
    /// SIGHUP: read the configuration again.
    Reload,
    /// SIGUSR1: open the log files anew.
    ReopenLogs,
}

/// The thread that waits for signals; ends when dropped.
#[derive(Debug)]
pub(super) struct SignalThread {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// Begins to listen. The receiver ends when the thread does.
pub(super) fn listen() -> io::Result<(SignalThread, mpsc::Receiver<Signal>)> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGUSR1])?;
    let handle = signals.handle();
    // Full: the signals before it ask for the same things, and the thread waits.
    let (sender, receiver) = mpsc::channel(16);
    let thread = std::thread::Builder::new().name("signals".into()).spawn(move || {
        for number in signals.forever() {
            let signal = match number {
                SIGHUP => Signal::Reload,
                SIGUSR1 => Signal::ReopenLogs,
                _ => Signal::Stop,
            };
            if sender.blocking_send(signal).is_err() {
                return;
            }
        }
    })?;
    Ok((SignalThread { handle, thread: Some(thread) }, receiver))
}

impl Drop for SignalThread {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            // A panic in that thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}
