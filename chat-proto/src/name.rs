//! Names of people and rooms, and when two of them are the same. Case folding happens here and nowhere else.

mod fold;
mod lookalike;
mod parse;
#[cfg(test)]
mod tests;

pub use fold::{CaseMapping, Folded};
pub use lookalike::skeleton;
pub use parse::{NameError, Nick, RoomName};
