//! What differs between two configurations, and what of it can be in force without a restart. Puts nothing in force.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_proto::control::ReloadResult;

use crate::config::{Config, LogConfig, Server};

/// Keys that are read once, at the start. A key that begins with one of these needs a restart.
const NEEDS_RESTART: &[&str] = &[
    "server.casemapping",
    "server.worker-threads",
    "server.state-directory",
    "control.socket",
    "desk.nick",
    "history.enabled",
    "history.sync",
    "rooms",
    "log.format",
    "log.to",
    "log.directory",
    "log.rotation",
    "log.keep-files",
];

/// What differs between two configurations, by key: what is in force after a reload, and what waits for a restart.
pub(super) fn changes(old: &Config, new: &Config) -> ReloadResult {
    let (old, new) = (flat(old), flat(new));
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key)));
    let differing = keys.filter(|key| old.get(*key) != new.get(*key)).cloned();
    let needs = |key: &String| NEEDS_RESTART.iter().any(|start| key.starts_with(start));
    let (restart_needed, changed) = differing.partition(needs);
    ReloadResult { changed, restart_needed }
}

/// The new configuration with everything kept as it was that cannot change without a restart.
pub(super) fn effective(old: &Config, new: Config) -> Arc<Config> {
    let server = Server {
        casemapping: old.server.casemapping,
        worker_threads: old.server.worker_threads,
        state_directory: old.server.state_directory.clone(),
        ..new.server
    };
    let mut control = new.control;
    control.socket.clone_from(&old.control.socket);
    let mut history = new.history;
    history.enabled = old.history.enabled;
    history.sync = old.history.sync;
    let log = LogConfig { level: new.log.level, ..old.log.clone() };
    // Somebody may have taken the new nick meanwhile and would then be taken for the desk.
    let mut desk = new.desk;
    desk.nick.clone_from(&old.desk.nick);
    // Ranks and lists that rooms have already would lose their letters.
    let rooms = old.rooms.clone();
    Arc::new(Config { server, control, history, log, desk, rooms, ..new })
}

/// Every key with its value, arrays by index.
fn flat(config: &Config) -> BTreeMap<String, toml::Value> {
    let mut flat = BTreeMap::new();
    // What we have written ourselves is TOML; if it were not, nothing would be reported as changed.
    if let Ok(table) = config.to_toml().parse::<toml::Table>() {
        flatten("", toml::Value::Table(table), &mut flat);
    }
    flat
}

fn flatten(prefix: &str, value: toml::Value, flat: &mut BTreeMap<String, toml::Value>) {
    let key = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        toml::Value::Table(table) => {
            table.into_iter().for_each(|(name, value)| flatten(&key(&name), value, flat));
        }
        toml::Value::Array(values) if values.iter().any(toml::Value::is_table) => {
            let numbered = values.into_iter().enumerate();
            numbered.for_each(|(index, value)| flatten(&format!("{prefix}[{index}]"), value, flat));
        }
        value => drop(flat.insert(prefix.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::{changes, effective};
    use crate::config::Config;

    #[test]
    fn what_changed_is_named_and_what_needs_a_restart_stays_as_it_was() {
        let old = Config::default();
        let mut new = Config::default();
        new.desk.greeting = "hello".into();
        new.history.enabled = false;
        new.desk.nick = "help".into();
        new.listen.pop();
        new.rooms.owner_ranks = true;
        let result = changes(&old, &new);
        assert!(result.changed.contains(&"desk.greeting".to_owned()), "{result:?}");
        assert!(!result.restart_needed.contains(&"desk.greeting".to_owned()), "{result:?}");
        assert!(result.restart_needed.contains(&"desk.nick".to_owned()), "{result:?}");
        assert!(result.restart_needed.contains(&"history.enabled".to_owned()), "{result:?}");
        assert!(!result.changed.contains(&"history.enabled".to_owned()), "{result:?}");
        assert!(result.changed.iter().any(|key| key.starts_with("listen")), "{result:?}");
        assert!(result.restart_needed.contains(&"rooms.owner-ranks".to_owned()), "{result:?}");
        let effective = effective(&old, new);
        assert_eq!(effective.desk.greeting, "hello");
        assert_eq!(effective.desk.nick, "desk");
        assert!(effective.history.enabled);
        assert_eq!(effective.listen.len(), 1);
        assert!(!effective.rooms.owner_ranks);
    }

    #[test]
    fn equal_configurations_differ_in_nothing() {
        let result = changes(&Config::default(), &Config::default());
        assert!(result.changed.is_empty());
    }
}
