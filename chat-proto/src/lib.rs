//! What daemon and tools share: names and their case folding, line framing, IRC messages and numerics, and the types of
//! the control API.
//!
//! Nothing here does I/O, knows the time, or depends on a runtime; bytes and text come in, values go out.

pub mod control;
pub mod host;
pub mod irc;
pub mod line;
pub mod mask;
pub mod name;
pub mod network;
pub mod size;
pub mod source;
