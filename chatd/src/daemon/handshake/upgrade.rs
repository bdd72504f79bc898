//! The stage of WebSocket: from a request of HTTP to a stream of lines. A gateway says in the request whose connection it passes on.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{Failed, Peer, Stages, Stream};
use crate::config::Protocol;
use crate::daemon::admit::Arrival;
use crate::domain::secure::Secure;
use crate::wire::websocket::WebSocket;
use crate::wire::websocket::handshake::{Agreed, HEAD_MAX, Refusal, Rules, judge};

/// Bytes that are read together; most requests are shorter.
const CHUNK: usize = 1024;

/// Bytes of a request that are thrown away at most before the close.
const DISCARD_MAX: usize = 16 * 1024;

/// Takes the request where one must come.
pub(super) async fn pass(
    stages: Stages<'_>,
    mut arrival: Arrival<Box<dyn Stream>>,
) -> Result<Arrival<Box<dyn Stream>>, Failed> {
    if stages.entrance.protocol() != Protocol::WebSocket {
        return Ok(arrival);
    }
    match accept(stages, &mut arrival).await? {
        Ok(agreed) => {
            arrival.io.write_all(agreed.answer.as_bytes()).await?;
            arrival.io.flush().await?;
            let Arrival { io, address, place, secure } = arrival;
            let io = Box::new(WebSocket::new(io, agreed.subprotocol, stages.leaving.clone()));
            Ok(Arrival { io, address, place, secure })
        }
        Err(refusal) => {
            turn_away(&mut arrival.io, &refusal).await;
            Err(Failed::Upgrade(refusal))
        }
    }
}

async fn accept(
    Stages { entrance, peer, limits, .. }: Stages<'_>,
    arrival: &mut Arrival<Box<dyn Stream>>,
) -> Result<Result<Agreed, Refusal>, Failed> {
    let listen = &entrance.listen;
    // A gateway with the PROXY protocol has said it already, and knows nothing of the request.
    let is_believed = peer == Peer::Gateway && !listen.proxy_protocol;
    let gateways = is_believed.then_some(&*listen.proxy_from);
    let rules = Rules { origins: &listen.origins, path: &listen.path, gateways };
    let agreed = match read(&mut arrival.io, rules).await? {
        Ok(agreed) => agreed,
        refused => return Ok(refused),
    };
    if is_believed {
        let gateway = arrival.address;
        if agreed.client.is_none() {
            // Everybody behind it would be taken for one client from there, and its limits for theirs.
            tracing::warn!(%gateway, "a gateway in listen.proxy-from does not say for whom it connects: it has to send X-Forwarded-For");
        }
        if let Some(client) = agreed.client {
            // Which port it came from, no gateway says.
            arrival.address = SocketAddr::new(client, 0);
            // What protects the way from the gateway to here says nothing about the client.
            arrival.secure = agreed.is_secure.then(|| Arc::new(Secure::default()));
            tracing::debug!(peer = %arrival.address, %gateway, "a gateway passes a connection on");
        }
        if let Err(refusal) = arrival.place.move_to(arrival.address.ip(), limits) {
            return Ok(Err(Refusal::Unavailable(refusal.to_string())));
        }
    }
    Ok(Ok(agreed))
}

/// Reads the request; never more than it may have, whatever comes.
async fn read(io: &mut Box<dyn Stream>, rules: Rules<'_>) -> Result<Result<Agreed, Refusal>, Failed> {
    let mut head = Vec::with_capacity(CHUNK);
    loop {
        let begin = head.len();
        let mut chunk = [0; CHUNK];
        let room = CHUNK.min(HEAD_MAX + 1 - begin);
        let count = io.read(&mut chunk[..room]).await?;
        if count == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        head.extend_from_slice(&chunk[..count]);
        // Judged anew at the end of a line only: a request that comes byte by byte would else be read once for each.
        if !head[begin..].contains(&b'\n') && head.len() < HEAD_MAX && begin > 0 {
            continue;
        }
        match judge(&head, rules) {
            Ok(None) => {}
            Ok(Some(agreed)) => return Ok(Ok(agreed)),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
}

/// Answers in HTTP, and closes.
async fn turn_away(io: &mut Box<dyn Stream>, refusal: &Refusal) {
    // Who has gone cannot be told.
    let answered = io.write_all(refusal.answer().as_bytes()).await;
    if answered.is_err() || io.shutdown().await.is_err() {
        return;
    }
    // What is not read would turn the close into a reset, which can overtake the answer. The deadline of the handshake bounds it.
    let mut unread = [0; CHUNK];
    let mut discarded = 0;
    while discarded < DISCARD_MAX
        && let Ok(count) = io.read(&mut unread).await
        && count > 0
    {
        discarded += count;
    }
}
