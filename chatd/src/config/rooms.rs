//! `[rooms]`: how rooms are run. Owns no mode: what there is stands in the domain's tables.

use super::section::Section;
use super::value;
use super::writer::Writer;

/// What holds for all rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rooms {
    /// Whether there are the ranks owner (`q`, `~`) and admin (`a`, `&`). Then `q` is no list, and `~m:` alone silences.
    pub owner_ranks: bool,
}

impl Rooms {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let rooms = Self { owner_ranks: section.value("owner-ranks", default.owner_ranks, value::flag) };
        section.finish();
        rooms
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[rooms]").plain("owner-ranks", self.owner_ranks);
    }
}
