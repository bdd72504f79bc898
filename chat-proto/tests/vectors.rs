//! Every case of the public IRC parser vectors; `parser-tests/README.md` says where they are from.

use chat_proto::host::is_hostname;
use chat_proto::irc::{LineWriter, Message};
use chat_proto::mask::glob_matches;
use chat_proto::name::CaseMapping;
use chat_proto::source::Source;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct File<T> {
    tests: Vec<T>,
}

#[derive(Deserialize)]
struct Split {
    input: String,
    atoms: Atoms,
}

#[derive(Deserialize)]
struct Join {
    atoms: Atoms,
    matches: Vec<String>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Atoms {
    #[serde(default)]
    tags: BTreeMap<String, String>,
    source: Option<String>,
    verb: String,
    #[serde(default)]
    params: Vec<String>,
}

#[derive(Deserialize)]
struct MaskCase {
    mask: String,
    matches: Vec<String>,
    fails: Vec<String>,
}

#[derive(Deserialize)]
struct UserHost {
    source: String,
    atoms: UserHostAtoms,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserHostAtoms {
    #[serde(default)]
    nick: String,
    #[serde(default)]
    user: String,
    #[serde(default)]
    host: String,
}

#[derive(Deserialize)]
struct HostCase {
    host: String,
    valid: bool,
}

/// Reads one file; `count` is how many cases it is known to have, so that none can go missing.
fn cases<T: DeserializeOwned>(yaml: &str, count: usize) -> Vec<T> {
    let file: File<T> = serde_saphyr::from_str(yaml).expect("the vectors are YAML of this shape");
    assert_eq!(file.tests.len(), count);
    file.tests
}

#[test]
fn messages_are_split_as_the_vectors_say() {
    for case in cases::<Split>(include_str!("parser-tests/msg-split.yaml"), 35) {
        let message = Message::parse(&case.input).unwrap();
        let atoms = Atoms {
            tags: message.tags.iter().map(|(key, value)| (key.to_owned(), value.into_owned())).collect(),
            source: message.source.map(str::to_owned),
            verb: message.verb.to_owned(),
            params: message.params().iter().map(|param| (*param).to_owned()).collect(),
        };
        assert_eq!(atoms, case.atoms, "{:?}", case.input);
    }
}

#[test]
fn messages_are_joined_as_the_vectors_say() {
    for case in cases::<Join>(include_str!("parser-tests/msg-join.yaml"), 18) {
        let line = join(&case.atoms);
        assert!(case.matches.contains(&line), "{line:?} is none of {:?}", case.matches);
    }
}

fn join(atoms: &Atoms) -> String {
    let mut out = Vec::new();
    let mut line = LineWriter::new(&mut out);
    for (key, value) in &atoms.tags {
        line = line.tag(key, value);
    }
    if let Some(source) = &atoms.source {
        line = line.source(source);
    }
    line = line.verb(&atoms.verb);
    for param in &atoms.params {
        line = line.param(param);
    }
    line.end();
    let line = String::from_utf8(out).expect("text makes text");
    line.strip_suffix("\r\n").expect("a line ends with CR LF").to_owned()
}

#[test]
fn masks_match_as_the_vectors_say() {
    let cases = cases::<MaskCase>(include_str!("parser-tests/mask-match.yaml"), 6);
    assert_eq!(cases.iter().map(|case| case.matches.len() + case.fails.len()).sum::<usize>(), 26);
    for mapping in [CaseMapping::Ascii, CaseMapping::Rfc1459] {
        for case in &cases {
            for text in &case.matches {
                assert!(glob_matches(&case.mask, text, mapping), "{} should match {text}", case.mask);
            }
            for text in &case.fails {
                assert!(!glob_matches(&case.mask, text, mapping), "{} should not match {text}", case.mask);
            }
        }
    }
}

#[test]
fn sources_are_split_as_the_vectors_say() {
    for case in cases::<UserHost>(include_str!("parser-tests/userhost-split.yaml"), 7) {
        let UserHostAtoms { nick, user, host } = &case.atoms;
        assert_eq!(Source::split(&case.source), Source { nick, user, host });
    }
}

#[test]
fn host_names_are_judged_as_the_vectors_say() {
    for case in cases::<HostCase>(include_str!("parser-tests/validate-hostname.yaml"), 19) {
        assert_eq!(is_hostname(&case.host), case.valid, "{:?}", case.host);
    }
}
