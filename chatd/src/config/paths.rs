//! Where state, control socket and log files are if the configuration does not say so. Pure: nothing is created or
//! looked at. chatctl searches for the socket in the same order; whoever changes it here changes it there.

use std::path::PathBuf;

use super::{Config, Environment};

/// The longest path of a Unix socket: `sun_path` in unix(7) less its final NUL.
pub(super) const SOCKET_PATH_BYTES: usize = 107;

/// Why a path could not be determined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Neither configuration nor environment say where state belongs.
    #[error(
        "cannot tell where state belongs: neither server.state-directory nor \
         $STATE_DIRECTORY, $XDG_STATE_HOME or $HOME is set to an absolute path"
    )]
    NoStateDirectory,
    /// The path of the control socket cannot be bound.
    #[error("the control socket's path {0} is longer than 107 bytes; set control.socket to a shorter one")]
    SocketPathTooLong(PathBuf),
}

impl Config {
    /// The directory of the store: `server.state-directory`, else `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/chatd`, else
    /// `~/.local/state/chatd`.
    ///
    /// # Errors
    /// If none of them is set.
    pub fn state_directory(&self, env: &Environment) -> Result<PathBuf, PathError> {
        let user = || {
            let xdg = env.user_directory("XDG_STATE_HOME");
            xdg.or_else(|| Some(env.user_directory("HOME")?.join(".local/state")))
        };
        let configured = self.server.state_directory.clone();
        configured
            .or_else(|| env.service_directory("STATE_DIRECTORY"))
            .or_else(|| Some(user()?.join("chatd")))
            .ok_or(PathError::NoStateDirectory)
    }

    /// The control socket: `control.socket`, else `$RUNTIME_DIRECTORY/control.sock`, else
    /// `$XDG_RUNTIME_DIR/chatd/control.sock`, else `control.sock` in the state directory.
    ///
    /// # Errors
    /// If there is no state directory to fall back to, or the path is too long for a socket.
    pub fn control_socket(&self, env: &Environment) -> Result<PathBuf, PathError> {
        let runtime = || env.service_directory("RUNTIME_DIRECTORY").map(|path| path.join("control.sock"));
        let user = || env.user_directory("XDG_RUNTIME_DIR").map(|path| path.join("chatd/control.sock"));
        let path = match self.control.socket.clone().or_else(runtime).or_else(user) {
            Some(path) => path,
            None => self.state_directory(env)?.join("control.sock"),
        };
        if path.as_os_str().len() > SOCKET_PATH_BYTES {
            return Err(PathError::SocketPathTooLong(path));
        }
        Ok(path)
    }

    /// The directory of the log files: `log.directory`, else `$LOGS_DIRECTORY`, else `log` in the state directory.
    ///
    /// # Errors
    /// If there is no state directory to fall back to.
    pub fn log_directory(&self, env: &Environment) -> Result<PathBuf, PathError> {
        match self.log.directory.clone().or_else(|| env.service_directory("LOGS_DIRECTORY")) {
            Some(path) => Ok(path),
            None => Ok(self.state_directory(env)?.join("log")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().copied().collect()
    }

    #[test]
    fn the_state_directory_is_looked_for_in_order() {
        let mut config = Config::default();
        let all = [("STATE_DIRECTORY", "/var/lib/chatd:/x"), ("XDG_STATE_HOME", "/xdg"), ("HOME", "/home/u")];
        let at = |config: &Config, from: usize| config.state_directory(&env(&all[from..]));
        assert_eq!(at(&config, 0), Ok("/var/lib/chatd".into()));
        assert_eq!(at(&config, 1), Ok("/xdg/chatd".into()));
        assert_eq!(at(&config, 2), Ok("/home/u/.local/state/chatd".into()));
        assert_eq!(at(&config, 3), Err(PathError::NoStateDirectory));
        config.server.state_directory = Some("/set".into());
        assert_eq!(at(&config, 0), Ok("/set".into()));
    }

    #[test]
    fn the_control_socket_is_looked_for_in_order() {
        let mut config = Config::default();
        let all =
            [("RUNTIME_DIRECTORY", "/run/chatd"), ("XDG_RUNTIME_DIR", "/run/user/1"), ("HOME", "/home/u")];
        let at = |config: &Config, from: usize| config.control_socket(&env(&all[from..]));
        assert_eq!(at(&config, 0), Ok("/run/chatd/control.sock".into()));
        assert_eq!(at(&config, 1), Ok("/run/user/1/chatd/control.sock".into()));
        assert_eq!(at(&config, 2), Ok("/home/u/.local/state/chatd/control.sock".into()));
        assert_eq!(at(&config, 3), Err(PathError::NoStateDirectory));
        config.control.socket = Some("/set.sock".into());
        assert_eq!(at(&config, 3), Ok("/set.sock".into()));
    }

    #[test]
    fn a_socket_path_of_107_bytes_is_allowed_and_108_are_not() {
        let mut config = Config::default();
        let path = |bytes: usize| PathBuf::from(format!("/{}", "x".repeat(bytes - 1)));
        config.control.socket = Some(path(107));
        assert_eq!(config.control_socket(&env(&[])), Ok(path(107)));
        config.control.socket = Some(path(108));
        assert_eq!(config.control_socket(&env(&[])), Err(PathError::SocketPathTooLong(path(108))));
    }

    #[test]
    fn relative_directories_in_the_environment_are_ignored() {
        let env = env(&[("XDG_STATE_HOME", "here"), ("HOME", "/home/u")]);
        assert_eq!(Config::default().state_directory(&env), Ok("/home/u/.local/state/chatd".into()));
    }
}
