//! `[server]`: who this daemon says it is, and how it lives. Owns no policy and opens nothing but `motd-file`.

use std::path::PathBuf;
use std::time::Duration;

/// The identity of the daemon and its life in the operating system.
#[derive(Clone, Debug, PartialEq)]
pub struct Server {
    /// The host name with which the daemon prefixes what it says itself; always contains a dot (RFC 2812 §2.3.1).
    pub name: String,
    /// The name of the network, announced as NETWORK; without blanks.
    pub network: String,
    /// One line about this server, shown by WHOIS, INFO and `chatctl status`.
    pub description: String,
    /// The message of the day, lines separated by `\n`; the content of `motd_file` if that is given.
    pub motd: Option<String>,
    /// The absolute path from which `motd` was read.
    pub motd_file: Option<PathBuf>,
    /// What ADMIN answers.
    pub admin: Admin,
    /// Which letters are equal in nicks and room names, announced as CASEMAPPING.
    pub casemapping: CaseMapping,
    /// Threads that run tasks; 0 = one for each core.
    pub worker_threads: usize,
    /// Where the store lives; see `Config::state_directory` for what `None` means.
    pub state_directory: Option<PathBuf>,
    /// How long a stop waits for clients to read what is queued for them.
    pub drain_timeout: Duration,
    /// What every client must say with PASS, in plain text; `None` = nothing. Never log it.
    pub password: Option<String>,
}

/// The three answers to ADMIN (RFC 2812 §3.4.9); an empty one is left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Admin {
    /// Where the server stands, for instance a city.
    pub location: String,
    /// Who runs it.
    pub organisation: String,
    /// Where to write to.
    pub email: String,
}

/// How names are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseMapping {
    /// Only A to Z equal a to z.
    Ascii,
    /// `{}|~` are also the lower case of `[]\^`.
    #[default]
    Rfc1459,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            name: "chatd.localhost".into(),
            network: "chatd".into(),
            description: "a chat server".into(),
            motd: Some("Welcome.".into()),
            motd_file: None,
            admin: Admin::default(),
            casemapping: CaseMapping::default(),
            worker_threads: 0,
            state_directory: None,
            drain_timeout: Duration::from_secs(10),
            password: None,
        }
    }
}
