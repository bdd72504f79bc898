//! Man pages and completions, from the tables that the programs themselves parse by and from `config/chatd.toml`:
//! `cargo run --release --example manuals -- OUTDIR`; and `-- --docs`, which writes `docs/control-api.md` and `docs/schema` anew.
//!
//! Owns which files there are. Packagers call it; of what it makes only the two documents are kept in the repository. With SOURCE_DATE_EPOCH set the
//! pages carry that date, without it none, so that the same source always gives the same bytes.

mod api;
mod configuration;
mod help;
mod program;
mod roff;
#[cfg(test)]
mod tests;
mod words;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The file with every key, its default and its comment; a test of the repository holds it against the defaults.
const CONFIGURATION: &str = include_str!("../../config/chatd.toml");

/// Shells, and what stands before and behind a program's name in that of its completion script.
const SHELLS: [(Shell, &str, &str, &str); 3] =
    [(Shell::Bash, "bash", "", ""), (Shell::Zsh, "zsh", "_", ""), (Shell::Fish, "fish", "", ".fish")];

fn main() -> ExitCode {
    let Some(directory) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("manuals: say where to write: cargo run --example manuals -- OUTDIR");
        return ExitCode::from(2);
    };
    let (directory, files) = match directory.to_str() {
        Some("--docs") => (api::root(), documents()),
        _ => (directory, files(&date())),
    };
    let written = files.into_iter().try_for_each(|(path, text)| write(&directory.join(path), &text));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("manuals: cannot write below {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}

fn documents() -> Vec<(String, Vec<u8>)> {
    api::documents().into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()
}

/// Every file, by its path below the output directory.
fn files(date: &str) -> Vec<(String, Vec<u8>)> {
    let page = |name: &str, source: String| (format!("man/{name}"), source.into_bytes());
    let mut files = vec![
        page("chatd.8", program::page(chatd(), &words::CHATD, date)),
        page("chatctl.1", program::page(chatctl::command(), &words::CHATCTL, date)),
        page("chat-client.1", program::page(chat_client::command(), &words::CHAT_CLIENT, date)),
        page("chatd.toml.5", configuration::page(CONFIGURATION, date)),
    ];
    for (shell, directory, before, behind) in SHELLS {
        let script = |name: &str, script| (format!("completions/{directory}/{before}{name}{behind}"), script);
        files.push(script("chatd", completion(shell, &mut chatd())));
        files.push(script("chatctl", chatctl::completion(shell)));
        files.push(script("chat-client", completion(shell, &mut chat_client::command())));
    }
    files
}

fn chatd() -> Command {
    chatd::cli::Arguments::command()
}

fn completion(shell: Shell, command: &mut Command) -> Vec<u8> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, command, name, &mut script);
    script
}

/// The day of SOURCE_DATE_EPOCH (reproducible-builds.org), or nothing.
fn date() -> String {
    let epoch = env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.parse::<i64>().ok());
    let moment = epoch.and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.map(|moment| moment.to_zoned(TimeZone::UTC).date().to_string()).unwrap_or_default()
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}
