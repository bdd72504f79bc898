//! `[server]`: who this daemon says it is, and how it lives. Owns no policy and opens nothing but `motd-file`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chat_proto::name::CaseMapping;

use super::problem::Wrong;
use super::section::Section;
use super::value::{self, Raw};
use super::writer::Writer;

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
    /// Whether lines that are not UTF-8 are refused (IRCv3 UTF8ONLY); else they are read as Windows-1252.
    pub utf8_only: bool,
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
            utf8_only: true,
        }
    }
}

const CASE_MAPPINGS: &[(&str, CaseMapping)] =
    &[("ascii", CaseMapping::Ascii), ("rfc1459", CaseMapping::Rfc1459)];
/// More would not reach a client: everybody gets the message of the day at registration.
const MOTD_BYTES: u64 = 64 * 1024;
const MOST_THREADS: u64 = 1024;

impl Server {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let (motd, motd_file) = read_motd(&mut section, default.motd);
        let server = Self {
            name: section.value("name", default.name, host_name),
            network: section.value("network", default.network, value::word),
            description: section.value("description", default.description, value::some_line),
            motd,
            motd_file,
            admin: Admin::read(section.section("admin")),
            casemapping: section.value("casemapping", default.casemapping, value::choice(CASE_MAPPINGS)),
            worker_threads: section.value(
                "worker-threads",
                default.worker_threads,
                value::whole(0..=MOST_THREADS),
            ),
            state_directory: section.optional(
                "state-directory",
                default.state_directory,
                value::absolute_path,
            ),
            drain_timeout: section.value(
                "drain-timeout",
                default.drain_timeout,
                value::duration(Duration::ZERO),
            ),
            password: section.optional("password", default.password, secret),
            utf8_only: section.value("utf8-only", default.utf8_only, value::flag),
        };
        section.finish();
        server
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[server]").text("name", &self.name).text("network", &self.network);
        out.text("description", &self.description);
        match &self.motd_file {
            Some(file) => out.path("motd-file", Some(file)).content("motd", self.motd.as_deref(), file),
            None => out.optional_text("motd", self.motd.as_deref()),
        };
        out.text("casemapping", value::name_of(CASE_MAPPINGS, &self.casemapping));
        out.plain("worker-threads", self.worker_threads);
        out.path("state-directory", self.state_directory.as_deref());
        out.duration("drain-timeout", self.drain_timeout);
        out.secret("password", self.password.as_deref());
        out.plain("utf8-only", self.utf8_only);
        self.admin.write(out);
    }
}

impl Admin {
    fn read(mut section: Section<'_>) -> Self {
        let default = Self::default();
        let admin = Self {
            location: section.value("location", default.location, value::line),
            organisation: section.value("organisation", default.organisation, value::line),
            email: section.value("email", default.email, value::line),
        };
        section.finish();
        admin
    }

    fn write(&self, out: &mut Writer) {
        out.header("[server.admin]").text("location", &self.location);
        out.text("organisation", &self.organisation).text("email", &self.email);
    }
}

/// The message of the day, and the file it came from.
fn read_motd(section: &mut Section<'_>, default: Option<String>) -> (Option<String>, Option<PathBuf>) {
    let inline = section.optional("motd", default, value::lines);
    let base = section.reader.base.clone();
    let file = section.optional("motd-file", None, |raw| Ok(base.join(value::some_line(raw)?)));
    let Some(file) = file else { return (inline, None) };
    if section.is_set("motd") {
        let wrong = Wrong::new("motd and motd-file are both given");
        section.problem("motd-file", wrong.hint("remove one of them"));
    }
    match read_lines(&file) {
        Ok(text) => (Some(text).filter(|text| !text.is_empty()), Some(file)),
        Err(wrong) => {
            section.problem("motd-file", wrong);
            (inline, Some(file))
        }
    }
}

fn read_lines(path: &Path) -> Result<String, Wrong> {
    let cannot =
        |cause: &dyn std::fmt::Display| Wrong::new(format!("cannot read {}: {cause}", path.display()));
    let file = std::fs::metadata(path).map_err(|error| cannot(&error))?;
    if !file.is_file() {
        return Err(cannot(&"it is not a file"));
    }
    if file.len() > MOTD_BYTES {
        return Err(cannot(&format_args!("it is longer than {MOTD_BYTES} bytes")));
    }
    value::clean_lines(&std::fs::read_to_string(path).map_err(|error| cannot(&error))?)
}

/// RFC 2812 §2.3.1 `hostname`, with at least one dot so that nobody takes it for a nick.
fn host_name(raw: Raw<'_>) -> Result<String, Wrong> {
    let name = value::word(raw)?;
    let is_label = |label: &str| {
        let allowed = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && allowed && !label.starts_with('-') && !label.ends_with('-')
    };
    if name.len() <= 63 && name.contains('.') && name.split('.').all(is_label) {
        return Ok(name);
    }
    let wrong =
        Wrong::new(format!("expected a host name of at most 63 bytes with a dot in it, found {name:?}"));
    Err(wrong.hint("for instance \"chat.example.org\""))
}

/// A word that no message repeats.
fn secret(raw: Raw<'_>) -> Result<String, Wrong> {
    value::word(raw).map_err(|_| Wrong::new("expected a string of one word without blanks"))
}
