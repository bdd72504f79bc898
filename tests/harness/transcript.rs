//! What was said and heard, for the reader of a failure.

use std::fmt;

/// Lines that a failure shows; a flood has more than anybody reads.
const SHOWN: usize = 40;

/// One conversation as one side saw it.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    lines: Vec<String>,
}

impl Transcript {
    pub(crate) fn sent(&mut self, line: &str) {
        self.lines.push(format!("  > {}", shortened(line)));
    }

    pub(crate) fn heard(&mut self, line: &str) {
        self.lines.push(format!("  < {}", shortened(line)));
    }

    pub(crate) fn note(&mut self, what: &str) {
        self.lines.push(format!("  - {what}"));
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.lines.len().saturating_sub(SHOWN);
        if hidden > 0 {
            writeln!(f, "  … {hidden} lines before")?;
        }
        self.lines[hidden..].iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn shortened(line: &str) -> String {
    const MOST: usize = 200;
    let end = line.floor_char_boundary(MOST);
    let more = line.len() - end;
    let line = line[..end].escape_debug();
    if more > 0 { format!("{line} … {more} bytes more") } else { line.to_string() }
}
