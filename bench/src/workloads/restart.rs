//! A start with a large store: how long until chatd is ready, and until it has answered for history.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::Stage;
use super::fan_out::FanOut;
use crate::crowd;
use crate::figure::Figure;
use crate::load::Load;
use crate::meter;
use crate::servers::{self, History, Home, Wish};
use crate::swarm::Swarm;

/// Members of the room whose messages fill the store; all of them send.
const MEMBERS: usize = 10;
/// Messages of each of them that may be under way.
const WINDOW: usize = 64;
/// Messages that history is asked for.
const COUNT: usize = 100;

pub(super) fn about(load: &Load) -> String {
    format!("chatd starts with {} messages in its store, then is asked for the last {COUNT}", load.stored)
}

pub(crate) fn measure(stage: &Stage<'_>) -> Result<Vec<Figure>> {
    let home = match stage.filled.get() {
        Some(home) => home,
        None => {
            let home = fill(stage)?;
            stage.filled.get_or_init(|| home)
        }
    };
    let wish = Wish::history(History::On("every-second"));
    let (server, start) = stage.server.start_at(stage.chatd, wish, Home::Lent(home.path().into()))?;
    let resident = meter::resident(server.pid())?;
    let first = last_messages(&server.control())?;
    let again = last_messages(&server.control())?;
    server.stop()?;
    Ok(vec![
        Figure::new("until READY=1", "ms", start.as_secs_f64() * 1e3),
        Figure::new("first query", "ms", first.as_secs_f64() * 1e3),
        Figure::new("second query", "ms", again.as_secs_f64() * 1e3),
        Figure::beside("RSS when ready", "MiB", resident / f64::from(1 << 20)),
    ])
}

/// A store that a chatd has filled, message by message, as people would.
fn fill(stage: &Stage<'_>) -> Result<TempDir> {
    let home = servers::empty_home()?;
    let wish = Wish::history(History::On("never"));
    let (server, _) = stage.server.start_at(stage.chatd, wish, Home::Lent(home.path().into()))?;
    let mut swarm = Swarm::new(server.address(), server.at_once())?;
    crowd::register(&mut swarm, MEMBERS)?;
    crowd::join(&mut swarm, (0..MEMBERS).map(|member| (member, "#kept".to_owned())))?;
    let mut talk = FanOut::new("#kept", MEMBERS, MEMBERS, stage.load.stored / MEMBERS, WINDOW);
    swarm.run(&mut talk)?;
    crowd::settle(&mut swarm, &mut talk)?;
    drop(swarm);
    server.stop().context("after its store was filled")?;
    Ok(home)
}

/// How long it took until all of the last messages were here.
fn last_messages(socket: &Path) -> Result<Duration> {
    let begin = Instant::now();
    let answer = history(socket, "kept", COUNT)?;
    let took = begin.elapsed();
    let count = answer.matches("the quick brown fox").count();
    ensure!(count == COUNT, "history has {count} messages instead of {COUNT}: {:.300}", answer);
    Ok(took)
}

/// What the control API answers when it is asked for the last messages of a room, which is named without its `#`.
pub(super) fn history(socket: &Path, room: &str, count: usize) -> Result<String> {
    let mut stream = UnixStream::connect(socket).context("cannot reach the control API")?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let path = format!("/v1/history?what=%23{room}&count={count}");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: chatd\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
