//! Connections without sockets: frames as clients send them, and as nobody should, in any pieces.

mod hostile;
mod reading;
mod stage;
mod writing;
