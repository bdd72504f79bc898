//! The numeric replies: their names, codes and usual texts, as one table. Knows nothing of when to send them.

mod table;

use table::TABLE;

/// A numeric reply or error. Only those in the table exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Numeric(u16);

impl Numeric {
    /// The numeric with this code, if the table has it.
    pub fn from_code(code: u16) -> Option<Self> {
        let numeric = Self(code);
        numeric.entry().map(|_| numeric)
    }

    /// The three digits that stand in place of a verb.
    pub const fn code(self) -> [u8; 3] {
        [digit(self.0 / 100), digit(self.0 / 10), digit(self.0)]
    }

    /// The name that the documentation uses, such as `ERR_NOSUCHNICK`.
    pub fn name(self) -> &'static str {
        self.entry().map_or("", |entry| entry.1)
    }

    /// The usual last parameter; empty for numerics whose last parameter is data.
    pub fn text(self) -> &'static str {
        self.entry().map_or("", |entry| entry.2)
    }

    fn entry(self) -> Option<&'static (Self, &'static str, &'static str)> {
        TABLE.binary_search_by_key(&self, |entry| entry.0).ok().map(|at| &TABLE[at])
    }
}

const fn digit(n: u16) -> u8 {
    b'0' + (n % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::{Numeric, TABLE};

    #[test]
    fn the_table_is_sorted_and_no_code_occurs_twice() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].1, pair[1].1);
        }
    }

    #[test]
    fn every_code_is_below_1000_so_that_three_digits_are_enough() {
        assert!(TABLE.iter().all(|entry| (1..1000).contains(&entry.0.0)));
    }

    #[test]
    fn names_say_whether_it_is_an_error() {
        // 7xx and 9xx mix replies and errors, the older ranges do not.
        for (numeric, name, _) in TABLE {
            match numeric.0 {
                1..400 => assert!(name.starts_with("RPL_"), "{name}"),
                400..600 => assert!(name.starts_with("ERR_"), "{name}"),
                _ => assert!(name.starts_with("RPL_") || name.starts_with("ERR_"), "{name}"),
            }
        }
    }

    #[test]
    fn codes_have_leading_zeros() {
        assert_eq!(&Numeric::RPL_WELCOME.code(), b"001");
        assert_eq!(&Numeric::ERR_NOSUCHNICK.code(), b"401");
    }

    #[test]
    fn a_numeric_knows_its_name_and_text() {
        assert_eq!(Numeric::ERR_NOSUCHNICK.name(), "ERR_NOSUCHNICK");
        assert_eq!(Numeric::ERR_NOSUCHNICK.text(), "No such nick/channel");
        assert_eq!(Numeric::from_code(401), Some(Numeric::ERR_NOSUCHNICK));
        assert_eq!(Numeric::from_code(0), None);
    }
}
