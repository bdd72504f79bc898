//! From the owner to the sessions: a notice encoded once per variant and shared, and the bounded outbox of each client.
//!
//! Knows no dialect: how a notice is encoded comes in as a function. Never waits for a client.

pub mod broadcast;
pub mod outbox;
