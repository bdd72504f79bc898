//! One notice, encoded at most once per variant, however many hear it.

use std::sync::Arc;

use crate::domain::notice::Notice;

/// Encoded bytes that any number of outboxes share.
pub type Line = Arc<[u8]>;

/// Most variants there can be; `wire` has fewer.
pub const VARIANTS_MAX: usize = 8;

/// Encodes a notice for a variant, or says that this variant does not show it. The last argument is the desk as a source.
pub type Encode = fn(&Notice, u8, &str) -> Option<Vec<u8>>;

/// How notices become bytes.
#[derive(Clone, Copy, Debug)]
pub struct Encoders {
    /// For all who hear a notice.
    pub notice: Encode,
    /// For its author, where that one reads something else (echo-message of a message to the desk).
    pub echo: Encode,
}

/// A notice on its way to many.
#[derive(Debug)]
pub struct Broadcast<'a> {
    notice: &'a Notice,
    desk: &'a str,
    encode: Encode,
    made: [Option<Option<Line>>; VARIANTS_MAX],
}

impl<'a> Broadcast<'a> {
    /// Nothing is encoded yet.
    #[must_use]
    pub fn new(notice: &'a Notice, desk: &'a str, encode: Encode) -> Self {
        Self { notice, desk, encode, made: Default::default() }
    }

    /// The line for `variant`, made now if it is the first time.
    pub fn line(&mut self, variant: u8) -> Option<Line> {
        let made = self.made.get_mut(usize::from(variant))?;
        made.get_or_insert_with(|| (self.encode)(self.notice, variant, self.desk).map(Line::from)).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::Broadcast;
    use crate::domain::id::{Seq, Time};
    use crate::domain::notice::{Notice, What};

    #[test]
    fn a_variant_is_encoded_once_and_shared() {
        let what = What::Parted {
            source: "a!b@c".into(),
            room: chat_proto::name::RoomName::parse("#r", 10).unwrap(),
            reason: "".into(),
        };
        let notice = Notice { seq: Seq(1), at: Time(0), what };
        let mut broadcast = Broadcast::new(&notice, "", |_, variant, _| (variant < 2).then(|| vec![variant]));
        let first = broadcast.line(1).unwrap();
        let second = broadcast.line(1).unwrap();
        assert!(std::sync::Arc::ptr_eq(&first, &second));
        assert_eq!(&*broadcast.line(0).unwrap(), [0]);
        assert_eq!(broadcast.line(2), None);
        assert_eq!(broadcast.line(200), None);
    }
}
