//! The seeds, as they are and a little damaged, go through their targets.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::TARGETS;

/// Damaged copies of each seed.
const COPIES: u64 = 24;

fn seeds_of(target: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus-seeds").join(target);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Changes some bytes; the same for the same number.
fn damage(seed: &[u8], number: u64) -> Vec<u8> {
    /// Bytes that mean something somewhere.
    const SPECIAL: &[u8] = b"\0\r\n :@!#,;*?\\+-=\x01\xff\xc3";
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut below = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % most.max(1) as u64).unwrap()
    };
    let mut bytes = seed.to_vec();
    for _ in 0..=below(4) {
        let at = below(bytes.len());
        match below(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, SPECIAL[below(SPECIAL.len())]),
            2 => bytes.extend_from_within(at..),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = SPECIAL[below(SPECIAL.len())]),
        }
    }
    bytes
}

#[test]
fn the_corpus_runs_clean() {
    for (name, target) in TARGETS {
        let seeds = seeds_of(name);
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for path in seeds {
            let seed = fs::read(&path).unwrap();
            let copies = (1..=COPIES).map(|number| damage(&seed, number));
            for (number, case) in std::iter::once(seed.clone()).chain(copies).enumerate() {
                let done = catch_unwind(AssertUnwindSafe(|| target(&case)));
                let shown = String::from_utf8_lossy(&case);
                assert!(done.is_ok(), "{}, copy {number}: {shown:?}", path.display());
            }
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let manifest = include_str!("../../Cargo.toml");
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml has no program {name}");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fuzz_targets/{name}.rs"));
        assert!(fs::read_to_string(&program).unwrap().contains(&format!("chat_fuzz::{name}(")), "{name}");
    }
}
