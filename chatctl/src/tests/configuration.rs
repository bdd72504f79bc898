//! The configuration as chatctl shows it: what is in force, what differs, what a reload did.

use chat_proto::control::{
    CheckResult, ConfigAgainst, ConfigChange, ConfigDiff, ConfigOrigin, ConfigSetting, ConfigValue,
    ConfigView, Confirmed, PendingReload, ReloadResult,
};

use super::answers::success;
use super::ran;
use super::server::Server;

fn in_file(line: usize) -> ConfigOrigin {
    ConfigOrigin::File { file: "/etc/chatd/chatd.toml".into(), line }
}

fn setting(key: &str, value: impl Into<ConfigValue>, origin: ConfigOrigin) -> ConfigSetting {
    ConfigSetting { key: key.into(), value: value.into(), is_secret: false, origin }
}

fn change(key: &str, old: Option<ConfigValue>, new: Option<ConfigValue>) -> ConfigChange {
    ConfigChange { key: key.into(), old, new, is_secret: false, is_order: false, origin: in_file(3) }
}

/// A number that changes, an entry of a list that is added, and one that is gone.
fn changes() -> Vec<ConfigChange> {
    let text = |text: &str| Some(text.into());
    vec![
        change("limits.clients", Some(10_000_u32.into()), Some(20_000_u32.into())),
        change("listen[[::]:6697].protocol", None, text("irc")),
        change("listen[[::]:6697].tls", None, Some(true.into())),
        change("listen[127.0.0.1:7000].protocol", text("lines"), None),
        change("listen[127.0.0.1:7000].tls", Some(false.into()), None),
    ]
}

fn pending() -> PendingReload {
    PendingReload {
        began_at: "2025-01-31T12:00:00.000Z".into(),
        until_at: "2025-01-31T12:05:00.000Z".into(),
        changed: 1,
        undo_failed: None,
    }
}

#[test]
fn the_configuration_in_force_is_toml_with_origins_and_json_has_the_same() {
    let variable = ConfigOrigin::Variable { name: "CHATD_LIMITS__CLIENTS".into() };
    let view = ConfigView {
        source: "/etc/chatd/chatd.toml".into(),
        loaded_at: "2025-01-31T12:00:00.000Z".into(),
        settings: vec![
            setting("listen[[::]:6697].protocol", "irc", in_file(9)),
            setting("listen[[::]:6697].origins", vec!["a", "b"], ConfigOrigin::Default),
            setting("listen[127.0.0.1:7000].protocol", "lines", in_file(12)),
            setting("server.motd", "two\nlines, one of them longer", in_file(3)),
            setting("limits.clients", 20_u32, variable),
        ],
    };
    let server = Server::answering(vec![success(&view); 3]);
    let text = ran(&server.socket(), &["config", "show"]).out;
    let expected = concat!(
        "[[listen]]\n",
        "protocol = \"irc\"                # /etc/chatd/chatd.toml:9\n",
        "origins = [\"a\", \"b\"]            # default\n",
        "\n",
        "[[listen]]\n",
        "protocol = \"lines\"              # /etc/chatd/chatd.toml:12\n",
        "\n",
        "[server]\n",
        "motd = \"two\\nlines, one of them longer\"  # /etc/chatd/chatd.toml:3\n",
        "\n",
        "[limits]\n",
        "clients = 20                    # CHATD_LIMITS__CLIENTS\n",
    );
    assert_eq!(text, expected);
    let json = ran(&server.socket(), &["-o", "json", "config", "show", "limits"]).out;
    assert_eq!(serde_json::from_str::<ConfigView>(&json).unwrap(), view);
    ran(&server.socket(), &["config"]);
    let requests = ["GET /v1/config", "GET /v1/config?prefix=limits", "GET /v1/config"];
    assert_eq!(server.requests(), requests);
}

#[test]
fn what_differs_is_toml_with_the_other_value_beside_it() {
    let mut order = change("desk.rule", Some(vec!["a", "b"].into()), Some(vec!["b", "a"].into()));
    (order.is_order, order.origin) = (true, ConfigOrigin::Default);
    let mut changed = changes();
    changed.push(order);
    let restart = change("rooms.owner-ranks", Some(false.into()), Some(true.into()));
    let (against, source) = (ConfigAgainst::File, "/etc/chatd/chatd.toml".into());
    let diff = ConfigDiff { against, source, changed, restart_needed: vec![restart] };
    let none = ConfigDiff { changed: Vec::new(), restart_needed: Vec::new(), ..diff.clone() };
    let server = Server::answering(vec![success(&diff), success(&none), success(&none)]);
    let text = ran(&server.socket(), &["config", "diff"]).out;
    let expected = concat!(
        "[limits]\n",
        "clients = 20000                 # /etc/chatd/chatd.toml:3; in force: 10000\n",
        "\n",
        "[[listen]]\n",
        "protocol = \"irc\"                # /etc/chatd/chatd.toml:3; in force: nothing\n",
        "tls = true                      # /etc/chatd/chatd.toml:3; in force: nothing\n",
        "# desk.rule in another order: [\"b\", \"a\"]; in force: [\"a\", \"b\"]\n",
        "\n",
        "[rooms]\n",
        "owner-ranks = true              # /etc/chatd/chatd.toml:3; in force: false; needs a restart\n",
        "# listen[127.0.0.1:7000] is gone\n",
    );
    assert_eq!(text, expected);
    let same = ran(&server.socket(), &["config", "diff"]).out;
    assert_eq!(same, "# what is in force is what the file says\n");
    let defaults = ran(&server.socket(), &["config", "diff", "--defaults"]).out;
    assert_eq!(defaults, "# the defaults are in force\n");
    assert_eq!(server.requests()[2], "GET /v1/config/diff?against=defaults");
}

#[test]
fn a_reload_groups_what_is_in_force_and_what_waits_and_warns_beside_it() {
    let restart = change("desk.nick", Some("desk".into()), Some("x".repeat(100).as_str().into()));
    let result = ReloadResult {
        changed: changes(),
        restart_needed: vec![restart],
        renewed: vec!["/etc/chatd/fullchain.pem".into()],
        warnings: vec!["everybody can read the key".into()],
        pending: None,
    };
    let server = Server::answering(vec![success(&result)]);
    let ran = ran(&server.socket(), &["reload"]);
    let shortened = "x".repeat(59);
    assert_eq!(
        ran.out,
        format!(
            "renewed certificate: /etc/chatd/fullchain.pem\ntakes effect now:\n  limits.clients: 10000 → 20000\n  listen[[::]:6697]: added\n  \
             listen[127.0.0.1:7000]: removed\nneeds a restart:\n  desk.nick: \"desk\" → \"{shortened}…\n"
        )
    );
    assert_eq!(ran.err, "chatctl: warning: everybody can read the key\n");
}

#[test]
fn a_reload_that_undoes_itself_says_when_and_how_it_stays() {
    let result = ReloadResult { changed: changes(), pending: Some(pending()), ..ReloadResult::default() };
    let undone = ReloadResult { changed: changes(), ..ReloadResult::default() };
    let confirmed = Confirmed { confirmed: pending() };
    let nothing = ReloadResult::default();
    let answers = vec![success(&result), success(&confirmed), success(&undone), success(&nothing)];
    let server = Server::answering(answers);
    let out = ran(&server.socket(), &["reload", "--confirm-within", "5m"]).out;
    assert!(out.contains("undone at 2025-01-31 12:05:00 unless confirmed"), "{out}");
    assert!(out.contains("chatctl reload --confirm ") && out.contains("chatctl reload --undo "), "{out}");
    assert!(out.ends_with("A restart meanwhile starts with the file as it is.\n"), "{out}");
    let out = ran(&server.socket(), &["reload", "--confirm"]).out;
    assert_eq!(out, "confirmed: the reload of 2025-01-31 12:00:00 stays\n");
    let out = ran(&server.socket(), &["reload", "--undo"]).out;
    assert!(out.starts_with("undone:\n  limits.clients: "), "{out}");
    let out = ran(&server.socket(), &["reload", "--confirm-within", "5m"]).out;
    assert_eq!(out, "nothing changed, so there is nothing to confirm\n");
    assert_eq!(ran(&server.socket(), &["reload", "--confirm", "--undo"]).code, 2);
    let within = r#"POST /v1/reload {"confirm_within_ms":300000}"#;
    assert_eq!(server.requests(), [within, "POST /v1/reload/confirm", "POST /v1/reload/undo", within]);
}

#[test]
fn a_check_says_what_a_reload_would_do_and_warns() {
    let result = CheckResult {
        source: "/etc/chatd/chatd.toml".into(),
        is_valid: true,
        faults: Vec::new(),
        warnings: vec!["the certificate ends soon".into()],
        changed: changes(),
        restart_needed: Vec::new(),
    };
    let server = Server::answering(vec![success(&result)]);
    let ran = ran(&server.socket(), &["check"]);
    let head = "/etc/chatd/chatd.toml is good\na reload would change:\n  limits.clients: 10000 → 20000\n";
    assert!(ran.out.starts_with(head), "{}", ran.out);
    assert_eq!(ran.err, "chatctl: warning: the certificate ends soon\n");
}
