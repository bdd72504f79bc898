//! Names for the variants of an enum, each beside its variant, so that they can be logged and counted. Knows none of them.

/// Gives an enum `KINDS`, the short constant names of its variants, `place`, which of them a value is, and `kind`, its name.
macro_rules! kinds {
    ($type:ident { $($variant:ident => $name:literal,)+ }) => {
        impl $type {
            /// The short constant names of all kinds, for logs, metrics and `chatctl`; each once.
            pub const KINDS: [&'static str; [$($name),+].len()] = [$($name),+];

            /// Which of [`Self::KINDS`] this is.
            #[must_use]
            pub fn place(&self) -> usize {
                enum Place { $($variant),+ }
                (match self { $(Self::$variant { .. } => Place::$variant),+ }) as usize
            }

            /// A short constant name for logs, metrics and `chatctl`.
            #[must_use]
            pub fn kind(&self) -> &'static str {
                Self::KINDS[self.place()]
            }
        }
    };
}

pub(super) use kinds;
