//! The control API's types as documents: a JSON Schema for programs, a page for people, both from the source of `chat-proto`.
//!
//! Owns which documents there are. That source is the one place where shapes are written down: what is read there is what `chatd`
//! answers and `chatctl -o json` prints.

mod page;
pub(super) mod printed;
mod schema;
pub(super) mod source;

use std::fs;
use std::path::{Path, PathBuf};

use source::Type;

/// The documents, by their paths below the repository.
pub(super) fn documents() -> Vec<(&'static str, String)> {
    let types = types();
    vec![
        ("docs/control-api.md", page::page(&types)),
        ("docs/schema/control.json", format!("{:#}\n", schema::schema(&types))),
    ]
}

/// Every type of the control API, in the order of the files that hold them.
pub(super) fn types() -> Vec<Type> {
    let directory = root().join("chat-proto/src/control");
    let entries = fs::read_dir(&directory).expect("the sources are where this was built");
    let mut files = entries.map(|entry| entry.expect("a directory can be listed").path()).collect::<Vec<_>>();
    files.sort();
    files
        .iter()
        .flat_map(|file| source::types(&fs::read_to_string(file).expect("a source can be read")))
        .collect()
}

/// The root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
