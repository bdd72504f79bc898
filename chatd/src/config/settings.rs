//! A configuration key by key, each with its value and where that comes from: what is told when somebody asks what is in force, and
//! what differs. Made of what each section writes, so that no key can be missing. Never hands out a secret.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use chat_proto::control::{ConfigChange, ConfigOrigin, ConfigSetting, ConfigValue, SECRET};

use super::Config;
use super::problem::Place;
use super::section::numbered;
use super::writer::{Entry, Kind, Section};

/// Where the values of a configuration come from: the places of all keys that somebody has given.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    file: PathBuf,
    places: BTreeMap<String, Place>,
}

/// Every key of a configuration, section by section.
#[derive(Clone, Debug)]
pub struct Settings(Vec<Setting>);

/// One of them, with its true value.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    key: String,
    value: ConfigValue,
    kind: Kind,
    origin: ConfigOrigin,
}

impl Origins {
    pub(super) fn new(file: Option<&Path>, places: BTreeMap<String, Place>) -> Self {
        Self { file: file.map(Path::to_owned).unwrap_or_default(), places }
    }

    /// The keys of the configuration that was read.
    #[must_use]
    pub fn settings(&self, config: &Config) -> Settings {
        let mut seen = HashMap::new();
        let entries = config.written().into_entries().into_iter();
        Settings(entries.map(|entry| self.setting(entry, &mut seen)).collect())
    }

    fn setting(&self, entry: Entry, seen: &mut HashMap<(&'static str, String), Vec<usize>>) -> Setting {
        let Entry { section, key, value, kind } = entry;
        let index = section.item.as_ref().map(|(index, _)| *index);
        let origin = match &kind {
            Kind::Content(file) => ConfigOrigin::File { file: file.display().to_string(), line: 1 },
            _ => self.origin(&numbered(section.name, index, key)),
        };
        Setting { key: full_key(section, key, seen), value, kind, origin }
    }

    fn origin(&self, key: &str) -> ConfigOrigin {
        match self.places.get(key) {
            None => ConfigOrigin::Default,
            Some(Place::Variable(name)) => ConfigOrigin::Variable { name: name.clone() },
            Some(Place::Line { line, .. }) => self.line(*line),
            Some(Place::File) => self.line(1),
        }
    }

    fn line(&self, line: usize) -> ConfigOrigin {
        ConfigOrigin::File { file: self.file.display().to_string(), line }
    }
}

/// The key as people read it. Entries of a list are told apart by their labels, and those with equal labels by their order.
fn full_key(section: Section, key: &str, seen: &mut HashMap<(&'static str, String), Vec<usize>>) -> String {
    let Some((index, label)) = section.item else { return numbered(section.name, None, key) };
    let equals = seen.entry((section.name, label.clone())).or_default();
    if !equals.contains(&index) {
        equals.push(index);
    }
    match equals.len() {
        1 => format!("{}[{label}].{key}", section.name),
        count => format!("{}[{label}#{count}].{key}", section.name),
    }
}

impl Settings {
    /// What is told of them, but for what files contain that they name.
    #[must_use]
    pub fn told(&self, prefix: &str) -> Vec<ConfigSetting> {
        let asked = self.0.iter().filter(|setting| setting.key.starts_with(prefix));
        asked.filter(|setting| !matches!(setting.kind, Kind::Content(_))).map(Setting::told).collect()
    }

    /// The same with those of `old` that `is_kept` says.
    #[must_use]
    pub fn keeping(mut self, old: &Self, is_kept: impl Fn(&str) -> bool) -> Self {
        let old = old.by_key();
        for setting in self.0.iter_mut().filter(|setting| is_kept(&setting.key)) {
            if let Some(kept) = old.get(&*setting.key) {
                setting.clone_from(kept);
            }
        }
        self
    }

    /// What differs, in the order of `new`; what is gone comes last.
    #[must_use]
    pub fn changes(&self, new: &Self) -> Vec<ConfigChange> {
        let (old, now) = (self.by_key(), new.by_key());
        let differs = |new: &&Setting| old.get(&*new.key).is_none_or(|old| old.value != new.value);
        let mut changes: Vec<_> =
            new.0.iter().filter(differs).map(|new| change(old.get(&*new.key).copied(), new)).collect();
        changes.extend(self.reordered(new));
        let gone = self.0.iter().filter(|old| !now.contains_key(&*old.key));
        changes.extend(gone.map(|gone| ConfigChange {
            new: None,
            old: Some(gone.shown()),
            ..change(None, gone)
        }));
        changes
    }

    /// Lists whose entries are the same in another order, which may mean something else.
    fn reordered(&self, new: &Self) -> Vec<ConfigChange> {
        let (old, new) = (self.labels(), new.labels());
        let is_other_order = |name: &str, now: &Vec<String>| {
            old.get(name).is_some_and(|before| {
                let (mut one, mut other) = (before.clone(), now.clone());
                one.sort();
                other.sort();
                before != now && one == other
            })
        };
        let reordered = new.iter().filter(|(name, now)| is_other_order(name, now));
        reordered
            .map(|(name, now)| ConfigChange {
                key: (*name).to_owned(),
                old: old.get(name).cloned().map(list),
                new: Some(list(now.clone())),
                is_secret: false,
                is_order: true,
                origin: ConfigOrigin::Default,
            })
            .collect()
    }

    /// For each list of sections the labels of its entries.
    fn labels(&self) -> BTreeMap<&str, Vec<String>> {
        let mut labels = BTreeMap::<_, Vec<String>>::new();
        for setting in &self.0 {
            if let Some((name, rest)) = setting.key.split_once('[')
                && let Some((label, _)) = rest.rsplit_once("].")
            {
                let labels = labels.entry(name).or_default();
                if labels.last().is_none_or(|last| last != label) {
                    labels.push(label.to_owned());
                }
            }
        }
        labels
    }

    fn by_key(&self) -> HashMap<&str, &Setting> {
        self.0.iter().map(|setting| (&*setting.key, setting)).collect()
    }
}

fn list(labels: Vec<String>) -> ConfigValue {
    ConfigValue::List(labels.into_iter().map(ConfigValue::Text).collect())
}

fn change(old: Option<&Setting>, new: &Setting) -> ConfigChange {
    ConfigChange {
        key: new.key.clone(),
        old: old.map(Setting::shown),
        new: Some(new.shown()),
        is_secret: new.kind == Kind::Secret,
        is_order: false,
        origin: new.origin.clone(),
    }
}

impl Setting {
    /// The value, unless nobody may see it.
    fn shown(&self) -> ConfigValue {
        let is_absent = self.value == ConfigValue::from("");
        if self.kind == Kind::Secret && !is_absent { SECRET.into() } else { self.value.clone() }
    }

    fn told(&self) -> ConfigSetting {
        ConfigSetting {
            key: self.key.clone(),
            value: self.shown(),
            is_secret: self.kind == Kind::Secret,
            origin: self.origin.clone(),
        }
    }
}
