//! `chatctl say` and `chatctl desk reply`.
//!
//! Owns who is meant and where the text comes from; one line is one message.

use std::io::BufRead;

use chat_proto::control::{SayRequest, SayResult, SayTarget, path};

use super::show::is_room;
use crate::client::{Call, Client};
use crate::exit::{Code, Failure};
use crate::print::Screen;
use crate::print::text::plain;

pub(super) async fn say(
    client: &Client,
    screen: &mut Screen<'_>,
    all: bool,
    mut words: Vec<String>,
) -> Result<(), Failure> {
    if all {
        return tell(client, screen, SayTarget::All, &words).await;
    }
    let to = words.remove(0);
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
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|cause| Failure::new(Code::Failed, format!("read stdin: {cause}")))?;
        if !line.trim().is_empty() {
            tell_line(client, screen, &to, line).await?;
            screen.flush()?;
        }
    }
    Ok(())
}

async fn tell_line(
    client: &Client,
    screen: &mut Screen<'_>,
    to: &SayTarget,
    text: String,
) -> Result<(), Failure> {
    let name = match to {
        SayTarget::Nick(name) | SayTarget::Room(name) => name.as_str(),
        SayTarget::All => "everyone",
    };
    let call = Call::post(format!("say to {name}"), path::SAY).body(&SayRequest { to: to.clone(), text });
    let result: SayResult = client.call(call).await?;
    let people = if result.recipients == 1 { "client" } else { "clients" };
    let said = format!("said to {name}: {} {people}, seq {}", result.recipients, result.seq);
    screen.one(&result, &result.seq.to_string(), |screen| screen.line(&[plain(said)]))?;
    Ok(())
}
