//! What SIGINT, SIGTERM and SIGHUP do to this program.
//!
//! Owns who listens to them. tokio takes a signal for good: a shell that has run one command would outlive it for ever. Here a
//! signal does what it does by default again as soon as nobody listens. It must never end anything by itself.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag::register_conditional_default;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, where the terminal makes a signal of it.
pub(crate) static INTERRUPT: Known = Known::new(SIGINT);
/// The wish of whoever manages processes.
pub(crate) static TERMINATE: Known = Known::new(SIGTERM);
/// The terminal has gone.
pub(crate) static HANG_UP: Known = Known::new(SIGHUP);

/// A signal, and who listens to it.
pub(crate) struct Known {
    number: i32,
    /// Whether it does what it does by default; read where it arrives.
    is_free: AtomicBool,
    claims: Mutex<Claims>,
}

/// Protected by the mutex that holds it.
struct Claims {
    is_taken_over: bool,
    listeners: usize,
}

/// Keeps a signal from doing what it does by default, for as long as this lives.
pub(crate) struct Claim(&'static Known);

/// A signal that is waited for.
pub(crate) struct Heard {
    signal: Signal,
    _claim: Claim,
}

impl Known {
    const fn new(number: i32) -> Self {
        let claims = Mutex::new(Claims { is_taken_over: false, listeners: 0 });
        Self { number, is_free: AtomicBool::new(true), claims }
    }

    /// Keeps it from ending the program.
    ///
    /// # Errors
    /// The system lets no handler be set.
    pub(crate) fn claim(&'static self) -> io::Result<Claim> {
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if !claims.is_taken_over {
            register_conditional_default(self.number, &self.is_free)?;
            claims.is_taken_over = true;
        }
        claims.listeners += 1;
        self.is_free.store(false, Ordering::SeqCst);
        Ok(Claim(self))
    }

    /// Listens to it; inside a runtime.
    ///
    /// # Errors
    /// The system lets no handler be set.
    pub(crate) fn listen(&'static self) -> io::Result<Heard> {
        let claim = self.claim()?;
        Ok(Heard { signal: signal(SignalKind::from_raw(self.number))?, _claim: claim })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut claims = self.0.claims.lock().unwrap_or_else(PoisonError::into_inner);
        claims.listeners -= 1;
        self.0.is_free.store(claims.listeners == 0, Ordering::SeqCst);
    }
}

impl Heard {
    /// Waits until it comes.
    pub(crate) async fn recv(&mut self) {
        if self.signal.recv().await.is_none() {
            // The runtime ends, and nothing is heard any more.
            std::future::pending::<()>().await;
        }
    }
}

/// Waits for any of those that end a program.
///
/// # Errors
/// The system lets no handler be set.
pub(crate) async fn any() -> io::Result<()> {
    let (mut interrupt, mut terminate, mut hang_up) =
        (INTERRUPT.listen()?, TERMINATE.listen()?, HANG_UP.listen()?);
    tokio::select! {
        () = interrupt.recv() => Ok(()),
        () = terminate.recv() => Ok(()),
        () = hang_up.recv() => Ok(()),
    }
}
