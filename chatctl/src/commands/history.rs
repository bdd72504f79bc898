//! `chatctl history` and `chatctl desk show`.

use chat_proto::control::{HistoryPage, path};

use super::watch::print_entry;
use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::time::Since;

pub(super) async fn history(
    client: &Client,
    screen: &mut Screen<'_>,
    what: &str,
    count: Option<u32>,
    since: Option<Since>,
) -> Result<(), Failure> {
    let call = Call::get(format!("show the history of {what}"), path::HISTORY)
        .query("what", Some(what))
        .query("count", count)
        .query("since", since.map(|since| since.0));
    let page: HistoryPage = client.call(call).await?;
    for entry in &page.entries {
        print_entry(screen, entry)?;
    }
    // Whoever gave a count knows; whoever did not should learn that the daemon has one.
    if page.has_more && count.is_none() {
        screen.remark(&format!("history of {}: older entries exist, use -n for more", page.what));
    }
    Ok(())
}
