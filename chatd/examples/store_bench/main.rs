//! Prints what the store manages on this machine's disk. `commit`: each mode of `history.sync` with several sizes of a group.
//! `growth`: a store that grows, and what opening, reading and writing cost then.
//!
//! `cargo run --release --example store_bench -- commit|growth [--help]`

mod commit;
mod growth;
mod meter;
mod work;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures the store without the daemon around it.
#[derive(Debug, Parser)]
#[command(name = "store_bench")]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Where the databases are made and removed again
    #[arg(long, global = true, default_value_os_t = std::env::temp_dir())]
    directory: PathBuf,
    /// JSON objects, one a line, instead of a table
    #[arg(long, global = true)]
    json: bool,
    /// Conversations that the messages go to in turn
    #[arg(long, global = true, default_value_t = 100)]
    conversations: u64,
    /// Bytes of each message's text
    #[arg(long, global = true, default_value_t = 80)]
    text_bytes: usize,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Rates and latencies of commits
    Commit(commit::Options),
    /// Size, start, queries and memory as messages become more
    Growth(growth::Options),
}

fn main() -> anyhow::Result<()> {
    let Arguments { what, directory, json, conversations, text_bytes } = Arguments::parse();
    let work = work::Work::new(conversations, text_bytes)?;
    let done = match what {
        What::Commit(options) => commit::run(&options, &directory, &work, json),
        What::Growth(options) => growth::run(&options, &directory, &work, json),
    };
    match done {
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => Ok(()),
        done => done,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}
