//! Clients that people use, as they are shipped: each has the same conversation with a client of ours, in both directions.

mod bench;
mod conversation;
mod ii;
mod irssi;
mod script;
mod sic;
mod web;
mod weechat;
