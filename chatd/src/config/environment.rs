//! The environment as a value: nothing below `main` reads the process's own, so that tests can give another.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// Environment variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self(std::env::vars_os().collect())
    }

    /// The value of a variable; an empty one counts as absent.
    pub fn value(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A directory that systemd gives (`$STATE_DIRECTORY` and its like, systemd.exec(5)): the first, if it lists several.
    pub(super) fn service_directory(&self, name: &str) -> Option<PathBuf> {
        let first = self.value(name)?.to_str()?.split(':').next()?;
        Some(PathBuf::from(first)).filter(|path| path.is_absolute())
    }

    /// A directory of the user's; a relative path is to be ignored (XDG Base Directory Specification).
    pub(super) fn user_directory(&self, name: &str) -> Option<PathBuf> {
        self.value(name).map(PathBuf::from).filter(|path| path.is_absolute())
    }

    /// `CHATD_…` variables that override nothing and are no mistake for sure, since they name no section: what they may have been
    /// meant for.
    #[must_use]
    pub fn passed_over(&self) -> Vec<String> {
        // chatctl's.
        let is_known = |name: &str| name == "CHATD_SOCKET";
        let variables = self.chatd_variables().into_keys();
        let lonely = variables.filter(|name| !name.contains("__") && !is_known(name));
        lonely
            .map(|name| {
                format!(
                    "the variable {name} is passed over: CHATD_SECTION__KEY overrides a key (CHATD_LIMITS__CLIENTS=500), and sections in \
                     double brackets, such as [[listen]], have no variables"
                )
            })
            .collect()
    }

    /// `CHATD_…` variables, by name.
    pub(super) fn chatd_variables(&self) -> BTreeMap<String, String> {
        let text = |value: &OsStr| value.to_string_lossy().into_owned();
        let all = self.0.iter().map(|(name, value)| (text(name), text(value)));
        all.filter(|(name, _)| name.starts_with("CHATD_") && name != "CHATD_CONFIG").collect()
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
