//! From a source to a checked configuration: the only place that knows the order of sections.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::problem::{ConfigError, Place, Problem, Wrong, nearest};
use super::section::{Reader, Section};
use super::settings::Origins;
use super::{
    Cloak, Config, Control, Desk, Dns, Environment, History, Irc, Limits, LogConfig, Metrics, Rooms, Server,
    TlsConfig, listen, webirc,
};
use crate::access::{self, Denied};

/// A file longer than this is no configuration.
const FILE_MAX: u64 = 1024 * 1024;

/// Where a configuration comes from; kept for the next reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file, or `None` for the built-in defaults.
    pub file: Option<PathBuf>,
    /// The environment, of which `CHATD_SECTION__KEY` variables override the file.
    pub environment: Environment,
}

impl Source {
    /// What people read: the file's path, or that there is none.
    #[must_use]
    pub fn name(&self) -> String {
        self.file.as_ref().map_or_else(|| "built-in defaults".into(), |file| file.display().to_string())
    }
}

/// A configuration, and where its values come from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// Where it says so.
    pub origins: Origins,
}

/// Reads and checks a configuration.
///
/// # Errors
/// Everything that is wrong with it, at once; the one problem of an unreadable file.
pub fn load(source: &Source) -> Result<Loaded, ConfigError> {
    let text = match &source.file {
        None => String::new(),
        Some(file) => read(file)?,
    };
    parse_traced(source.file.as_deref(), &text, &source.environment)
}

/// Checks a configuration that is already in memory; `file` is what the report calls it, and its directory is where
/// a relative `motd-file` is looked for.
///
/// # Errors
/// Everything that is wrong with it, at once. Where the text is not TOML, only that is told: what it would have
/// meant is a guess.
pub fn parse(file: Option<&Path>, text: &str, environment: &Environment) -> Result<Config, ConfigError> {
    parse_traced(file, text, environment).map(|loaded| loaded.config)
}

pub(super) fn parse_traced(
    file: Option<&Path>,
    text: &str,
    environment: &Environment,
) -> Result<Loaded, ConfigError> {
    let failed = |problems| ConfigError { file: file.map(Path::to_owned), problems };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(failed(syntax_problems(text, &errors)));
    }
    let variables = environment.chatd_variables();
    let reader = Reader::new(file, text, &variables);
    let config = reader.read(table.get_ref());
    let origins = Origins::new(file, reader.places.take());
    match reader.into_problems() {
        problems if problems.is_empty() => Ok(Loaded { config, origins }),
        problems => Err(failed(problems)),
    }
}

fn read(file: &Path) -> Result<String, ConfigError> {
    let bytes = read_bytes(file).map_err(|wrong| ConfigError::whole(file, wrong))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let place = Place::of_offset(&text, valid);
        let problem = Problem { place, key: String::new(), message: "not UTF-8".into(), hint: None };
        ConfigError { file: Some(file.to_owned()), problems: vec![problem] }
    })
}

/// Whoever asks for a check names any file, and the daemon reads it: a pipe that nobody writes to would never end, and a device
/// neither.
fn read_bytes(file: &Path) -> Result<Vec<u8>, Wrong> {
    let cannot = |error: io::Error| unreadable(file, &error);
    let metadata = fs::metadata(file).map_err(cannot)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(Wrong::new("cannot read it: it is not a regular file")
            .hint("write what it gives to a file and name that one"));
    }
    let mut bytes = Vec::new();
    File::open(file).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(Wrong::new("cannot read it: it is longer than 1 MiB").hint("is this the right file?"));
    }
    Ok(bytes)
}

fn unreadable(file: &Path, error: &io::Error) -> Wrong {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            let Denied { why, remedy } = access::to_read(file);
            Wrong::new(format!("cannot read it: {why}")).hint(remedy)
        }
        ErrorKind::NotFound => Wrong::new("there is no such file").hint(
            "`chatd --print-config` prints the defaults to begin with; without any file they are in effect",
        ),
        ErrorKind::IsADirectory => {
            Wrong::new("cannot read it: it is a directory").hint("name the file in it, such as chatd.toml")
        }
        _ => Wrong::new(format!("cannot read it: {error}")),
    }
}

/// One problem for each line: what follows the first fault of a line is mostly its echo.
fn syntax_problems(text: &str, errors: &[toml::de::Error]) -> Vec<Problem> {
    let problem = |error: &toml::de::Error| {
        let place = Place::of_offset(text, error.span().map_or(text.len(), |span| span.start));
        Problem { place, key: String::new(), message: error.message().to_owned(), hint: None }
    };
    let line = |problem: &Problem| match problem.place {
        Place::Line { line, .. } => line,
        _ => 0,
    };
    let mut problems = errors.iter().map(problem).collect::<Vec<_>>();
    problems.sort();
    problems.dedup_by_key(|problem| line(problem));
    problems
}

impl<'a> Reader<'a> {
    fn new(file: Option<&Path>, text: &'a str, variables: &'a BTreeMap<String, String>) -> Self {
        let directory = file.and_then(Path::parent).unwrap_or(Path::new(""));
        let base = std::path::absolute(directory.join("x")).ok();
        Self {
            text,
            base: base.as_deref().and_then(Path::parent).unwrap_or(directory).to_owned(),
            variables: variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            known_variables: RefCell::default(),
            problems: RefCell::default(),
            places: RefCell::default(),
        }
    }

    fn read(&'a self, table: &'a DeTable<'a>) -> Config {
        let mut root = Section::root(self, table);
        // First, because the desk's nick is held against the limit for nicks.
        let limits = Limits::read(root.section("limits"));
        // Before the listeners, which may not speak TLS without a certificate.
        let tls = TlsConfig::read(root.section("tls"));
        let config = Config {
            server: Server::read(root.section("server")),
            listen: listen::read_all(&mut root, &tls),
            control: Control::read(root.section("control")),
            cloak: Cloak::read(root.section("cloak")),
            gateways: webirc::read_all(&mut root),
            dns: Dns::read(root.section("dns")),
            desk: Desk::read(root.section("desk"), &limits),
            history: History::read(root.section("history")),
            irc: Irc::read(root.section("irc")),
            rooms: Rooms::read(root.section("rooms")),
            log: LogConfig::read(root.section("log")),
            metrics: Metrics::read(root.section("metrics")),
            limits,
            tls,
        };
        config.tls.sts.check(&root, &config.listen);
        for section in ["accounts", "cluster"] {
            root.unavailable(section, &format!("remove the section [{section}]"));
        }
        root.finish();
        self.report_unknown_variables();
        config
    }

    /// The report in the order of the file.
    fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems.dedup();
        problems
    }

    fn report_unknown_variables(&self) {
        let known = self.known_variables.borrow();
        for name in self.variables.keys() {
            let meant = known.iter().find(|known| known.replace("__", "_") == name.replace("__", "_"));
            if known.iter().any(|known| known == name) || (meant.is_none() && !name.contains("__")) {
                continue;
            }
            let meant = meant.map(String::as_str).or_else(|| nearest(name, known.iter().map(String::as_str)));
            let hint = meant.map_or(Cow::Borrowed("lists of sections have no variables"), |meant| {
                Cow::Owned(format!("did you mean {meant}?"))
            });
            let Wrong { message, hint } = Wrong::new("overrides no known key").hint(hint);
            let place = Place::Variable((*name).to_owned());
            self.problems.borrow_mut().push(Problem { place, key: String::new(), message, hint });
        }
    }
}
