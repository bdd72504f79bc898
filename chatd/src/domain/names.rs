//! Names and who has them: a table of slots alone. The names themselves stay where they are shown from, so that a name costs a
//! few bytes here and looking one up allocates nothing. What is kept of a name's hash saves looking at names that are not it, and
//! at all of them when the table grows.

use std::hash::{BuildHasher, Hasher};

use chat_proto::name::CaseMapping;
use hashbrown::HashTable;

/// Bytes that are folded at a time; most names fit.
const CHUNK: usize = 64;

/// Which slot has which name. Every question brings along how to read the name of a slot.
#[derive(Debug)]
pub(super) struct Names {
    /// How names are compared.
    folding: CaseMapping,
    holders: HashTable<Holder>,
    /// Seeded at random, so that nobody can work out beforehand which names collide.
    seed: foldhash::fast::RandomState,
}

/// Who has a name.
#[derive(Clone, Copy, Debug)]
struct Holder {
    slot: u32,
    /// Of the name's hash.
    half: u32,
}

impl Names {
    pub(super) fn new(folding: CaseMapping) -> Self {
        Self { folding, holders: HashTable::new(), seed: foldhash::fast::RandomState::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.holders.len()
    }

    /// The slot of this name, however it is written.
    pub(super) fn find<'s>(&self, name: &str, name_of: impl Fn(u32) -> &'s str) -> Option<u32> {
        let half = self.half(name);
        let is_it = |holder: &Holder| holder.half == half && self.folding.same(name_of(holder.slot), name);
        self.holders.find(whole(half), is_it).map(|holder| holder.slot)
    }

    /// Notes that `slot` has `name`, which nobody may have yet.
    pub(super) fn insert(&mut self, name: &str, slot: u32) {
        let half = self.half(name);
        self.holders.insert_unique(whole(half), Holder { slot, half }, |holder| whole(holder.half));
    }

    /// Forgets that `slot` has `name`.
    pub(super) fn remove(&mut self, name: &str, slot: u32) {
        if let Ok(entry) = self.holders.find_entry(whole(self.half(name)), |holder| holder.slot == slot) {
            entry.remove();
        }
    }

    fn half(&self, name: &str) -> u32 {
        let hash = hash(self.folding, &self.seed, name);
        (hash ^ (hash >> 32)) as u32
    }
}

/// The table looks at both ends of a hash.
fn whole(half: u32) -> u64 {
    u64::from(half) << 32 | u64::from(half)
}

/// Equal for names that are the same; allocates nothing.
fn hash(folding: CaseMapping, seed: &foldhash::fast::RandomState, name: &str) -> u64 {
    let mut hasher = seed.build_hasher();
    let mut folded = [0; CHUNK];
    for part in name.as_bytes().chunks(CHUNK) {
        let folded = &mut folded[..part.len()];
        for (to, byte) in folded.iter_mut().zip(part) {
            *to = folding.fold_byte(*byte);
        }
        hasher.write(folded);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use chat_proto::name::CaseMapping;

    use super::{CHUNK, Names};

    #[test]
    fn a_name_is_found_however_it_is_written_also_where_it_is_longer_than_a_chunk() {
        for length in [1, CHUNK, CHUNK + 1, 3 * CHUNK] {
            let (small, large) = ("{".repeat(length), "[".repeat(length));
            let mut names = Names::new(CaseMapping::Rfc1459);
            names.insert(&small, 7);
            assert_eq!(names.find(&large, |_| small.as_str()), Some(7));
            assert_eq!(names.find(&large[1..], |_| small.as_str()), None);
            names.remove(&large, 8);
            assert_eq!(names.len(), 1, "another slot has not this name");
            names.remove(&large, 7);
            assert_eq!(names.find(&small, |_| small.as_str()), None);
        }
    }

    #[test]
    fn every_name_is_still_found_when_the_table_has_grown() {
        let all: Vec<String> = (0..1000).map(|number| format!("Nick{number}")).collect();
        let name_of = |slot: u32| all[slot as usize].as_str();
        let mut names = Names::new(CaseMapping::Ascii);
        for (slot, name) in (0..).zip(&all) {
            names.insert(name, slot);
        }
        for (slot, name) in (0..).zip(&all) {
            assert_eq!(names.find(&name.to_uppercase(), name_of), Some(slot));
        }
    }
}
