//! What a run was made with: the machine, the servers and their versions. Asks only this machine, and changes nothing.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::servers::Server;

/// What figures of one run have in common.
#[derive(Debug)]
pub(crate) struct Run {
    /// The model of the CPU, how many there are, the kernel.
    pub(crate) cpu: String,
    pub(crate) cpus: usize,
    pub(crate) kernel: String,
    pub(crate) memory_mib: u64,
    /// Whether server and generator had a CPU each.
    pub(crate) is_pinned: bool,
    pub(crate) repeats: usize,
    /// Names and versions.
    pub(crate) servers: Vec<(&'static str, String)>,
}

impl Run {
    /// Looks at the machine.
    pub(crate) fn now(servers: &[&'static Server], chatd: &Path, repeats: usize, is_pinned: bool) -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let models = || cpuinfo.lines().filter_map(|line| value(line, "model name"));
        let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory = meminfo.lines().find_map(|line| value(line, "MemTotal"));
        let memory = memory.and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let version = |server: &&'static Server| (server.name, server.version(chatd).unwrap_or_default());
        Self {
            cpu: models().next().unwrap_or("unknown CPU").to_owned(),
            cpus: cpuinfo.lines().filter(|line| line.starts_with("processor")).count(),
            kernel: kernel.trim().to_owned(),
            memory_mib: memory.unwrap_or_default() / 1024,
            is_pinned,
            repeats,
            servers: servers.iter().map(version).collect(),
        }
    }

    /// How server and generator were placed, in words.
    pub(crate) fn placement(&self) -> &'static str {
        if self.is_pinned {
            "server on CPU 0, generator on CPU 1"
        } else {
            "server and generator on the same CPU, so that the figures are rough"
        }
    }

    /// What has to be known to read the table.
    pub(crate) fn heading(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { cpu, cpus, kernel, memory_mib, repeats, .. } = self;
        writeln!(
            out,
            "{cpus} × {cpu}, {memory_mib} MiB, Linux {kernel}; plain text on loopback; {}",
            self.placement()
        )?;
        for (name, version) in &self.servers {
            writeln!(out, "  {name:<12} {version}")?;
        }
        writeln!(
            out,
            "Medians of {repeats} (below: least .. most). ×I: times the figure of inspircd, ×F: of floor."
        )?;
        writeln!(
            out,
            "Every delivery checked: each reader once, each sender's order, in a room one order for all."
        )?;
        writeln!(
            out,
            "A dash: that server cannot do it. Where others' or stolen CPU is not near 0, the figures are disturbed."
        )
    }
}

/// What stands behind `key` and a colon.
fn value<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let (name, value) = line.split_once(':')?;
    (name.trim() == key).then(|| value.trim())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_is_what_stands_behind_its_own_key() {
        assert_eq!(value("model name\t: A CPU: fast", "model name"), Some("A CPU: fast"));
        assert_eq!(value("model\t\t: 85", "model name"), None);
    }
}
