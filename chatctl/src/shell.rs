//! `chatctl` without a command: a prompt for a person, or one command after the other from standard input.
//!
//! Owns the loop. Lines are read by the table of commands, as if `chatctl` and the options that the shell was started with stood
//! before them.

mod editor;
pub(crate) mod split;

use std::ffi::OsString;
use std::io::Write;

use clap::{CommandFactory, FromArgMatches};
use rustyline::error::ReadlineError;

use crate::args::{Args, Options};
use crate::exit::{Code, Failure, Report};
use crate::input::Input;
use crate::print::{Screen, Surface};

/// A shell, and where it reads and writes.
pub(crate) struct Shell<'a> {
    /// What it was started with, which holds for each line that says nothing else.
    pub(crate) options: Options,
    pub(crate) surface: Surface,
    pub(crate) input: &'a mut Input,
    pub(crate) out: &'a mut dyn Write,
    pub(crate) err: &'a mut dyn Write,
}

/// What came of a line.
enum Line {
    /// Its exit status.
    Done(u8),
    /// The user wants to leave.
    Exit,
}

impl Shell<'_> {
    /// Reads and runs until there is nothing more; the exit status.
    pub(crate) fn run(mut self) -> u8 {
        match std::mem::replace(self.input, Input::Script) {
            Input::Lines(lines) => self.script(&mut std::io::BufRead::lines(lines)),
            Input::Script => 0,
            Input::Person => {
                *self.input = Input::Person;
                self.talk()
            }
        }
    }

    /// One command after the other; the first that fails is the last.
    fn script(&mut self, lines: &mut dyn Iterator<Item = std::io::Result<String>>) -> u8 {
        for (at, line) in lines.enumerate() {
            let done = match line {
                Ok(line) => self.line(&line),
                Err(cause) => Line::Done(self.complain(Code::Failed, format!("read stdin: {cause}"))),
            };
            match done {
                Line::Done(0) => {}
                Line::Exit => return 0,
                Line::Done(status) => {
                    // What failed has been said; here is where.
                    let _ = writeln!(self.err, "chatctl: stopped at line {} of stdin", at + 1);
                    return status;
                }
            }
        }
        0
    }

    /// A prompt until Ctrl-D.
    fn talk(&mut self) -> u8 {
        let mut editor = match editor::open(self.options.socket.clone()) {
            Ok(editor) => editor,
            Err(cause) => return self.complain(Code::Failed, format!("use the terminal: {cause}")),
        };
        // One more Ctrl-C than a command needs is none for the shell, whose prompt reads it as a key.
        let _claim = crate::signals::INTERRUPT.claim();
        let mut is_well = false;
        loop {
            // After something that failed it may be another daemon, or none.
            if !is_well {
                editor.ask_name(&self.options);
            }
            is_well = match editor.read() {
                Ok(line) => match self.line(&line) {
                    Line::Done(status) => status == 0,
                    Line::Exit => return 0,
                },
                Err(ReadlineError::Interrupted) => true,
                Err(ReadlineError::Eof) => return 0,
                Err(cause) => return self.complain(Code::Failed, format!("read the terminal: {cause}")),
            };
        }
    }

    fn line(&mut self, line: &str) -> Line {
        if line.trim_start().starts_with('#') {
            return Line::Done(0);
        }
        let words = match split::words(line) {
            Ok(words) => words,
            Err(cause) => return Line::Done(self.complain(Code::Usage, cause)),
        };
        // Typed by habit.
        let words = words.strip_prefix(&["chatctl".to_owned()]).unwrap_or(&words);
        match words {
            [] => Line::Done(0),
            [word] if matches!(word.as_str(), "exit" | "quit") => Line::Exit,
            words => Line::Done(self.command(words)),
        }
    }

    fn command(&mut self, words: &[String]) -> u8 {
        let surface = self.surface.as_it_is_now();
        let args = match parse(&self.options, words) {
            Ok(args) => args,
            Err(refusal) => return crate::answer_usage(&refusal, &surface, self.out, self.err),
        };
        let Some(command) = args.command else {
            return self.complain(Code::Usage, "there is no command on this line".into());
        };
        let mut screen = Screen::new(surface, &args.options, self.input, self.out, self.err);
        let done = crate::execute(command, &args.options, crate::CtrlC::EndsTheCommand, &mut screen);
        crate::concluded(done, &mut screen)
    }

    fn complain(&mut self, code: Code, message: String) -> u8 {
        let mut screen = Screen::new(self.surface.clone(), &self.options, self.input, self.out, self.err);
        screen.report(&Report { code, message, hint: None });
        code as u8
    }
}

/// Reads a line by the table of commands; what stands on it beats what the shell was started with.
fn parse(options: &Options, words: &[String]) -> Result<Args, clap::Error> {
    let words = words.iter().map(OsString::from);
    let all = std::iter::once("chatctl".into()).chain(options.as_arguments()).chain(words);
    let mut table = Args::command().args_override_self(true);
    let mut matches = table.try_get_matches_from_mut(all)?;
    Args::from_arg_matches_mut(&mut matches).map_err(|refusal| refusal.format(&mut table))
}

/// For an input that holds commands, when a command asks it for text.
pub(crate) fn no_text() -> Failure {
    let hint = "write the text behind the command instead of `-`";
    Failure::with_hint(Code::Usage, "stdin holds the commands and no text".into(), hint)
}
