//! The end-to-end tests: real executables, real sockets, one daemon for each test. A test reads as a conversation; what the
//! domain can show without a socket is tested there.
#![expect(clippy::unwrap_used, reason = "a harness has nobody to hand an error to: it fails the test")]

mod harness;

mod ask;
mod backup;
mod capabilities;
mod control;
mod database;
mod descriptors;
mod desk;
mod durability;
mod full_disk;
mod hostile;
mod hosts;
mod labels;
mod lifecycle;
mod lines;
mod low_disk;
mod metrics;
mod multiline;
mod operators;
mod order;
mod people;
mod pressure;
mod proxy_protocol;
mod real_clients;
mod record;
mod redact;
mod registration;
mod reload;
mod rename;
mod restore;
mod rooms;
mod startup;
mod talk;
mod terminal;
mod tidy;
mod tls;
mod top;
mod units;
mod user_client;
mod watch;
mod websocket;
