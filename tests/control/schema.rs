//! What chatctl prints as JSON is what its documented schema says.

use serde_json::{Map, Value};

use crate::harness::{Client, Daemon, command};

/// Every object that a command prints.
fn printed(daemon: &Daemon, arguments: &[&str]) -> Vec<Map<String, Value>> {
    let output = command(daemon, &[&["-y", "-o", "json"], arguments].concat()).output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|cause| panic!("{cause}: {line}")))
        .collect()
}

fn definitions() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/control.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    schema["$defs"].clone()
}

/// The properties of a definition, with those of definitions that stand in it, and which of them must be there.
fn properties(definitions: &Value, name: &str) -> (Map<String, Value>, Vec<String>) {
    let definition = &definitions[name];
    let mut all = definition["properties"].as_object().cloned().unwrap_or_default();
    let required = definition["required"].as_array().into_iter().flatten();
    let mut required = required.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    for part in definition["allOf"].as_array().into_iter().flatten() {
        let name = part["$ref"].as_str().unwrap().trim_start_matches("#/$defs/");
        let (more, needed) = properties(definitions, name);
        all.extend(more);
        required.extend(needed);
    }
    (all, required)
}

#[test]
fn every_command_prints_what_the_schema_says() {
    let daemon = Daemon::start();
    let mut alice = Client::connect(&daemon, "alice");
    alice.send("JOIN #lobby");
    alice.expect(":alice!* JOIN #lobby");
    alice.send("PRIVMSG desk :hello");
    alice.skip_until(":desk!* NOTICE alice *");
    let definitions = definitions();
    for (arguments, name) in [
        (&["status"][..], "Status"),
        (&["list"], "ClientInfo"),
        (&["list", "rooms"], "RoomInfo"),
        (&["desk"], "DeskInfo"),
        (&["show", "alice"], "ClientInfo"),
        (&["show", "#lobby"], "RoomDetail"),
        (&["say", "alice", "hi"], "SayResult"),
        (&["say", "--all", "hi"], "SayResult"),
        (&["host", "alice", "staff/alice"], "HostResult"),
        (&["history", "alice"], "Entry"),
        (&["watch", "--since", "0", "-n", "2"], "Entry"),
        (&["reload"], "ReloadResult"),
        (&["check"], "CheckResult"),
        (&["log", "level"], "LogLevel"),
        (&["kick", "alice"], "KickResult"),
        (&["list", "audit"], "AuditEntry"),
        (&["stop"], "Accepted"),
    ] {
        let (known, required) = properties(&definitions, name);
        let objects = printed(&daemon, arguments);
        assert!(!objects.is_empty(), "{arguments:?} prints nothing");
        for object in objects {
            let unknown = object.keys().filter(|key| !known.contains_key(*key)).collect::<Vec<_>>();
            assert!(unknown.is_empty(), "{arguments:?}: {name} has no {unknown:?}");
            let missing = required.iter().filter(|key| !object.contains_key(*key)).collect::<Vec<_>>();
            assert!(missing.is_empty(), "{arguments:?}: {name} needs {missing:?}");
            let times =
                object.iter().filter(|(key, value)| known[*key]["format"] == "date-time" && !value.is_null());
            for (key, time) in times {
                let time = time.as_str().unwrap();
                assert!(
                    time.len() == 24 && time.ends_with('Z') && &time[10..11] == "T",
                    "{arguments:?}: {key} is {time}"
                );
            }
        }
    }
}
