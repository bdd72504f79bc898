//! What each command does: its calls and what is printed of the answers.
//!
//! Owns the dispatch; each family has its file. Nothing here may write to the terminal but through the screen.

mod backup;
mod config;
mod daemon;
mod db;
mod desk;
mod drain;
mod ending;
mod history;
mod host;
mod kick;
mod list;
mod log;
mod metrics;
mod reload;
pub(crate) mod restore;
mod say;
mod show;
mod status;
mod top;
mod watch;

use crate::args::{Command, ConfigCommand, DbCommand, DeskCommand, Listing, LogCommand, WatchLog};
use crate::client::Client;
use crate::exit::Failure;
use crate::print::Screen;

/// Runs a command that needs the daemon.
pub(crate) async fn run(command: Command, client: &Client, screen: &mut Screen<'_>) -> Result<(), Failure> {
    match command {
        Command::Top(args) => top::top(client, screen, args).await,
        Command::Status => status::status(client, screen).await,
        Command::List { what: Listing::Clients, count } => list::clients(client, screen, count).await,
        Command::List { what: Listing::Rooms, count } => list::rooms(client, screen, count).await,
        Command::List { what: Listing::Desk, count } => list::desk(client, screen, count).await,
        Command::List { what: Listing::Audit, count } => list::audit(client, screen, count).await,
        Command::Show { what } => show::show(client, screen, &what).await,
        Command::Host { who, host } => host::host(client, screen, who, host).await,
        Command::Kick { who, reason } => kick::kick(client, screen, who, &reason).await,
        Command::Say { all, words } => say::say(client, screen, all, words).await,
        Command::Watch { what, since, count } => watch::watch(client, screen, &what, since, count).await,
        Command::History { what, count, since } => {
            history::history(client, screen, &what, count, since).await
        }
        Command::Desk { command } => desk::desk(client, screen, command.unwrap_or(DeskCommand::List)).await,
        Command::Reload { confirm: true, .. } => reload::confirm(client, screen).await,
        Command::Reload { undo: true, .. } => reload::undo(client, screen).await,
        Command::Reload { confirm_within, .. } => reload::reload(client, screen, confirm_within).await,
        Command::Check { file } => reload::check(client, screen, file).await,
        Command::Config { command } => {
            config::config(client, screen, command.unwrap_or(ConfigCommand::Show { prefix: None })).await
        }
        Command::Drain { timeout, wait } => drain::drain(client, screen, timeout, wait).await,
        Command::Undrain => drain::undrain(client, screen).await,
        Command::Stop { wait } => daemon::stop(client, screen, wait).await,
        Command::Db { command } => db::db(client, screen, command.unwrap_or(DbCommand::Info)).await,
        Command::Backup { to, force } => backup::backup(client, screen, to, force).await,
        Command::Log { command } => {
            log::log(client, screen, command.unwrap_or(LogCommand::Watch(WatchLog::default()))).await
        }
        Command::Metrics => metrics::metrics(client, screen).await,
        // Done before, as it needs no daemon.
        Command::Restore { file } => restore::restore(None, &file, screen),
        Command::Completion { shell } => Ok(screen.raw(&crate::completion(shell))?),
        Command::Complete { words } => Ok(crate::completion::answer(&words, screen)?),
    }
}
