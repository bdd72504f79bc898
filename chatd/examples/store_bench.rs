//! Prints what the store manages on this machine's disk: messages a second and the latency of a commit, for each mode of
//! `history.sync` and several sizes of a group.
//!
//! `cargo run --release --example store_bench [DIRECTORY]`; without a directory, the system's for temporary files.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use chat_proto::name::RoomName;
use chatd::config::{History, Sync};
use chatd::domain::id::{RoomId, Seq, Time};
use chatd::domain::message::{Author, Conversation, Message, MessageKind};
use chatd::store::{Body, Committed, Record, Store, Writer};

const ROOMS: u64 = 1_000;
const TEXT_BYTES: usize = 200;
const EACH: Duration = Duration::from_millis(1_000);

fn main() -> anyhow::Result<()> {
    let parent = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{TEXT_BYTES}-byte messages in {ROOMS} rooms, {} ms a line", EACH.as_millis())?;
    writeln!(out, "mode          group  waiting  messages/s   commit p50      p99      max")?;
    for sync in [Sync::Always, Sync::EverySecond, Sync::Never] {
        for (size, waiting) in [(1, 1), (64, 1), (256, 1), (256, 3)] {
            let directory = tempfile::tempdir_in(&parent)?;
            let history = History { sync, keep_days: 0, keep_count: 0, ..History::default() };
            let (store, opened) = Store::open(directory.path(), &history)?;
            let mut run = Run { writer: store.writer(), next: opened.next_seq.0, latencies: Vec::new() };
            let rate = run.for_a_while(size, waiting)?;
            store.close()?;
            run.latencies.sort_unstable();
            let [p50, p99, max] = [0.50, 0.99, 1.0].map(|q| quantile(&run.latencies, q));
            let mode = format!("{sync:?}");
            writeln!(out, "{mode:12} {size:6} {waiting:8} {rate:11.0} {p50:9} µs {p99:5} µs {max:5} µs")?;
        }
    }
    Ok(())
}

struct Run {
    writer: Writer,
    next: u64,
    latencies: Vec<u128>,
}

impl Run {
    /// Keeps `waiting` groups handed over; returns messages a second.
    fn for_a_while(&mut self, size: u64, waiting: usize) -> anyhow::Result<f64> {
        let (start, first) = (Instant::now(), self.next);
        let mut open = VecDeque::new();
        while start.elapsed() < EACH {
            open.push_back(self.hand_over(size)?);
            if open.len() >= waiting {
                self.wait(open.pop_front())?;
            }
        }
        while !open.is_empty() {
            self.wait(open.pop_front())?;
        }
        Ok((self.next - first) as f64 / start.elapsed().as_secs_f64())
    }

    fn hand_over(&mut self, size: u64) -> anyhow::Result<(Instant, Committed)> {
        let group = (self.next..self.next + size).map(message).collect::<anyhow::Result<Vec<_>>>()?;
        self.next += size;
        let committed = self.writer.commit(group).map_err(|_| anyhow!("the store takes no more"))?;
        Ok((Instant::now(), committed))
    }

    fn wait(&mut self, handed_over: Option<(Instant, Committed)>) -> anyhow::Result<()> {
        let (since, committed) = handed_over.context("nothing was handed over")?;
        committed.blocking_recv()??;
        self.latencies.push(since.elapsed().as_micros());
        Ok(())
    }
}

fn message(seq: u64) -> anyhow::Result<Record> {
    let name = RoomName::parse(&format!("#room{}", seq.wrapping_mul(7_919) % ROOMS), 64)?;
    let message = Message {
        at: Time(seq),
        from: Author { client: None, source: "alice!alice@host.example".into(), operator: None },
        to: Conversation::Room { id: RoomId { slot: 0, serial: 0 }, name },
        kind: MessageKind::Privmsg,
        text: "x".repeat(TEXT_BYTES).into(),
        tags: None,
    };
    Ok(Record { seq: Seq(seq), at: Time(seq), body: Body::Message(message.into()) })
}

fn quantile(sorted: &[u128], q: f64) -> u128 {
    sorted[((sorted.len() - 1) as f64 * q) as usize]
}
