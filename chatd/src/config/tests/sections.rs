//! What single sections promise: their bounds, and what they refuse.

use super::*;

#[test]
fn a_section_of_a_later_version_is_not_an_unknown_key() {
    assert!(complaints("[desk.responder]\n").contains("desk.responder: not available in this version"));
}

/// A listener with these further lines.
fn listener(protocol: &str, more: &str) -> String {
    format!("[[listen]]\nprotocol = \"{protocol}\"\naddress = \"127.0.0.1:80\"\n{more}")
}

#[test]
fn gateways_are_named_before_they_are_believed() {
    let report = complaints(&listener("irc", "proxy-protocol = true\n"));
    assert!(report.starts_with("chatd.toml:4:18: listen.proxy-protocol: nobody is named"), "{report}");
    let report = complaints(&listener("irc", "proxy-from = [\"127.0.0.1\"]\n"));
    assert!(report.contains("listen.proxy-from: has no effect"), "{report}");
    let both = "proxy-protocol = true\nproxy-from = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
    let listen = &read(&listener("lines", both)).unwrap().listen[0];
    let is_gateway = |text: &str| listen.is_gateway(text.parse().unwrap());
    assert!(is_gateway("10.1.2.3") && is_gateway("::ffff:127.0.0.1"));
    assert!(!is_gateway("127.0.0.2") && !is_gateway("::1"));
    let report = complaints(&listener("irc", "proxy-protocol = true\nproxy-from = [\"10.0.0.1/8\"]\n"));
    assert!(report.contains("10.0.0.0/8"), "{report}");
}

#[test]
fn a_websocket_listener_names_the_pages_that_may_connect() {
    let report = complaints(&listener("websocket", ""));
    assert!(report.contains("listen.origins: is missing"), "{report}");
    for origins in ["[]", "[\"*\"]", "[\"https://a.example\", \"http://localhost:8080\"]"] {
        assert!(read(&listener("websocket", &format!("origins = {origins}\n"))).is_ok(), "{origins}");
    }
    for origin in
        ["a.example", "https://", "wss://a.example", "https://a.example/chat", "https://*.a.example", "null"]
    {
        let report = complaints(&listener("websocket", &format!("origins = [\"{origin}\"]\n")));
        assert!(report.contains("listen.origins: expected an origin"), "{report}");
    }
    let report = complaints(&listener("websocket", "origins = [\"https://a.example/\"]\n"));
    assert!(report.contains("write \"https://a.example\""), "{report}");
    let report = complaints(&listener("websocket", "origins = []\npath = \"irc\"\n"));
    assert!(report.contains("write \"/irc\""), "{report}");
}

#[test]
fn what_is_for_pages_is_for_websocket_only() {
    for key in ["origins = [\"*\"]\n", "path = \"/\"\n"] {
        let report = complaints(&listener("irc", key));
        assert!(report.contains("is for protocol = \"websocket\" only"), "{report}");
    }
}

#[test]
fn listeners_are_complete_and_distinct() {
    let report = complaints("[[listen]]\nprotocol = \"irc\"\n");
    assert!(
        report.starts_with("chatd.toml:1:1: listen.address: is missing\n    hint: add address ="),
        "{report}"
    );
    let one = "[[listen]]\nprotocol = \"irc\"\naddress = \"127.0.0.1:6667\"\n";
    assert_eq!(read(one).unwrap().listen.len(), 1);
    assert!(
        complaints(&one.repeat(2)).starts_with("chatd.toml:6:11: listen.address: 127.0.0.1:6667 is already")
    );
    let any_port = one.replace("6667", "0");
    assert_eq!(read(&any_port.repeat(2)).unwrap().listen.len(), 2);
    assert!(complaints("[listen]\n").contains("write [[listen]]"));
    assert!(complaints(&one.replace("127.0.0.1", "localhost")).contains("write \"127.0.0.1:6667\""));
}

#[test]
fn names_leave_room_for_text() {
    let names = |nick: u32, room: u32| format!("[limits]\nnick-length = {nick}\nroom-name-length = {room}\n");
    assert!(read(&names(121, 124)).is_ok());
    assert!(complaints(&names(121, 125)).starts_with("chatd.toml:2:15: limits.nick-length"));
    assert!(read(&names(83, 200)).is_ok());
    assert!(complaints(&names(84, 200)).contains("leave no room for text"));
}

#[test]
fn the_soft_bound_of_an_outbox_is_below_the_hard_one() {
    let bounds = |soft: &str| format!("[limits]\noutbox-hard = \"32KiB\"\noutbox-soft = \"{soft}\"\n");
    assert!(read(&bounds("32767B")).is_ok());
    let report = complaints(&bounds("32KiB"));
    assert!(
        report.starts_with("chatd.toml:3:15: limits.outbox-soft: outbox-soft (32KiB) must be less"),
        "{report}"
    );
    // The default of the soft bound is at fault only because of the hard one, so that is the key to name.
    assert!(
        complaints("[limits]\noutbox-hard = \"64KiB\"\n").starts_with("chatd.toml:2:15: limits.outbox-hard")
    );
}

#[test]
fn limits_hold_at_the_limit_and_refuse_one_beyond() {
    for (key, good, bad) in [
        ("nick-length", "9", "8"),
        ("nick-length", "122", "123"),
        ("topic-length", "390", "391"),
        ("targets", "1", "0"),
        ("clients", "10000000", "10000001"),
        ("clients-per-address", "10000", "10001"),
        ("outbox-soft", "'16KiB'", "'16383B'"),
        ("ping-interval", "'1s'", "'999ms'"),
        ("targets", "100", "-1"),
    ] {
        let text = |value: &str| format!("[limits]\n{key} = {value}\n");
        assert!(read(&text(good)).is_ok(), "{key} = {good}");
        assert!(complaints(&text(bad)).starts_with("chatd.toml:2:"), "{key} = {bad}");
    }
}

#[test]
fn the_desks_nick_is_a_nick_within_the_limit() {
    let desk = |nick: &str| format!("[desk]\nnick = \"{nick}\"\n[limits]\nnick-length = 9\n");
    assert!(read(&desk("reception")).is_ok());
    assert!(complaints(&desk("receptions")).contains("limits.nick-length, which is 9"));
    for nick in ["", "9lives", "a b", "-x", "#room", "bü"] {
        assert!(complaints(&desk(nick)).starts_with("chatd.toml:2:8: desk.nick: "), "{nick}");
    }
}

#[test]
fn desk_rules_are_compiled_within_bounds() {
    let rule = |regex: &str| format!("[[desk.rule]]\nmatch = '{regex}'\nreply = \"yes\"\n");
    let config = read(&rule("(?i)^help").repeat(256)).unwrap();
    assert_eq!(config.desk.rules.len(), 256);
    assert!(config.desk.rules[0].regex.is_match("HELP me"));
    let too_many = complaints(&rule("x").repeat(257));
    assert!(too_many.contains("desk.rule: expected at most 256 rules, found 257"), "{too_many}");
    let unclosed = complaints(&rule("(help"));
    assert!(
        unclosed.starts_with("chatd.toml:2:9: desk.rule.match: not a regular expression: unclosed group"),
        "{unclosed}"
    );
    assert!(complaints(&rule("(\\w{100}){100}")).contains("more than 65536 bytes"));
}

#[test]
fn an_operators_password_is_never_plain_text_and_never_repeated() {
    let text = "[[control.operator]]\nname = \"alice\"\npassword = \"hunter2\"\nrole = \"root\"\n";
    let report = complaints(text);
    assert!(report.contains("hint: `chatd --hash-password` makes one"), "{report}");
    assert!(!report.contains("hunter2"), "{report}");
    assert!(report.contains("control.operator.role: expected one of \"operator\", \"admin\""), "{report}");
}

#[test]
fn a_misspelt_log_level_is_a_problem() {
    for level in ["info", "WARN", "off", "info,chatd::wire=debug", "chatd=trace"] {
        assert!(parse_level(level).is_ok(), "{level}");
    }
    assert!(complaints("[log]\nlevel = \"inof\"\n").contains("did you mean \"info\"?"));
    for level in ["", "info,", "chatd=loud", "3x"] {
        assert!(parse_level(level).is_err(), "{level}");
    }
}

#[test]
fn the_message_of_the_day_may_come_from_a_file_beside_the_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chatd.toml");
    let motd = directory.path().join("motd.txt");
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    let source = Source { file: Some(file.clone()), environment: Environment::default() };
    write(&file, "[server]\nmotd-file = \"motd.txt\"\n");
    assert!(load(&source).unwrap_err().to_string().contains(":2:13: server.motd-file: cannot read "));

    write(&motd, "hello\r\nyou\n");
    let config = load(&source).unwrap().config;
    assert_eq!(config.server.motd.as_deref(), Some("hello\nyou"));
    assert_eq!(read(&config.to_toml()), Ok(config));

    write(&motd, &"x".repeat(64 * 1024));
    assert!(load(&source).is_ok());
    write(&motd, &"x".repeat(64 * 1024 + 1));
    assert!(load(&source).unwrap_err().to_string().contains("longer than 65536 bytes"));

    write(&file, "[server]\nmotd = \"hi\"\nmotd-file = \"motd.txt\"\n");
    assert!(load(&source).unwrap_err().to_string().contains("motd and motd-file are both given"));
}

#[test]
fn a_wrong_password_is_never_repeated() {
    for wrong in ["1234", "\"12 34\"", "[\"1234\"]"] {
        let report = complaints(&format!("[server]\npassword = {wrong}\n"));
        assert!(report.contains("server.password: expected") && !report.contains("34"), "{report}");
    }
}

#[test]
fn a_cloak_is_a_host_name_of_bounded_length_with_a_key_that_is_never_repeated() {
    let cloak = |lines: &str| format!("[cloak]\n{lines}\n");
    for good in [
        "ipv4-prefixes = [32, 24, 16, 8]\nbits = 40",
        "suffix = \"a.b-c\"",
        "key = \"0123456789abcdef\"",
        "bits = 250",
        "exempt = []",
        "exempt = [\"2001:db8::/32\", \"192.0.2.1\"]",
    ] {
        assert!(read(&cloak(good)).is_ok(), "{good}");
    }
    for (bad, said) in [
        ("ipv4-prefixes = []", "expected one to 4 lengths, the longest first"),
        ("ipv4-prefixes = [16, 24]", "the longest first"),
        ("ipv4-prefixes = [24, 24]", "the longest first"),
        ("ipv4-prefixes = [33]", "expected a whole number from 1 to 32"),
        ("ipv6-prefixes = [64, 60, 56, 48, 32]", "one to 4"),
        ("ipv6-prefixes = [64, 48]\nbits = 250", "a cloak has at most 63 bytes, these have 107"),
        ("bits = 39", "from 40 to 250"),
        ("suffix = \"cloak.\"", "the end of a host name"),
        ("suffix = \"a_b\"", "the end of a host name"),
        ("exempt = [\"10.0.0.1/8\"]", "has bits beyond its prefix; the network is 10.0.0.0/8"),
        ("exempt = \"10.0.0.0/8\"", "expected a list of networks"),
    ] {
        let report = complaints(&cloak(bad));
        assert!(report.contains(said), "{bad}: {report}");
    }
    for key in ["\"0123456789abcde\"", "\"0123456789 abcdef\"", "1234567890123456"] {
        let report = complaints(&cloak(&format!("key = {key}")));
        assert!(report.contains("cloak.key: expected") && !report.contains("34"), "{report}");
    }
}

#[test]
fn a_gateway_is_complete_and_has_one_name_and_a_password_that_is_never_repeated() {
    let gateway = "[[webirc]]\nname = \"web\"\npassword = \"12345678\"\nfrom = [\"192.0.2.1\"]\n";
    assert_eq!(read(gateway).unwrap().gateways.len(), 1);
    assert!(complaints(&gateway.repeat(2)).contains("\"web\" is already a gateway above"));
    for (from, to) in [
        ("12345678", "1234567"),
        ("12345678", "1234 5678"),
        ("\"12345678\"", "12345678"),
        ("12345678", ":2345678"),
    ] {
        let report = complaints(&gateway.replace(from, to));
        assert!(report.contains("webirc.password: expected") && !report.contains("34"), "{report}");
    }
    assert!(complaints(&gateway.replace("\"192.0.2.1\"", "")).contains("webirc.from: expected at least one"));
    assert!(complaints("[[webirc]]\n").matches("is missing").count() == 3);
}

#[test]
fn a_name_server_is_an_address_with_or_without_a_port() {
    let dns = |server: &str| format!("[dns]\nservers = [{server:?}]\n");
    for (server, address) in
        [("192.0.2.53", "192.0.2.53:53"), ("[::1]:5353", "[::1]:5353"), ("::1", "[::1]:53")]
    {
        assert_eq!(read(&dns(server)).unwrap().dns.servers, [address.parse().unwrap()]);
    }
    assert!(
        complaints(&dns("dns.example")).contains("dns.servers: expected the IP address of a name server")
    );
}
