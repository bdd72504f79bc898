//! What daemon and tools share; no I/O.

pub mod control;
