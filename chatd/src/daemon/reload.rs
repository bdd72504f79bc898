//! Putting another configuration in force: checked whole, applied whole or not at all.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chat_proto::control::ReloadResult;

use super::secret;
use crate::config::{Config, Listen, LogConfig, Server, Sts, TlsConfig};

/// Keys that are read once, at the start. A key that begins with one of these needs a restart.
const NEEDS_RESTART: &[&str] = &[
    "listen",
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

/// Where the key of the cloaks is kept if the configuration gives none.
const CLOAK_KEY: &str = "cloak.key";

/// The key of the cloaks, made if there is none yet. Nothing where no cloak is made.
pub(super) fn cloak_key(config: &Config, state_directory: &Path) -> Result<Option<String>> {
    match &config.cloak.key {
        None if config.cloak.enabled => secret::kept(state_directory, CLOAK_KEY).map(Some),
        key => Ok(key.clone()),
    }
}

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
    let (cloak, gateways, dns) = (new.cloak, new.gateways, new.dns);
    let (irc, limits) = (new.irc, new.limits);
    // Ranks and lists that rooms have already would lose their letters.
    let (listen, rooms) = (old.listen.clone(), old.rooms.clone());
    let tls = TlsConfig { sts: announced(old, &new.tls.sts, &new.listen), ..new.tls };
    Arc::new(Config {
        server,
        listen,
        control,
        cloak,
        gateways,
        dns,
        desk,
        history,
        irc,
        rooms,
        limits,
        log,
        tls,
    })
}

/// The policy of strict transport. One that leads to a listener that opens at the next restart only has to wait for it: clients obey
/// such a policy at once and could not come in any more.
fn announced(old: &Config, sts: &Sts, listen: &[Listen]) -> Sts {
    let port = sts.port_among(listen);
    let opens = |listen: &[Listen]| listen.iter().any(|one| one.tls && Some(one.address.port()) == port);
    let waits = sts.duration.is_some() && opens(listen) && !opens(&old.listen);
    if waits { old.tls.sts.clone() } else { sts.clone() }
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
    use std::time::Duration;

    use super::{changes, effective};
    use crate::config::{Config, Listen, Sts};

    #[test]
    fn what_changed_is_named_and_what_needs_a_restart_stays_as_it_was() {
        let old = Config::default();
        let mut new = Config::default();
        new.desk.greeting = "hello".into();
        new.history.enabled = false;
        new.desk.nick = "help".into();
        new.listen.pop();
        let result = changes(&old, &new);
        assert!(result.changed.contains(&"desk.greeting".to_owned()), "{result:?}");
        assert!(!result.restart_needed.contains(&"desk.greeting".to_owned()), "{result:?}");
        assert!(result.restart_needed.contains(&"desk.nick".to_owned()), "{result:?}");
        assert!(result.restart_needed.contains(&"history.enabled".to_owned()), "{result:?}");
        assert!(!result.changed.contains(&"history.enabled".to_owned()), "{result:?}");
        assert!(result.restart_needed.iter().any(|key| key.starts_with("listen")), "{result:?}");
        let effective = effective(&old, new);
        assert_eq!(effective.desk.greeting, "hello");
        assert_eq!(effective.desk.nick, "desk");
        assert!(effective.history.enabled);
        assert_eq!(effective.listen.len(), 2);
    }

    #[test]
    fn a_policy_of_strict_transport_waits_for_the_listener_it_leads_to() {
        let old = Config::default();
        let mut new = Config::default();
        new.tls.sts = Sts { duration: Some(Duration::from_secs(60)), port: 6697, preload: false };
        assert_eq!(
            effective(&old, new.clone()).tls.sts,
            new.tls.sts,
            "something in front may speak TLS there"
        );
        let secure = Listen { address: ([127, 0, 0, 1], 6697).into(), tls: true, ..new.listen[0].clone() };
        new.listen.push(secure);
        assert_eq!(effective(&old, new.clone()).tls.sts, old.tls.sts);
        let restarted = Config { listen: new.listen.clone(), ..Config::default() };
        assert_eq!(effective(&restarted, new.clone()).tls.sts, new.tls.sts);
    }

    #[test]
    fn equal_configurations_differ_in_nothing() {
        let result = changes(&Config::default(), &Config::default());
        assert!(result.changed.is_empty());
    }
}
