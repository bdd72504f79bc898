//! chatd's arguments, and which configuration they choose. Prints nothing and starts nothing: `main` does.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use clap::Parser;

use crate::config::{Config, Environment, PathError, Source};

/// Where a packaged chatd has its configuration.
const SYSTEM_FILE: &str = "/etc/chatd/chatd.toml";

/// Where a packaged chatd has its state (`StateDirectory=` of its unit).
const SYSTEM_STATE: &str = "/var/lib/chatd";

/// A chat daemon: IRC, plain lines, and a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Parser)]
#[command(
    name = "chatd",
    version,
    after_help = "Without --config: $CHATD_CONFIG, else /etc/chatd/chatd.toml if it exists, else built-in defaults.\n\
                  CHATD_SECTION__KEY=value in the environment overrides one key.\n\n\
                  Exit status: 0 stopped, 1 failed, 2 wrong arguments, 78 wrong configuration or a missing right."
)]
pub struct Arguments {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Check the configuration, tell everything that is wrong with it, and end
    #[arg(long, conflicts_with_all = ["print_config", "hash_password"])]
    pub check: bool,
    /// Print the configuration that is in effect, passwords included, and end
    #[arg(long, conflicts_with = "hash_password")]
    pub print_config: bool,
    /// Put a backup in the place of what is stored, while chatd is stopped, and end
    #[arg(long, value_name = "FILE", conflicts_with_all = ["check", "print_config", "hash_password", "check_db"])]
    pub restore: Option<PathBuf>,
    /// Examine what is stored, while chatd is stopped, and end
    #[arg(long, conflicts_with_all = ["check", "print_config", "hash_password"])]
    pub check_db: bool,
    /// Read a password from standard input, print its hash for [[control.operator]], and end
    #[arg(long)]
    pub hash_password: bool,
}

impl Arguments {
    /// Where the configuration is: `--config`, else `$CHATD_CONFIG`, else `/etc/chatd/chatd.toml` if it exists, else
    /// nowhere, which means the built-in defaults. A file that is named but missing is an error when it is loaded.
    pub fn source(&self, environment: Environment) -> Source {
        self.source_with(environment, Path::new(SYSTEM_FILE))
    }

    /// Whether it works on the store instead of running the daemon.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        self.restore.is_some() || self.check_db
    }

    /// The directory that `--restore` and `--check-db` work on: where the daemon has its state. A service manager tells the daemon
    /// and not whoever runs these by hand, so root, and the user whose directory that is, work on the service's if there is one and nothing else is named.
    ///
    /// # Errors
    /// If nobody says where state belongs.
    pub fn state_directory(config: &Config, environment: &Environment) -> Result<PathBuf, PathError> {
        let (service, user) = (Path::new(SYSTEM_STATE), nix::unistd::geteuid());
        let is_owner = || std::fs::metadata(service).is_ok_and(|found| found.uid() == user.as_raw());
        let may_use_it = user.is_root() || is_owner();
        Self::state_directory_with(config, environment, may_use_it.then_some(service))
    }

    /// `service` is the service's directory, for somebody who may use it.
    fn state_directory_with(
        config: &Config,
        environment: &Environment,
        service: Option<&Path>,
    ) -> Result<PathBuf, PathError> {
        let is_named = config.server.state_directory.is_some()
            || ["STATE_DIRECTORY", "XDG_STATE_HOME"].iter().any(|key| environment.value(key).is_some());
        match service.filter(|directory| !is_named && directory.is_dir()) {
            Some(directory) => Ok(directory.to_owned()),
            None => config.state_directory(environment),
        }
    }

    fn source_with(&self, environment: Environment, system_file: &Path) -> Source {
        let named = self.config.clone().or_else(|| environment.value("CHATD_CONFIG").map(PathBuf::from));
        // One that may not be looked at counts as existing: to ignore it would hide a fault in its permissions.
        let exists = || system_file.try_exists().unwrap_or(true).then(|| system_file.to_owned());
        Source { file: named.or_else(exists), environment }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from([&["chatd"], arguments].concat())
    }

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn wrong_usage_exits_with_2() {
        for wrong in [&["--nonsense"][..], &["--check", "--print-config"], &["--config"], &["extra"]] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong:?}");
        }
        assert_eq!(parse(&["--version"]).unwrap_err().exit_code(), 0);
    }

    #[test]
    fn root_works_on_the_state_of_the_service_unless_another_is_named() {
        let service = tempfile::tempdir().unwrap();
        let home = [("HOME", "/home/u")].into_iter().collect::<Environment>();
        let named = [("STATE_DIRECTORY", "/named")].into_iter().collect::<Environment>();
        let at = |config: &Config, environment: &Environment, service| {
            Arguments::state_directory_with(config, environment, service).unwrap()
        };
        let mut config = Config::default();
        assert_eq!(at(&config, &home, Some(service.path())), service.path());
        assert_eq!(at(&config, &home, None), Path::new("/home/u/.local/state/chatd"), "not root");
        let missing = service.path().join("missing");
        assert_eq!(at(&config, &home, Some(&missing)), Path::new("/home/u/.local/state/chatd"));
        assert_eq!(at(&config, &named, Some(service.path())), Path::new("/named"));
        config.server.state_directory = Some("/configured".into());
        assert_eq!(at(&config, &home, Some(service.path())), Path::new("/configured"));
    }

    #[test]
    fn the_configuration_is_looked_for_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let system = directory.path().join("chatd.toml");
        let with = |variable: &str| [("CHATD_CONFIG", variable)].into_iter().collect::<Environment>();
        let file = |arguments: &[&str], environment: Environment| {
            parse(arguments).unwrap().source_with(environment, &system).file
        };
        assert_eq!(file(&["--config", "a"], with("b")), Some("a".into()));
        assert_eq!(file(&[], with("b")), Some("b".into()));
        assert_eq!(file(&[], with("")), None);
        std::fs::write(&system, "").unwrap();
        assert_eq!(file(&[], Environment::default()), Some(system.clone()));
    }
}
