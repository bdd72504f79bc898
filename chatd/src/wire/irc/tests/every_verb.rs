//! Every verb without parameters, with an empty one, with fifteen, with one that is too long, and before registration.

use super::stage::Stage;
use crate::wire::irc::verbs::VERBS;

/// The forms of a line, in the order of the columns of [`ROWS`]; the last one is said before registration.
const COLUMNS: [&str; 5] = ["none", "empty", "fifteen", "long", "before"];

/// What a client hears that is no operator: verbs and numerics, each once where it is repeated. Nothing is heard where the
/// protocol says so. `|` stands between answers of which each is right.
#[rustfmt::skip]
const ROWS: &[(&str, [&str; 5])] = &[
    ("ADMIN", ["256 257 258 259", "256 257 258 259", "402", "402", "451"]),
    ("AWAY", ["305", "305", "306", "FAIL", "451"]),
    ("CAP", ["461", "410", "410", "410", "410"]),
    ("CONNECT", ["461", "481", "481", "481", "451"]),
    ("ERROR", ["", "", "", "", ""]),
    ("HELP", ["704 705 706", "704 705 706", "524", "524", "451"]),
    ("HELPOP", ["704 705 706", "704 705 706", "524", "524", "451"]),
    ("INFO", ["371 374", "371 374", "402", "402", "451"]),
    ("INVITE", ["337", "461", "403", "461", "451"]),
    ("ISON", ["461", "303", "303", "303", "451"]),
    ("ISUPPORT", ["005", "005", "005", "005", "451"]),
    ("JOIN", ["461", "461", "403", "403", "451"]),
    ("KICK", ["461", "461", "403", "461", "451"]),
    ("KILL", ["461", "481", "481", "481", "451"]),
    ("KNOCK", ["461", "403", "403", "403", "451"]),
    ("LINKS", ["364 365", "364 365", "402", "365", "451"]),
    ("LIST", ["321 323", "321 323", "402", "407 323", "451"]),
    ("LUSERS", ["251 252 253 254 255 265 266", "251 252 253 254 255 265 266", "402", "251 252 253 254 255 265 266", "451"]),
    ("MODE", ["461", "461|401|502", "401|502", "401|502", "451"]),
    ("MONITOR", ["461", "400", "400", "400", "451"]),
    ("MOTD", ["375 372 376", "375 372 376", "402", "402", "451"]),
    ("NAMES", ["366", "366", "366", "366", "451"]),
    ("NICK", ["431", "431", "NICK", "432", ""]),
    ("NOTICE", ["411", "411", "", "412", "451"]),
    ("OPER", ["461", "461", "464", "461", "451"]),
    ("PART", ["461", "461", "403", "403", "451"]),
    ("PASS", ["462", "462", "462", "462", ""]),
    ("PING", ["461", "409", "PONG", "PONG", "PONG"]),
    ("PONG", ["", "", "", "", ""]),
    ("PRIVMSG", ["411", "411", "401", "412", "451"]),
    ("QUIT", ["ERROR", "ERROR", "ERROR", "ERROR", "ERROR"]),
    ("REHASH", ["481", "481", "481", "481", "451"]),
    ("SETNAME", ["461", "FAIL", "", "FAIL", "451"]),
    ("SILENCE", ["272", "272", "SILENCE", "FAIL", "451"]),
    ("SQUIT", ["461", "481", "481", "481", "451"]),
    ("STATS", ["461", "461", "402", "219", "451"]),
    ("SUMMON", ["445", "445", "445", "445", "451"]),
    ("TAGMSG", ["421", "421", "421", "421", "451"]),
    ("TIME", ["391", "391", "402", "402", "451"]),
    ("TOPIC", ["461", "403", "403", "403", "451"]),
    ("USER", ["462", "462", "462", "462", ""]),
    ("USERHOST", ["461", "302", "302", "302", "451"]),
    ("USERS", ["446", "446", "446", "446", "451"]),
    ("VERSION", ["351 005", "351 005", "402", "402", "451"]),
    ("WALLOPS", ["461", "412", "481", "481", "451"]),
    ("WEBIRC", ["462", "462", "462", "462", "ERROR"]),
    ("WHO", ["352 315", "352 315", "315", "315", "451"]),
    ("WHOIS", ["431", "431", "402", "401 318", "451"]),
    ("WHOWAS", ["431", "431", "402", "406 369", "451"]),
];

/// What may be answered with silence: it is an answer itself, never has one, or waits for what else registration takes.
const SILENT: [&str; 4] = ["ERROR", "NOTICE", "PONG", "TAGMSG"];

/// What stands behind the verb in each form.
fn params(verb: &str, column: &str) -> String {
    match column {
        "none" => String::new(),
        "empty" => " :".into(),
        "fifteen" => " a b c d e f g h i j k l m n o".into(),
        "long" => format!(" {}", "x".repeat(509 - verb.len())),
        _ => " a b c d e".into(),
    }
}

/// What is heard of a line of this form, as the table writes it.
fn heard(verb: &str, column: &str) -> String {
    let mut stage = Stage::new();
    let who = if column == "before" { stage.connect() } else { stage.client("alice") };
    let heard = stage.says(who, &format!("{verb}{}", params(verb, column)));
    let word = |line: &str| line.split(' ').find(|word| !word.starts_with([':', '@'])).map(str::to_owned);
    let mut words: Vec<String> = heard.lines().filter_map(word).collect();
    words.dedup();
    words.join(" ")
}

#[test]
fn every_verb_answers_every_form_of_its_line() {
    for verb in VERBS {
        let row = ROWS.iter().find(|(name, _)| *name == verb.name);
        for (at, column) in COLUMNS.into_iter().enumerate() {
            let heard = heard(verb.name, column);
            match row {
                Some((_, expected)) => {
                    let mut right = expected[at].split('|');
                    assert!(right.any(|right| right == heard), "{} {column}: {heard}", verb.name);
                }
                // A verb that is not in the table yet: whatever it does, it does not leave its author waiting.
                None => assert!(
                    SILENT.contains(&verb.name) || column == "before" || !heard.is_empty(),
                    "{} {column}: silence; does it need a row?",
                    verb.name
                ),
            }
        }
    }
}

#[test]
fn every_row_is_about_a_verb_and_silence_has_its_reason() {
    for (name, row) in ROWS {
        assert!(VERBS.iter().any(|verb| verb.name == *name), "{name} is no verb any more");
        let registers = ["NICK", "PASS", "USER", "SETNAME"].contains(name);
        assert!(registers || SILENT.contains(name) || row.iter().all(|cell| !cell.is_empty()), "{name}");
    }
}

#[test]
fn a_line_beyond_the_limit_is_never_a_verb() {
    for verb in VERBS {
        let line = format!("{} {}", verb.name, "x".repeat(510 - verb.name.len()));
        for is_registered in [true, false] {
            let mut stage = Stage::new();
            let who = if is_registered { stage.client("alice") } else { stage.connect() };
            let heard = stage.says(who, &line);
            assert!(heard.contains(" 417 ") && heard.lines().count() == 1, "{}: {heard}", verb.name);
        }
    }
}
