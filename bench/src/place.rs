//! Where things run: only on loopback, server and generator on a CPU each, with as many descriptors as this machine gives.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use anyhow::{Context as _, Result, ensure};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// The CPU of servers.
const SERVER: usize = 0;
/// The CPU of the generator.
const GENERATOR: usize = 1;
/// This thread, for the calls that take a process.
const SELF: Pid = Pid::from_raw(0);

/// An address that may be loaded.
///
/// # Errors
/// It is not on this machine's loopback: nobody's server is to be loaded by mistake.
pub(crate) fn only_loopback(address: SocketAddr) -> Result<SocketAddr> {
    ensure!(
        address.ip().is_loopback(),
        "{address} is not on loopback; this load is for servers of its own only"
    );
    Ok(address)
}

/// From now on SIGTERM, SIGINT and SIGHUP are noted instead of ending this process, so that no server is left behind.
pub(crate) fn note_stop() -> Result<()> {
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        flag::register(signal, Arc::clone(&STOP)).context("cannot listen for signals")?;
    }
    Ok(())
}

/// Whether one of them has come.
pub(crate) fn is_to_stop() -> bool {
    STOP.load(Ordering::Relaxed)
}

static STOP: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// An address of loopback where nobody listens. Another process may take it before it is used; then the server does not start.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port")?;
    only_loopback(listener.local_addr()?)
}

/// Raises the limit of descriptors as far as it goes; children inherit it. Returns the limit.
pub(crate) fn raise_descriptors() -> Result<u64> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("cannot raise the limit of descriptors")?;
    Ok(hard)
}

/// Runs `start` on the CPU of servers, or on both CPUs, so that what it starts inherits that, and comes back to the generator's.
pub(crate) fn where_servers_run<T>(is_on_both: bool, start: impl FnOnce() -> T) -> T {
    // Where there is one CPU only, nothing is bound; the report says so.
    if !can_pin() {
        return start();
    }
    let _ = if is_on_both { bind(&[SERVER, GENERATOR]) } else { bind(&[SERVER]) };
    let started = start();
    let _ = bind(&[GENERATOR]);
    started
}

/// Binds this process, which has one thread, to the generator's CPU. Returns whether both CPUs are there.
pub(crate) fn pin_generator() -> bool {
    can_pin() && bind(&[GENERATOR]).is_ok()
}

/// Whether this machine has the two CPUs. Asked once: later this process is bound itself.
fn can_pin() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        sched_getaffinity(SELF)
            .is_ok_and(|cpus| [SERVER, GENERATOR].iter().all(|cpu| cpus.is_set(*cpu) == Ok(true)))
    })
}

fn bind(cpus: &[usize]) -> nix::Result<()> {
    let mut set = CpuSet::new();
    cpus.iter().try_for_each(|cpu| set.set(*cpu))?;
    sched_setaffinity(SELF, &set)
}

#[cfg(test)]
mod tests {
    use super::only_loopback;

    #[test]
    fn loopback_may_be_loaded_and_nothing_else() {
        for address in ["127.0.0.1:6667", "127.200.0.1:1", "[::1]:6667"] {
            assert!(only_loopback(address.parse().unwrap()).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:6667", "10.0.0.1:6667", "128.0.0.1:6667", "[::]:6667", "[::ffff:10.0.0.1]:1"]
        {
            assert!(only_loopback(address.parse().unwrap()).is_err(), "{address}");
        }
    }
}
