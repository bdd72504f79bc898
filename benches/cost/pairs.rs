//! Direct messages: pairs that answer each other, one message of each pair under way.

use std::time::Instant;

use anyhow::{Result, ensure};
use tokio::task::JoinSet;

use crate::connection::{Connection, SMALL, drive, has_word};
use crate::daemon::Daemon;
use crate::load::Load;
use crate::meter::{Meter, Spent, percentiles};
use crate::report::Figure;

/// All pairs play at once.
pub(crate) fn ping_pong(load: &Load) -> Result<Vec<Figure>> {
    let daemon = Daemon::start("enabled = false")?;
    let (spent, seconds) = drive(play(&daemon, load))?;
    let messages = (load.pairs * load.rounds * 2) as f64;
    let mut figures = vec![
        Figure::new("daemon CPU per message", "µs", spent.daemon_s * 1e6 / messages),
        Figure::new("messages", "/s", messages / spent.elapsed_s),
    ];
    figures.extend(percentiles(["round trip p50", "round trip p99"], seconds));
    figures.extend(spent.figures());
    Ok(figures)
}

async fn play(daemon: &Daemon, load: &Load) -> Result<(Spent, Vec<f32>)> {
    let mut pairs = Vec::new();
    for pair in 0..load.pairs {
        let mut one = Connection::register(daemon.address(), &format!("a{pair}"), SMALL).await?;
        let mut other = Connection::register(daemon.address(), &format!("b{pair}"), SMALL).await?;
        one.settle("").await?;
        other.settle("").await?;
        pairs.push((one, other));
    }
    let meter = Meter::start(daemon)?;
    let mut running = JoinSet::new();
    for (pair, (one, other)) in pairs.into_iter().enumerate() {
        running.spawn(serve(one, format!("b{pair}"), load.rounds));
        running.spawn(answer(other, format!("a{pair}"), load.rounds));
    }
    let mut seconds = Vec::new();
    while let Some(times) = running.join_next().await {
        seconds.extend(times??);
    }
    Ok((meter.stop()?, seconds))
}

/// Begins each round and times it.
async fn serve(mut player: Connection, to: String, rounds: usize) -> Result<Vec<f32>> {
    let mut seconds = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let begin = Instant::now();
        player.write(message(&to, round).as_bytes()).await?;
        catch(&mut player, round).await?;
        seconds.push(begin.elapsed().as_secs_f32());
    }
    Ok(seconds)
}

/// Answers each round; has no times of its own.
async fn answer(mut player: Connection, to: String, rounds: usize) -> Result<Vec<f32>> {
    for round in 0..rounds {
        catch(&mut player, round).await?;
        player.write(message(&to, round).as_bytes()).await?;
    }
    Ok(Vec::new())
}

fn message(to: &str, round: usize) -> String {
    format!("PRIVMSG {to} :a message about as long as what people write each other {round:07}\r\n")
}

/// Waits for one message and checks that it is the only one and the right one.
async fn catch(player: &mut Connection, round: usize) -> Result<()> {
    let wanted = format!(" {round:07}");
    let (mut right, mut wrong) = (0, 0);
    while right + wrong == 0 {
        let see = |line: &[u8]| {
            if has_word(line, b"PRIVMSG") {
                let is_right = line.trim_ascii_end().ends_with(wanted.as_bytes());
                *(if is_right { &mut right } else { &mut wrong }) += 1;
            }
        };
        player.read(see).await?;
    }
    ensure!((right, wrong) == (1, 0), "a message was lost or repeated");
    Ok(())
}
