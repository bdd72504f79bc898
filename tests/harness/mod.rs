//! What the conversations are written with: daemons, clients, chatctl. Knows processes and sockets, asserts nothing about
//! chat by itself.

mod client;
mod ctl;
mod daemon;
mod glob;
mod lines;
mod notify;
mod operator;
mod process;
mod transcript;
mod wait;
mod wire;

pub(crate) use client::Client;
pub(crate) use ctl::ctl;
pub(crate) use daemon::Daemon;
pub(crate) use glob::glob;
pub(crate) use lines::LineClient;
pub(crate) use operator::{operator, with_operator};
pub(crate) use process::chatd;
pub(crate) use wait::{DEADLINE, until};
