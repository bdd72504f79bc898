//! What differs between two configurations, and what of it can be in force without a restart. Puts nothing in force.

use std::sync::Arc;

use chat_proto::control::{ConfigChange, ConfigOrigin};

use crate::config::{Config, LogConfig, Origins, Server, Settings};

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

/// Whether a key keeps its value until the next start.
pub(super) fn needs_restart(key: &str) -> bool {
    NEEDS_RESTART.iter().any(|start| key.starts_with(start))
}

/// What differs between two configurations: what is in force after a reload, and what waits for a restart.
pub(super) fn changes(old: &Settings, new: &Settings) -> (Vec<ConfigChange>, Vec<ConfigChange>) {
    old.changes(new).into_iter().partition(|change| !needs_restart(&change.key))
}

/// What differs from the defaults because somebody has said so.
pub(super) fn beside_defaults(settings: &Settings) -> Vec<ConfigChange> {
    let defaults = Origins::default().settings(&Config::default());
    let is_said = |change: &ConfigChange| change.new.is_none() || change.origin != ConfigOrigin::Default;
    defaults.changes(settings).into_iter().filter(is_said).collect()
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

#[cfg(test)]
mod tests {
    use super::{beside_defaults, changes, effective, needs_restart};
    use crate::config::tests::everything;
    use crate::config::{Config, Origins, Settings};

    fn settings(config: &Config) -> Settings {
        Origins::default().settings(config)
    }

    #[test]
    fn what_changed_is_named_and_what_needs_a_restart_stays_as_it_was() {
        let old = Config::default();
        let mut new = Config::default();
        new.desk.greeting = "hello".into();
        new.history.enabled = false;
        new.desk.nick = "help".into();
        new.listen.pop();
        new.rooms.owner_ranks = true;
        let (changed, restart_needed) = changes(&settings(&old), &settings(&new));
        let keys = |changes: &[chat_proto::control::ConfigChange]| {
            changes.iter().map(|change| change.key.clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&changed)[0], "desk.greeting");
        assert!(
            keys(&changed)[1..].iter().all(|key| key.starts_with("listen[127.0.0.1:7000].")),
            "{changed:?}"
        );
        assert_eq!(keys(&restart_needed), ["desk.nick", "history.enabled", "rooms.owner-ranks"]);
        let effective = effective(&old, new);
        assert_eq!(effective.desk.greeting, "hello");
        assert_eq!(effective.desk.nick, "desk");
        assert!(effective.history.enabled);
        assert_eq!(effective.listen.len(), 1);
        assert!(!effective.rooms.owner_ranks);
    }

    #[test]
    fn what_is_told_to_be_in_force_is_what_is_in_force() {
        let (old, new) = (Config::default(), everything());
        let told = settings(&new).keeping(&settings(&old), needs_restart);
        let in_force = settings(&effective(&old, new));
        assert_eq!(in_force.changes(&told), []);
        assert_eq!(told.told(""), in_force.told(""));
    }

    #[test]
    fn equal_configurations_differ_in_nothing_and_the_defaults_not_from_themselves() {
        let defaults = settings(&Config::default());
        assert_eq!(defaults.changes(&defaults), []);
        assert_eq!(beside_defaults(&defaults), []);
    }
}
