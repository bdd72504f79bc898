//! `chatctl config`: what is in force and where it comes from, as TOML; and what differs.

use std::io;

use chat_proto::control::{
    ConfigAgainst, ConfigChange, ConfigDiff, ConfigOrigin, ConfigValue, ConfigView, path,
};

use crate::args::ConfigCommand;
use crate::client::{Call, Client};
use crate::exit::Failure;
use crate::print::Screen;
use crate::print::text::{Style, plain, styled};

/// Column in which remarks begin, where there is room.
const REMARK_COLUMN: usize = 32;

pub(super) async fn config(
    client: &Client,
    screen: &mut Screen<'_>,
    command: ConfigCommand,
) -> Result<(), Failure> {
    match command {
        ConfigCommand::Show { prefix } => show(client, screen, prefix).await,
        ConfigCommand::Diff { defaults } => diff(client, screen, defaults).await,
    }
}

async fn show(client: &Client, screen: &mut Screen<'_>, prefix: Option<String>) -> Result<(), Failure> {
    let call = Call::get("show the configuration", path::CONFIG).query("prefix", prefix);
    let view: ConfigView = client.call(call).await?;
    let keys = view.settings.iter().map(|setting| setting.key.as_str()).collect::<Vec<_>>().join("\n");
    screen.one(&view, &keys, |screen| {
        let mut toml = Toml::default();
        let mut each = view.settings.iter();
        each.try_for_each(|one| toml.line(screen, &one.key, &one.value, &one.origin.to_string()))
    })?;
    Ok(())
}

async fn diff(client: &Client, screen: &mut Screen<'_>, defaults: bool) -> Result<(), Failure> {
    let call = Call::get("compare the configuration", path::CONFIG_DIFF);
    let diff: ConfigDiff = client.call(call.query("against", defaults.then_some("defaults"))).await?;
    let all = || diff.changed.iter().chain(&diff.restart_needed);
    let keys = all().map(|change| change.key.as_str()).collect::<Vec<_>>().join("\n");
    screen.one(&diff, &keys, |screen| {
        if all().next().is_none() {
            let what =
                if defaults { "the defaults are in force" } else { "what is in force is what the file says" };
            return screen.line(&[plain(format!("# {what}"))]);
        }
        let mut toml = Toml::default();
        let (there, gone): (Vec<_>, Vec<_>) = diff.changed.iter().partition(|change| change.new.is_some());
        there.into_iter().try_for_each(|change| differing(screen, &mut toml, &diff, change, ""))?;
        let waits = "; needs a restart";
        diff.restart_needed
            .iter()
            .try_for_each(|change| differing(screen, &mut toml, &diff, change, waits))?;
        let mut names: Vec<_> = gone.into_iter().map(|change| entry(&change.key)).collect();
        names.dedup();
        names.into_iter().try_for_each(|name| screen.line(&[plain(format!("# {name} is gone"))]))
    })?;
    Ok(())
}

fn differing(
    screen: &mut Screen<'_>,
    toml: &mut Toml,
    diff: &ConfigDiff,
    change: &ConfigChange,
    waits: &str,
) -> io::Result<()> {
    let other = match diff.against {
        ConfigAgainst::File => "in force",
        ConfigAgainst::Defaults => "default",
    };
    let is_told = change.origin != ConfigOrigin::Default;
    let origin = if is_told { format!("{}; ", change.origin) } else { String::new() };
    let old = change.old.as_ref().map_or("nothing".into(), ToString::to_string);
    let remark = format!("{origin}{other}: {old}{waits}");
    match &change.new {
        Some(value) if change.is_order => {
            screen.line(&[plain(format!("# {} in another order: {value}; {remark}", change.key))])
        }
        Some(value) => toml.line(screen, &change.key, value, &remark),
        None => Ok(()),
    }
}

/// The section that a key of a list of sections is in; another key as it is.
fn entry(key: &str) -> &str {
    match split(key) {
        (section, _) if section.ends_with(']') => section,
        _ => key,
    }
}

/// The section of a key, and its name in there. What stands in brackets may have dots.
fn split(key: &str) -> (&str, &str) {
    key.rsplit_once('.').unwrap_or(("", key))
}

/// TOML as it is written: a header whenever the section changes.
#[derive(Default)]
struct Toml {
    section: String,
    has_begun: bool,
}

impl Toml {
    fn line(
        &mut self,
        screen: &mut Screen<'_>,
        key: &str,
        value: &ConfigValue,
        remark: &str,
    ) -> io::Result<()> {
        let (section, name) = split(key);
        if section != self.section {
            if self.has_begun {
                screen.line(&[])?;
            }
            screen.line(&[styled(Style::Bold, header(section))])?;
            section.clone_into(&mut self.section);
        }
        self.has_begun = true;
        let setting = format!("{name} = {value}");
        let gap = REMARK_COLUMN.saturating_sub(setting.chars().count()).max(2);
        screen.line(&[plain(setting), styled(Style::Dim, format!("{:gap$}# {remark}", ""))])
    }
}

/// `limits` as `[limits]`, and `listen[127.0.0.1:6667]` as `[[listen]]`.
fn header(section: &str) -> String {
    match section.split_once('[') {
        Some((list, _)) => format!("[[{list}]]"),
        None => format!("[{section}]"),
    }
}
