//! Messages to the desk: each is stored before its receipt, and each client waits for the receipt before it goes on.

use std::time::Instant;

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use crate::connection::{Connection, SMALL, drive, has_word};
use crate::daemon::Daemon;
use crate::load::Load;
use crate::meter::{Meter, Spent, percentiles};
use crate::report::Figure;

/// All clients write at once.
pub(crate) fn desk(load: &Load) -> Result<Vec<Figure>> {
    let daemon = Daemon::start("sync = \"every-second\"")?;
    let (spent, seconds) = drive(consult(&daemon, load))?;
    let messages = (load.desk_clients * load.desk_messages) as f64;
    let mut figures = vec![
        Figure::new("stored messages", "/s", messages / spent.elapsed_s),
        Figure::new("daemon CPU per stored message", "µs", spent.daemon_s * 1e6 / messages),
    ];
    figures.extend(percentiles(["receipt p50", "receipt p99"], seconds));
    figures.extend(spent.figures());
    Ok(figures)
}

async fn consult(daemon: &Daemon, load: &Load) -> Result<(Spent, Vec<f32>)> {
    let mut clients = Vec::new();
    for index in 0..load.desk_clients {
        let mut client = Connection::register(daemon.address(), &format!("c{index}"), SMALL).await?;
        client.settle("").await?;
        clients.push(client);
    }
    let meter = Meter::start(daemon)?;
    let mut running = JoinSet::new();
    for client in clients {
        running.spawn(ask(client, load.desk_messages));
    }
    let mut seconds = Vec::new();
    while let Some(times) = running.join_next().await {
        seconds.extend(times??);
    }
    Ok((meter.stop()?, seconds))
}

async fn ask(mut client: Connection, messages: usize) -> Result<Vec<f32>> {
    let mut seconds = Vec::with_capacity(messages);
    for number in 0..messages {
        let question =
            format!("PRIVMSG desk :could you please have a look at my question number {number:07}\r\n");
        let begin = Instant::now();
        client.write(question.as_bytes()).await?;
        let mut receipts = 0;
        while receipts == 0 {
            client.read(|line| receipts += usize::from(is_receipt(line))).await?;
        }
        ensure!(receipts == 1, "a message had {receipts} receipts");
        seconds.push(begin.elapsed().as_secs_f32());
    }
    Ok(seconds)
}

/// The desk acknowledges by a notice with the default words of `desk.receipt`.
fn is_receipt(line: &[u8]) -> bool {
    line.starts_with(b":desk!")
        && has_word(line, b"NOTICE")
        && line.trim_ascii_end().ends_with(b"answer here")
}
