//! The control API over a real Unix socket, in front of a real registry and a real store.

mod changes;
mod exposition;
pub(in crate::control) mod harness;
mod history;
mod http;
mod labour;
mod metrics;
mod roles;
mod sockets;
mod views;
mod watch;
