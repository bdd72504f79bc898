//! Where the text that is sent comes from, and the answers to questions.
//!
//! Owns standard input. A person is asked with a line editor, so that Ctrl-C leaves the question and not the shell around it.

use std::io::{self, BufRead, IsTerminal};

use rustyline::error::ReadlineError;
use rustyline::{Behavior, Config, DefaultEditor};

use crate::exit::{Code, Failure};
use crate::shell::no_text;

/// What stands before a line of text that a person types.
const TEXT_PROMPT: &str = "> ";

/// Who or what is at the other end of standard input.
pub(crate) enum Input {
    /// A person at a terminal.
    Person,
    /// A pipe or a file.
    Lines(Box<dyn BufRead>),
    /// Commands are being read from it, so that it holds no text and no answers.
    Script,
}

impl Input {
    /// What standard input of this process is.
    pub(crate) fn of_this_process() -> Self {
        // Questions are written to the terminal: somebody must be there to read them, too.
        match io::stdin().is_terminal() && io::stderr().is_terminal() {
            true => Self::Person,
            false => Self::Lines(Box::new(io::stdin().lock())),
        }
    }

    /// The next line of text without its end; none when there are no more.
    ///
    /// # Errors
    /// It cannot be read, is not UTF-8, or was interrupted.
    pub(crate) fn line(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Self::Person => typed(TEXT_PROMPT),
            Self::Lines(lines) => lines.lines().next().transpose().map_err(|cause| unreadable(&cause)),
            Self::Script => Err(no_text()),
        }
    }

    /// Asks `question`; a person answers with yes or no, of nobody else is there an answer.
    ///
    /// # Errors
    /// It was interrupted.
    pub(crate) fn agrees(&mut self, question: &str) -> Result<Option<bool>, Failure> {
        let Self::Person = self else { return Ok(None) };
        let answer = typed(&format!("{question} Go on? [y/N] "))?;
        let answer = answer.unwrap_or_default().trim().to_lowercase();
        Ok(Some(matches!(answer.as_str(), "y" | "yes")))
    }
}

/// What a person types; none at Ctrl-D.
fn typed(prompt: &str) -> Result<Option<String>, Failure> {
    let config = Config::builder().behavior(where_people_look()).build();
    let line = DefaultEditor::with_config(config).and_then(|mut editor| editor.readline(prompt));
    match line {
        Ok(line) => Ok(Some(line)),
        Err(ReadlineError::Eof) => Ok(None),
        Err(ReadlineError::Interrupted) => Err(Failure::Interrupted),
        Err(cause) => Err(unreadable(&cause)),
    }
}

/// At the terminal itself if standard output goes elsewhere: nobody sees a question in a file.
pub(crate) fn where_people_look() -> Behavior {
    if io::stdout().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm }
}

fn unreadable(cause: &impl std::fmt::Display) -> Failure {
    Failure::new(Code::Failed, format!("read stdin: {cause}"))
}
