//! Configuration: any text is a configuration or a report, and a configuration can be written and read again.

use std::path::Path;

use chatd::config::{Environment, parse};

use super::text;

/// A place without files, so that no path in a configuration leads to one.
const NOWHERE: &str = "/nonexistent/chatd.toml";

/// A text is taken or every complaint about it is told in words; what is taken means the same after `--print-config`.
pub fn configuration(data: &[u8]) {
    let Some(text) = text(data) else { return };
    // Files are read for these; what is in a file is not what is tested.
    if text.contains("file") {
        return;
    }
    let read = |text: &str| parse(Some(Path::new(NOWHERE)), text, &Environment::default());
    match read(text) {
        Ok(config) => {
            let again = read(&config.to_toml()).expect("what was written can be read");
            assert_eq!(again, config);
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            assert!(!error.to_string().is_empty());
        }
    }
}
