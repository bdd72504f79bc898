//! `chatctl say` and `chatctl desk reply`.
//!
//! Owns who is meant and where the text comes from; one line is one message.

use chat_proto::control::{SayRequest, SayResult, SayTarget, Status, path};

use super::show::is_room;
use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::plain;
use crate::print::time::clients;

pub(super) async fn say(
    client: &Client,
    screen: &mut Screen<'_>,
    all: bool,
    mut words: Vec<String>,
) -> Result<(), Failure> {
    if all {
        confirm_all(client, screen).await?;
        return tell(client, screen, SayTarget::All, &words).await;
    }
    let to = words.remove(0);
    // Who writes it by habit before a text from elsewhere (`say alice -- "$text"`) does not mean it to be read.
    if words.first().is_some_and(|word| word == "--") {
        words.remove(0);
    }
    if words.is_empty() {
        let hint = "chatctl say TO TEXT…, or chatctl say --all TEXT…; TEXT `-` reads stdin";
        return Err(Failure::with_hint(Code::Usage, format!("say to {to}: there is no text"), hint));
    }
    let to = if is_room(&to) { SayTarget::Room(to) } else { SayTarget::Nick(to) };
    tell(client, screen, to, &words).await
}

/// Sends the words, or each line of stdin if they are `-`.
pub(super) async fn tell(
    client: &Client,
    screen: &mut Screen<'_>,
    to: SayTarget,
    words: &[String],
) -> Result<(), Failure> {
    if words != ["-"] {
        return tell_line(client, screen, &to, words.join(" ")).await;
    }
    // Blocking is right here: nothing else runs on this thread while the next line is awaited.
    let mut is_empty = true;
    while let Some(line) = screen.read_line()? {
        if !line.trim().is_empty() {
            is_empty = false;
            let told = tell_line(client, screen, &to, line).await.and_then(|()| Ok(screen.flush()?));
            // Whoever read the answers has gone; the text is to arrive all the same.
            if !matches!(told, Err(Failure::OutputClosed)) {
                told?;
            }
        }
    }
    match is_empty {
        true => Err(Failure::new(Code::Usage, format!("say to {}: stdin held no text", name_of(&to)))),
        false => Ok(()),
    }
}

async fn confirm_all(client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if screen.is_agreed() {
        return Ok(());
    }
    let status: Status = client.call(Call::get("say to everyone", path::STATUS)).await?;
    screen.confirm("say to everyone", &format!("{} would read it", clients(status.registered)))
}

fn name_of(to: &SayTarget) -> &str {
    match to {
        SayTarget::Nick(name) | SayTarget::Room(name) => name,
        SayTarget::All => "everyone",
    }
}

async fn tell_line(
    client: &Client,
    screen: &mut Screen<'_>,
    to: &SayTarget,
    text: String,
) -> Result<(), Failure> {
    let name = name_of(to);
    let call = Call::post(format!("say to {name}"), path::SAY).body(&SayRequest { to: to.clone(), text });
    let result: SayResult = client.call(call).await?;
    let said = format!("said to {name}: {}, seq {}", clients(result.recipients), result.seq);
    screen.one(&result, &result.seq.to_string(), |screen| screen.line(&[plain(said)]))?;
    Ok(())
}
