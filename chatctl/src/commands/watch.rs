//! `chatctl watch`.
//!
//! Owns counting and flushing; resuming is the business of `follow`.

use std::io;

use chat_proto::control::Entry;

use crate::client::Client;
use crate::exit::Failure;
use crate::follow::{Follow, News};
use crate::print::{Screen, entry};

pub(super) async fn watch(
    client: &Client,
    screen: &mut Screen<'_>,
    what: &[String],
    since: Option<u64>,
    count: Option<u32>,
) -> Result<(), Failure> {
    let what = (!what.is_empty()).then(|| what.join(","));
    let mut left = count;
    let hear = |news: News| {
        match news {
            News::Remark(remark) => screen.remark(&remark),
            News::CaughtUp => screen.flush()?,
            News::Entry(entry) => {
                print_entry(screen, &entry)?;
                left = left.map(|left| left - 1);
            }
        }
        Ok(left != Some(0))
    };
    Follow::new(client, what, since).run(hear).await
}

/// Prints an entry: a line of text, its JSON, or its number.
pub(super) fn print_entry(screen: &mut Screen<'_>, entry: &Entry) -> io::Result<()> {
    screen.one(entry, &entry.seq.to_string(), |screen| {
        let now = screen.now();
        entry::lines(entry, &now).iter().try_for_each(|line| screen.line(line))
    })
}
