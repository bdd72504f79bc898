//! The IRC protocol as text: messages are parsed and written here, their meaning is somebody else's.

pub mod encode;
pub mod message;
pub mod numeric;
pub mod tags;

pub use encode::LineWriter;
pub use message::{BODY_MAX, LengthLimits, Message, ParseError, TAGS_MAX_CLIENT, check_lengths};
pub use numeric::Numeric;
pub use tags::Tags;
