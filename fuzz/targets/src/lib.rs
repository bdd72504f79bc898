//! Everything in chatd that takes bytes from strangers, as functions from bytes to nothing that fail when a promise is broken.
//!
//! Owns the promises (each function's text names them) and the seeds. Knows no fuzzer: `fuzz/` gives these functions to libFuzzer,
//! and the test below gives them the seeds, so that what was found once is found again without one.

mod configuration;
mod control;
mod line;
mod masks;
mod message;
mod modes;
mod proxy;
mod server;
mod session;
mod tags;
#[cfg(test)]
mod tests;
mod websocket;

pub use configuration::configuration;
pub use control::control;
pub use line::line;
pub use masks::masks;
pub use message::message;
pub use modes::modes;
pub use proxy::proxy;
pub use session::{plain, session};
pub use tags::tags;
pub use websocket::{handshake, websocket};

/// A promise about any bytes.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its program and of its directory of seeds.
pub const TARGETS: [(&str, Target); 12] = [
    ("configuration", configuration),
    ("control", control),
    ("handshake", handshake),
    ("line", line),
    ("masks", masks),
    ("message", message),
    ("modes", modes),
    ("plain", plain),
    ("proxy", proxy),
    ("session", session),
    ("tags", tags),
    ("websocket", websocket),
];

/// The longest text that a target looks at: the time of a case stays short, and no bound in chatd lies beyond it.
const TEXT_MAX: usize = 16 * 1024;

/// The text in `data`, if it is one of bearable length.
fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok().filter(|text| text.len() <= TEXT_MAX)
}
