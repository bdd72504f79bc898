//! The control API's bodies, queries and streams: taken or refused, and what is taken can be said again.

use chat_proto::control::{
    AuditEntry, CheckRequest, ClientInfo, DrainRequest, Entry, KickRequest, LogSetting, LogStreamLine,
    Problem, RoomInfo, SayRequest, WatchLine,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The first byte chooses the type; the rest is JSON.
pub fn control(data: &[u8]) {
    let [kind, json @ ..] = data else { return };
    /// What reads each type, in the order of the first byte.
    const KINDS: [fn(&[u8]); 12] = [
        twice::<KickRequest>,
        twice::<SayRequest>,
        twice::<CheckRequest>,
        twice::<DrainRequest>,
        twice::<LogSetting>,
        twice::<Entry>,
        twice::<WatchLine>,
        twice::<LogStreamLine>,
        twice::<AuditEntry>,
        twice::<ClientInfo>,
        twice::<RoomInfo>,
        twice::<Problem>,
    ];
    // Seeds are texts, so the letters from `a` on choose.
    KINDS[usize::from(kind.wrapping_sub(b'a')) % KINDS.len()](json);
}

fn twice<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(json) else { return };
    let text = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&text).expect("what was written can be read");
    assert_eq!(again, value);
}
