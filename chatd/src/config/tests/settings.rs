//! Where values come from, and what differs between two configurations.

use chat_proto::control::{ConfigChange, ConfigOrigin, ConfigSetting, ConfigValue};

use super::*;

const FILE: &str = "/etc/chatd/chatd.toml";

fn settings_with(text: &str, variables: &[(&str, &str)]) -> Settings {
    let loaded = load::parse_traced(Some(Path::new(FILE)), text, &variables.iter().copied().collect());
    let Loaded { config, origins } = loaded.unwrap_or_else(|report| panic!("{report}"));
    origins.settings(&config)
}

fn settings(text: &str) -> Settings {
    settings_with(text, &[])
}

#[track_caller]
fn one(settings: &Settings, key: &str) -> ConfigSetting {
    let told = settings.told(key);
    told.into_iter().find(|setting| setting.key == key).unwrap_or_else(|| panic!("no {key}"))
}

fn line(line: usize) -> ConfigOrigin {
    ConfigOrigin::File { file: FILE.into(), line }
}

/// Key, old and new value of each change.
fn told(changes: &[ConfigChange]) -> Vec<(&str, String, String)> {
    let show = |value: &Option<ConfigValue>| value.as_ref().map_or("-".into(), ToString::to_string);
    changes.iter().map(|change| (&*change.key, show(&change.old), show(&change.new))).collect()
}

#[test]
fn each_value_has_the_place_that_gave_it() {
    let text = "[server]\n# first\nnetwork = \"Here\"\nadmin = { email = \"me@x\" }\n\n[limits]\nclients = 7\n\n\
                [[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:6667\"\n";
    let settings = settings_with(text, &[("CHATD_LIMITS__CLIENTS", "9"), ("CHATD_DNS__SERVERS", "::1")]);
    assert_eq!(one(&settings, "server.network").origin, line(3));
    assert_eq!(one(&settings, "server.admin.email").origin, line(4));
    assert_eq!(one(&settings, "server.name").origin, ConfigOrigin::Default);
    assert_eq!(one(&settings, "listen[127.0.0.1:6667].protocol").origin, line(10));
    assert_eq!(one(&settings, "listen[127.0.0.1:6667].tls").origin, ConfigOrigin::Default);
    let clients = one(&settings, "limits.clients");
    assert_eq!(clients.value, 9_u32.into());
    assert_eq!(clients.origin, ConfigOrigin::Variable { name: "CHATD_LIMITS__CLIENTS".into() });
    assert_eq!(one(&settings, "dns.servers").value, vec!["[::1]:53"].into());
}

#[test]
fn every_key_of_a_file_that_gives_all_comes_from_that_file() {
    let hash = password::hash("secret").unwrap();
    let all = settings(&EVERYTHING.replace("HASH", &hash)).told("");
    let by_default: Vec<_> = all.iter().filter(|one| one.origin == ConfigOrigin::Default).collect();
    assert!(by_default.is_empty(), "{by_default:?}");
}

#[test]
fn the_text_of_a_configuration_is_what_is_told_of_it() {
    let written = everything().to_toml().parse::<toml::Table>().unwrap();
    let told = Origins::default().settings(&everything()).told("limits.");
    let limits = written["limits"].as_table().unwrap();
    assert_eq!(told.len(), limits.len());
    for setting in told {
        let value = &limits[setting.key.strip_prefix("limits.").unwrap()];
        assert_eq!(value.to_string(), setting.value.to_string(), "{}", setting.key);
    }
}

#[test]
fn secrets_are_never_told_and_their_changes_are_noticed() {
    let secrets = |word: &str, key: &str| {
        format!(
            "[server]\npassword = \"{word}\"\n[cloak]\nkey = \"{key}\"\n[[webirc]]\nname = \"w\"\npassword = \"{key}\"\n\
             from = [\"::1\"]\n[[control.operator]]\nname = \"o\"\npassword = \"{}\"\nrole = \"admin\"\n",
            password::hash(word).unwrap()
        )
    };
    let (old, new) = (secrets("geheim1", "0123456789abcdef"), secrets("geheim2", "fedcba9876543210"));
    let (old, new) = (settings(&old), settings(&new));
    let keys = ["server.password", "webirc[w].password", "control.operator[o].password", "cloak.key"];
    for key in keys {
        let told = one(&old, key);
        assert!(told.is_secret && told.value == "(secret)".into(), "{told:?}");
    }
    let changes = old.changes(&new);
    assert_eq!(changes.len(), keys.len());
    for change in &changes {
        assert!(keys.contains(&&*change.key) && change.is_secret, "{change:?}");
        assert_eq!((&change.old, &change.new), (&Some("(secret)".into()), &Some("(secret)".into())));
    }
    let first = settings("").changes(&settings("[server]\npassword = \"geheim\"\n"));
    assert_eq!(told(&first), [("server.password", "\"\"".into(), "\"(secret)\"".into())]);
    let all = format!("{:?}{:?}{first:?}", new.told(""), changes);
    for secret in ["geheim", "0123456789abcdef", "fedcba9876543210", "argon2"] {
        assert!(!all.contains(secret), "{secret} is told");
    }
}

#[test]
fn entries_of_a_list_are_told_apart_by_what_they_are_and_not_by_their_place() {
    let listen = |address: &str, tls: bool| {
        format!("[[listen]]\nprotocol = \"irc\"\naddress = \"{address}\"\nproxy-protocol = {tls}\nproxy-from = [\"::1\"]\n")
            .replace("proxy-protocol = false\nproxy-from = [\"::1\"]\n", "")
    };
    let old = settings(&format!("{}{}", listen("127.0.0.1:1", false), listen("127.0.0.1:2", false)));
    let new = settings(&listen("127.0.0.1:2", true));
    let changes = old.changes(&new);
    let gone = changes.iter().filter(|change| change.key.starts_with("listen[127.0.0.1:1]."));
    assert!(gone.clone().count() > 3 && gone.clone().all(|change| change.new.is_none()), "{changes:?}");
    let left: Vec<_> = changes.iter().filter(|change| change.new.is_some()).cloned().collect();
    let expected = [
        ("listen[127.0.0.1:2].proxy-protocol", "false".into(), "true".into()),
        ("listen[127.0.0.1:2].proxy-from", "[]".into(), "[\"::1\"]".into()),
    ];
    assert_eq!(told(&left), expected);
    let equal = settings(&format!("{}{}", listen("127.0.0.1:0", false), listen("127.0.0.1:0", true)));
    assert_eq!(one(&equal, "listen[127.0.0.1:0].proxy-protocol").value, false.into());
    assert_eq!(one(&equal, "listen[127.0.0.1:0#2].proxy-protocol").value, true.into());
}

#[test]
fn rules_in_another_order_are_a_change() {
    let rule = |word: &str| format!("[[desk.rule]]\nmatch = '[{word}].'\nreply = \"{word}\"\n");
    let old = settings(&format!("{}{}", rule("a"), rule("b")));
    let new = settings(&format!("{}{}", rule("b"), rule("a")));
    let changes = old.changes(&new);
    assert_eq!(told(&changes), [("desk.rule", "[\"[a].\", \"[b].\"]".into(), "[\"[b].\", \"[a].\"]".into())]);
    assert!(changes[0].is_order);
    assert_eq!(old.changes(&old), []);
}

#[test]
fn what_a_file_of_its_own_contains_is_a_change_and_no_key() {
    let directory = tempfile::tempdir().unwrap();
    let motd = directory.path().join("motd.txt");
    let text = format!("[server]\nmotd-file = \"{}\"\n", motd.display());
    std::fs::write(&motd, "old\n").unwrap();
    let old = settings(&text);
    std::fs::write(&motd, "new\n").unwrap();
    let new = settings(&text);
    let changes = old.changes(&new);
    assert_eq!(told(&changes), [("server.motd", "\"old\"".into(), "\"new\"".into())]);
    let origin = ConfigOrigin::File { file: motd.display().to_string(), line: 1 };
    assert_eq!(changes[0].origin, origin);
    assert!(new.told("server.motd").iter().all(|setting| setting.key == "server.motd-file"));
}

#[test]
fn what_is_kept_until_a_restart_keeps_its_origin() {
    let (old, new) =
        (settings("[desk]\nnick = \"old\"\n"), settings("\n\n[desk]\nnick = \"new\"\ngreeting = \"x\"\n"));
    let in_force = new.keeping(&old, |key| key == "desk.nick");
    let nick = one(&in_force, "desk.nick");
    assert_eq!((nick.value, nick.origin), ("old".into(), line(2)));
    assert_eq!(one(&in_force, "desk.greeting").origin, line(5));
}
