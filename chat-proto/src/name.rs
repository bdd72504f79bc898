//! Names of people and rooms, and when two of them are the same. Case folding happens here and nowhere else.

mod fold;
mod parse;
#[cfg(test)]
mod tests;

pub use fold::{CaseMapping, Folded};
pub use parse::{NameError, Nick, RoomName};
