//! `chatctl desk`: what an operator needs all day, in the words of the desk.

use chat_proto::control::SayTarget;

use super::{history, list, say};
use crate::args::DeskCommand;
use crate::client::Client;
use crate::exit::Failure;
use crate::print::Screen;

pub(super) async fn desk(
    client: &Client,
    screen: &mut Screen<'_>,
    command: DeskCommand,
) -> Result<(), Failure> {
    match command {
        DeskCommand::List => list::desk(client, screen, None).await,
        DeskCommand::Show { nick, count } => history::history(client, screen, &nick, count, None).await,
        DeskCommand::Reply { nick, text } => say::tell(client, screen, SayTarget::Nick(nick), &text).await,
    }
}
