//! What is wrong with a configuration, and how it is told: all problems at once, each with its place and a hint.

use std::fmt;
use std::path::{Path, PathBuf};

/// Everything that is wrong with one configuration; `Display` renders the whole report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file that was read; `None` if there was none.
    pub file: Option<PathBuf>,
    /// At least one problem, in the order of the file, then those of the environment.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where it is.
    pub place: Place,
    /// The full key, for instance `limits.ping-interval`; empty if the fault belongs to none.
    pub key: String,
    /// What was expected, and what was found.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A place in the file; both count from 1, columns in characters.
    Line {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
}

/// Why a value does not do; its [`Problem`] adds place and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl Place {
    /// The place of a byte offset in `text`.
    pub(super) fn of_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self::Line { line, column }
    }
}

impl ConfigError {
    /// An error about the file as a whole.
    pub(super) fn whole(file: &Path, wrong: Wrong) -> Self {
        let Wrong { message, hint } = wrong;
        let problem = Problem { place: Place::File, key: String::new(), message, hint };
        Self { file: Some(file.to_owned()), problems: vec![problem] }
    }

    fn write_problem(&self, f: &mut fmt::Formatter<'_>, problem: &Problem) -> fmt::Result {
        match (&problem.place, &self.file) {
            (Place::Variable(name), _) => write!(f, "{name}: ")?,
            (Place::Line { line, column }, Some(file)) => write!(f, "{}:{line}:{column}: ", file.display())?,
            (Place::Line { line, column }, None) => write!(f, "{line}:{column}: ")?,
            (Place::File, Some(file)) => write!(f, "{}: ", file.display())?,
            (Place::File, None) => {}
        }
        if !problem.key.is_empty() {
            write!(f, "{}: ", problem.key)?;
        }
        writeln!(f, "{}", problem.message)?;
        match &problem.hint {
            Some(hint) => writeln!(f, "    hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            self.write_problem(f, problem)?;
        }
        match self.problems.len() {
            1 => write!(f, "1 problem; nothing was changed"),
            count => write!(f, "{count} problems; nothing was changed"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl ConfigError {
    /// Every problem with its hint, each as one line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let report = self.to_string();
        let mut lines: Vec<String> = Vec::new();
        for line in report.lines() {
            match (line.strip_prefix("    "), lines.last_mut()) {
                (Some(hint), Some(problem)) => *problem = format!("{problem}; {hint}"),
                _ => lines.push(line.to_owned()),
            }
        }
        // The report ends with how many there are.
        lines.truncate(self.problems.len());
        lines
    }
}

/// The candidate that resembles `word` enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).clamp(1, 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use crate::config::{Environment, parse};

    #[test]
    fn a_report_as_lines_has_one_for_each_problem_with_its_hint() {
        let wrong = "[limits]\nping-intervall = \"1s\"\ninput-rate = \"fast\"\n";
        let error = parse(None, wrong, &Environment::default()).unwrap_err();
        let lines = error.lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("unknown key; hint: did you mean `ping-interval`?"), "{lines:?}");
        assert!(lines[1].contains("limits.input-rate") && !lines[1].contains("hint"), "{lines:?}");
    }
}
