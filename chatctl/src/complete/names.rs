//! Names of who and what is there at this moment, for completion.
//!
//! Owns how long they are believed. Whatever fails offers nothing: a person is typing.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chat_proto::control::{ClientInfo, RoomInfo, path};

use crate::client::{Call, Client};
use crate::socket;

/// How long a person may be kept waiting.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long names are believed.
const FRESH: Duration = Duration::from_secs(2);

/// What a name can be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A client.
    Nick,
    /// A room.
    Room,
}

impl Kind {
    /// What such a name is.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::Nick => "client",
            Self::Room => "room",
        }
    }
}

/// Names, and when they were asked for.
type Asked = (Instant, Vec<(Kind, String)>);

/// Names that are asked for when they are needed.
pub(crate) struct Names {
    socket: Option<PathBuf>,
    known: RefCell<Option<Asked>>,
}

impl Names {
    /// Those of the daemon behind a socket, or behind the usual one.
    pub(crate) fn new(socket: Option<PathBuf>) -> Self {
        Self { socket, known: RefCell::new(None) }
    }

    /// All names of a kind.
    pub(crate) fn of(&self, kind: Kind) -> Vec<String> {
        let mut known = self.known.borrow_mut();
        if known.as_ref().is_none_or(|(asked, _)| asked.elapsed() > FRESH) {
            *known = Some((Instant::now(), self.ask()));
        }
        let all = known.iter().flat_map(|(_, names)| names);
        all.filter(|(of, _)| *of == kind).map(|(_, name)| name.clone()).collect()
    }

    fn ask(&self) -> Vec<(Kind, String)> {
        let Ok(socket) = socket::locate(self.socket.as_deref()) else { return Vec::new() };
        let client = Client::new(socket, PATIENCE);
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
            return Vec::new();
        };
        runtime.block_on(async {
            let clients = client.attempt::<Vec<ClientInfo>>(Call::get("complete", path::CLIENTS)).await;
            let rooms = client.attempt::<Vec<RoomInfo>>(Call::get("complete", path::ROOMS)).await;
            let nicks = clients.unwrap_or_default().into_iter().filter_map(|one| one.nick);
            let rooms = rooms.unwrap_or_default().into_iter().map(|room| room.name);
            nicks.map(|nick| (Kind::Nick, nick)).chain(rooms.map(|room| (Kind::Room, room))).collect()
        })
    }
}
