//! The state of the chat and its rules.
//!
//! A [`Request`](request::Request) or [`Command`](command::Command) is decided against the state and yields events or a
//! refusal; an applied event changes the state and says who is told.
//!
//! The domain does no I/O, reads no clock, draws no random number, holds no lock and knows no dialect: the time comes
//! in with the request, ids and sequence numbers come in with the event.

pub mod apply;
pub mod client;
mod cloak;
pub mod command;
pub mod decide;
pub mod desk;
pub mod disconnect;
pub mod event;
pub mod formatting;
pub mod id;
mod kinds;
pub mod listed;
pub mod message;
pub mod mode;
mod names;
pub mod notice;
pub mod origin;
pub mod people;
pub mod policy;
pub mod query;
pub mod recent;
pub mod refusal;
pub mod reply;
pub mod request;
pub mod room;
pub mod secure;
pub mod state;
#[cfg(test)]
mod tests;
