//! A process of this machine, as proc(5) shows it.
//!
//! Owns telling whether it is still there, although its number may be given to another. It must never send it anything.

use std::fs;

/// A process, by its number and when it began.
pub(super) struct Process {
    pid: u32,
    began: u64,
}

/// What of /proc/PID/stat is of interest.
#[derive(Debug, PartialEq, Eq)]
struct Stat<'a> {
    name: &'a str,
    state: &'a str,
    threads: u64,
    /// In ticks since the machine was started.
    began: u64,
}

impl Process {
    /// The chatd with this number; none if there is none that can be seen, as when the number is one of another container.
    pub(super) fn of_chatd(pid: u32) -> Option<Self> {
        let text = text_of(pid)?;
        let stat = Stat::parse(&text).filter(|stat| stat.name == "chatd")?;
        Some(Self { pid, began: stat.began })
    }

    /// Whether it is gone, and all that it held open with it. One that nobody has asked for its exit status yet is gone, too.
    pub(super) fn has_ended(&self) -> bool {
        let Some(text) = text_of(self.pid) else { return true };
        Stat::parse(&text).is_none_or(|stat| stat.began != self.began || stat.is_dead())
    }
}

impl<'a> Stat<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        // The name may hold blanks and brackets; behind the last bracket come words: field 3, the state, is the first.
        let (head, rest) = text.rsplit_once(')')?;
        let name = head.split_once('(')?.1;
        let words = rest.split_whitespace().collect::<Vec<_>>();
        let number = |field: usize| words.get(field - 3)?.parse().ok();
        Some(Self { name, state: words.first()?, threads: number(20)?, began: number(22)? })
    }

    /// The first thread may be dead before the others, which then still hold locks and files.
    fn is_dead(&self) -> bool {
        matches!(self.state, "Z" | "X") && self.threads <= 1
    }
}

fn text_of(pid: u32) -> Option<String> {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok()
}

#[cfg(test)]
mod tests {
    use super::{Process, Stat};

    #[test]
    fn a_line_of_proc_is_read_whatever_the_name_is() {
        let tail = "1 2 2 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 4711 8 9";
        let line = |name: &str, state: &str| format!("17 ({name}) {state} {tail}");
        let text = line("a) S (b", "Z");
        let stat = Stat::parse(&text).unwrap();
        assert_eq!(stat, Stat { name: "a) S (b", state: "Z", threads: 3, began: 4711 });
        assert!(!stat.is_dead(), "two other threads are alive");
        assert!(Stat { threads: 1, ..stat }.is_dead());
        assert_eq!(Stat::parse("17 (chatd) S 1"), None);
    }

    #[test]
    fn what_is_no_chatd_is_not_watched_and_another_with_the_same_number_is_not_the_same() {
        assert!(Process::of_chatd(std::process::id()).is_none(), "this is a test");
        assert!(Process { pid: std::process::id(), began: 1 }.has_ended());
    }
}
