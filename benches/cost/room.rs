//! One room: how much a line costs when many senders keep the daemon busy, and when one line goes at a time. Every member's
//! receipts are counted, each sender's order is checked, and all members must have seen one order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;

use crate::connection::{Connection, LARGE, drive, has_word};
use crate::daemon::Daemon;
use crate::load::Load;
use crate::meter::{Meter, Spent, percentiles};
use crate::report::Figure;

/// Without it a text is about as long as what people write: 64 bytes with its mark.
const FILLING: &str = "the quick brown fox jumps over the lazy dog and then rests";
/// `~`, one digit for the sender, seven for the number.
const MARK: usize = 9;

/// Many senders, messages in rooms are not kept.
pub(crate) fn fan_out_history_off(load: &Load) -> Result<Vec<Figure>> {
    fan_out(load, "enabled = false")
}

/// Many senders, messages in rooms are kept, with the default promise.
pub(crate) fn fan_out_every_second(load: &Load) -> Result<Vec<Figure>> {
    fan_out(load, "enabled = true\nsync = \"every-second\"")
}

fn fan_out(load: &Load, history: &str) -> Result<Vec<Figure>> {
    let daemon = Daemon::start(history)?;
    let spent = drive(crowd(&daemon, load))?;
    let deliveries = (load.members * load.senders * load.fan_out_messages) as f64;
    let mut figures = vec![
        Figure::new("daemon CPU per 1M deliveries", "s", spent.daemon_s * 1e6 / deliveries),
        Figure::new("deliveries", "/s", deliveries / spent.elapsed_s),
    ];
    figures.extend(spent.figures());
    Ok(figures)
}

/// What one member has seen.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    /// The next number expected of each sender.
    next: [usize; 10],
    count: usize,
    /// Mixed from all marks in their order: equal for all members if the order was.
    order: u64,
    /// Lines that came twice or out of order, or were lost before others.
    faults: usize,
}

impl Tally {
    /// Counts a line if it bears a mark.
    fn see(&mut self, line: &[u8]) {
        let Some((sender, number)) = mark(line) else { return };
        self.faults += usize::from(self.next[sender] != number);
        self.next[sender] = number + 1;
        self.count += 1;
        let mark = (sender as u64) << 32 | number as u64;
        self.order = (self.order.rotate_left(5) ^ mark).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// The sender and the number that a text ends with.
fn mark(line: &[u8]) -> Option<(usize, usize)> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mark = &line[line.len().checked_sub(MARK)?..];
    if mark[0] != b'~' || !mark[1..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = mark[2..].iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    Some((usize::from(mark[1] - b'0'), number))
}

fn message(sender: usize, number: usize) -> String {
    format!("PRIVMSG #room :{FILLING:.55}~{sender}{number:07}\r\n")
}

async fn crowd(daemon: &Daemon, load: &Load) -> Result<Spent> {
    let mut members = Vec::new();
    for index in 0..load.members {
        let mut member = Connection::register(daemon.address(), &format!("m{index}"), LARGE).await?;
        let echo = if index < load.senders { "CAP REQ echo-message\r\n" } else { "" };
        member.settle(&format!("{echo}JOIN #room\r\n")).await?;
        members.push(member);
    }
    for member in &mut members {
        member.settle("").await?;
    }
    let meter = Meter::start(daemon)?;
    let mut running = JoinSet::new();
    let (messages, window) = (load.fan_out_messages, load.window);
    let all = load.senders * messages;
    for (index, member) in members.into_iter().enumerate() {
        if index < load.senders {
            running.spawn(send(member, index, messages, window, all));
        } else {
            running.spawn(listen(member, all));
        }
    }
    let mut tallies = Vec::new();
    while let Some(finished) = running.join_next().await {
        tallies.push(finished??);
    }
    let spent = meter.stop()?;
    let tallies = last_lines(tallies).await?;
    let first = tallies.first().context("no member was there")?;
    ensure!(
        tallies.iter().all(|tally| tally.count == all && tally.faults == 0),
        "a line was lost or repeated"
    );
    ensure!(tallies.iter().all(|tally| tally == first), "members saw different orders");
    Ok(spent)
}

/// Reads what came after everything had come: without this a repeated last line would not be seen.
async fn last_lines(members: Vec<(Connection, Tally)>) -> Result<Vec<Tally>> {
    let mut tallies = Vec::with_capacity(members.len());
    for (mut member, mut tally) in members {
        member.write(b"PING end\r\n").await?;
        let mut is_end = false;
        while !is_end {
            let see = |line: &[u8]| {
                tally.see(line);
                is_end |= has_word(line, b"PONG");
            };
            member.read(see).await?;
        }
        tallies.push(tally);
    }
    Ok(tallies)
}

/// Reads until everything has come. The connection stays open until the last member has finished.
async fn listen(mut member: Connection, all: usize) -> Result<(Connection, Tally)> {
    let mut tally = Tally::default();
    while tally.count < all {
        member.read(|line| tally.see(line)).await?;
    }
    Ok((member, tally))
}

/// Like [`listen`], and keeps `window` messages under way: its own come back by echo-message.
async fn send(
    mut member: Connection,
    index: usize,
    messages: usize,
    window: usize,
    all: usize,
) -> Result<(Connection, Tally)> {
    let (mut tally, mut sent) = (Tally::default(), 0);
    while tally.count < all {
        let until = messages.min(tally.next[index] + window);
        if sent < until {
            let lines: String = (sent..until).map(|number| message(index, number)).collect();
            member.write(lines.as_bytes()).await?;
            sent = until;
        }
        member.read(|line| tally.see(line)).await?;
    }
    Ok((member, tally))
}

/// One sender; the next message goes when all have the one before, so that no two deliveries share a wake-up.
pub(crate) fn one_sender(load: &Load) -> Result<Vec<Figure>> {
    let daemon = Daemon::start("enabled = false")?;
    let (spent, seconds) = drive(lecture(&daemon, load))?;
    let deliveries = (load.listeners * load.sender_messages) as f64;
    let mut figures = vec![Figure::new("daemon CPU per delivery", "µs", spent.daemon_s * 1e6 / deliveries)];
    figures.extend(percentiles(["delivery p50", "delivery p99"], seconds));
    figures.extend(spent.figures());
    Ok(figures)
}

/// What sender and listeners of [`lecture`] share.
#[derive(Debug)]
struct Round {
    missing: AtomicUsize,
    is_complete: Notify,
}

async fn lecture(daemon: &Daemon, load: &Load) -> Result<(Spent, Vec<f32>)> {
    let mut sender = Connection::register(daemon.address(), "sender", LARGE).await?;
    sender.settle("JOIN #room\r\n").await?;
    let round = Arc::new(Round { missing: AtomicUsize::new(0), is_complete: Notify::new() });
    let (say_when, when) = watch::channel(Instant::now());
    let mut running = JoinSet::new();
    let mut members = Vec::new();
    for index in 0..load.listeners {
        let mut member = Connection::register(daemon.address(), &format!("m{index}"), LARGE).await?;
        member.settle("JOIN #room\r\n").await?;
        members.push(member);
    }
    for member in &mut members {
        member.settle("").await?;
    }
    for member in members {
        running.spawn(hear(member, load.sender_messages, when.clone(), Arc::clone(&round)));
    }
    // Full: the one failure that it holds is enough to end the run.
    let (fail, mut failed) = mpsc::channel::<anyhow::Error>(1);
    let watch_over = tokio::spawn(gather(running, fail));
    sender.settle("").await?;
    let meter = Meter::start(daemon)?;
    for number in 0..load.sender_messages {
        round.missing.store(load.listeners, Ordering::Relaxed);
        say_when.send_replace(Instant::now());
        sender.write(message(0, number).as_bytes()).await?;
        tokio::select! {
            () = round.is_complete.notified() => {}
            Some(error) = failed.recv() => return Err(error),
        }
    }
    let spent = meter.stop()?;
    Ok((spent, watch_over.await?))
}

/// All times of all listeners; the first failure is told at once.
async fn gather(mut running: JoinSet<Result<Vec<f32>>>, fail: mpsc::Sender<anyhow::Error>) -> Vec<f32> {
    let mut seconds = Vec::new();
    while let Some(heard) = running.join_next().await {
        match heard.map_err(anyhow::Error::from).flatten() {
            Ok(one) => seconds.extend(one),
            Err(error) => drop(fail.try_send(error)),
        }
    }
    seconds
}

async fn hear(
    mut member: Connection,
    messages: usize,
    sent_at: watch::Receiver<Instant>,
    round: Arc<Round>,
) -> Result<Vec<f32>> {
    let (mut tally, mut seconds) = (Tally::default(), Vec::with_capacity(messages));
    while tally.count < messages {
        let before = tally.count;
        member.read(|line| tally.see(line)).await?;
        ensure!(tally.count - before <= 1 && tally.faults == 0, "a line was lost or repeated");
        if tally.count > before {
            seconds.push(sent_at.borrow().elapsed().as_secs_f32());
            if round.missing.fetch_sub(1, Ordering::Relaxed) == 1 {
                round.is_complete.notify_one();
            }
        }
    }
    Ok(seconds)
}
