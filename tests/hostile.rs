//! Clients that mean harm: whatever they say, do or leave undone, nobody else is harmed. One file for each kind of attack; which
//! advisory of other servers each test stands for is in `docs/irc.md`.

mod bytes;
mod crowd;
mod labels;
mod lengths;
mod names;
mod slow;
mod strangers;
mod visibility;

/// Lets clients speak as fast as they like.
const UNPACED: &str = "input-rate = 1000000\ninput-burst = 1000000";
