//! What the operating system knows of this process, read anew for each scrape. Never touches a disk: `/proc` is memory.

use std::fs;
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage};
use nix::sys::time::TimeVal;

/// This process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Process {
    /// Processor time used, in user space and in the kernel.
    pub(super) cpu: Duration,
    pub(super) resident_bytes: u64,
    pub(super) virtual_bytes: u64,
    pub(super) threads: u64,
    pub(super) open_descriptors: u64,
    /// The soft limit.
    pub(super) max_descriptors: u64,
}

/// Looks at this process; nothing where there is no `/proc`.
pub(super) fn look() -> Option<Process> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let usage = getrusage(UsageWho::RUSAGE_SELF).ok()?;
    let (max_descriptors, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    Some(Process {
        cpu: duration(usage.user_time()) + duration(usage.system_time()),
        resident_bytes: field(&status, "VmRSS:")? * 1024,
        virtual_bytes: field(&status, "VmSize:")? * 1024,
        threads: field(&status, "Threads:")?,
        open_descriptors: open_descriptors()?,
        max_descriptors,
    })
}

/// The number behind a name in `/proc/self/status`; sizes are in KiB there (proc(5)).
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec().saturating_mul(1_000_000).saturating_add(time.tv_usec());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Since Linux 6.2 the size of the directory is their number; before, the entries are counted, one of which is the directory itself.
fn open_descriptors() -> Option<u64> {
    const DIRECTORY: &str = "/proc/self/fd";
    match fs::metadata(DIRECTORY).ok()?.len() {
        0 => Some((fs::read_dir(DIRECTORY).ok()?.count() as u64).saturating_sub(1)),
        count => Some(count),
    }
}

#[cfg(test)]
mod tests {
    use super::{field, look};

    #[test]
    fn this_process_has_used_time_and_memory_and_has_descriptors() {
        let process = look().unwrap();
        assert!(process.resident_bytes > 1024 * 1024 && process.virtual_bytes >= process.resident_bytes);
        assert!(process.threads >= 1 && process.open_descriptors >= 3);
        assert!(process.open_descriptors <= process.max_descriptors);
        let _file = std::fs::File::open("/proc/self/status").unwrap();
        assert!(look().unwrap().cpu >= process.cpu);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let status = "VmSize:\t    1000 kB\nVmRSS:\t     400 kB\nThreads:\t3\n";
        assert_eq!(field(status, "VmRSS:"), Some(400));
        assert_eq!(field(status, "Threads:"), Some(3));
        assert_eq!(field(status, "VmHWM:"), None);
    }
}
