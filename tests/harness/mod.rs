//! What the conversations are written with: daemons, clients, chatctl. Knows processes and sockets, asserts nothing about
//! chat by itself.

mod client;
mod ctl;
mod daemon;
mod glob;
mod http;
mod lines;
mod namespace;
mod notify;
mod operator;
mod process;
mod proxy;
mod pty;
mod stored;
pub(crate) mod tls;
mod tool;
mod transcript;
mod wait;
pub(crate) mod websocket;
mod wire;
mod witness;

pub(crate) use client::Client;
pub(crate) use ctl::{command, ctl};
pub(crate) use daemon::{Daemon, command as chatd_in, private_directory};
pub(crate) use glob::glob;
pub(crate) use http::{http, http_get};
pub(crate) use lines::LineClient;
pub(crate) use namespace::{SmallDisk, with_private_mounts};
pub(crate) use operator::{operator, with_operator};
pub(crate) use process::chatd;
pub(crate) use proxy::Proxy;
pub(crate) use pty::Pty;
pub(crate) use stored::{entry, history, json, texts};
pub(crate) use tool::Tool;
pub(crate) use wait::{DEADLINE, until};
pub(crate) use websocket::WebClient;
pub(crate) use wire::Wire;
pub(crate) use witness::Witness;
