//! Probing for what is hidden: secret rooms and those in them.

use crate::harness::{Client, Daemon};

/// Every way to ask about a room; `{}` stands for its name.
const PROBES: [&str; 38] = [
    "LIST {}",
    "LIST",
    "LIST #*",
    "NAMES {}",
    "NAMES",
    "WHO {}",
    "WHO {} o",
    "WHO {} %cuhnf",
    "WHO *",
    "WHO keeper",
    "WHOIS keeper",
    "WHOIS keeper keeper",
    "TOPIC {}",
    "TOPIC {} :mine",
    "MODE {}",
    "MODE {} b",
    "MODE {} e",
    "MODE {} I",
    "MODE {} +o prober",
    "MODE {} -s",
    "PART {}",
    "KICK {} keeper",
    "KICK {} prober",
    "INVITE prober {}",
    "INVITE keeper {}",
    "PRIVMSG {} :x",
    "NOTICE {} :x",
    "PRIVMSG @{} :x",
    "NOTICE +{} :x",
    "TAGMSG {}",
    "USERHOST keeper",
    "KNOCK {} :please",
    "RENAME {} #mine",
    "REDACT {} 1",
    "WHO {} %tcuihsnfdlaor,42",
    "LIST {},#other",
    "LIST >0",
    "WHOWAS keeper",
];

/// What is answered to a probe.
#[track_caller]
fn answers(prober: &mut Client, probe: &str) -> Vec<String> {
    prober.send(probe);
    prober.fence()
}

#[test]
fn a_secret_room_answers_every_probe_as_one_that_does_not_exist() {
    let daemon = Daemon::start();
    let mut keeper = Client::connect_in(&daemon, "keeper", "#hidden");
    keeper.send("MODE #hidden +s");
    keeper.expect(":keeper!* MODE #hidden +s");
    keeper.send("TOPIC #hidden :of the hidden");
    keeper.expect(":keeper!* TOPIC #hidden *");
    let mut prober = Client::connect(&daemon, "prober");
    for probe in PROBES {
        let hidden = answers(&mut prober, &probe.replace("{}", "#hidden"));
        let absent = answers(&mut prober, &probe.replace("{}", "#absent"));
        let hidden: Vec<_> = hidden.iter().map(|line| line.replace("#hidden", "#absent")).collect();
        assert_eq!(hidden, absent, "{probe}");
    }
    keeper.expect_silence();
}

#[test]
fn who_is_invisible_is_found_by_nobody_who_shares_no_room() {
    let daemon = Daemon::start();
    let mut keeper = Client::connect_in(&daemon, "keeper", "#room");
    keeper.send("MODE keeper +i");
    keeper.expect(":keeper!* MODE keeper *+i*");
    let mut prober = Client::connect(&daemon, "prober");
    for probe in
        ["WHO *", "WHO k*", "WHO *keeper*", "WHO 127.0.0.1", "WHO", "NAMES", "NAMES #room", "WHO #room"]
    {
        let heard = answers(&mut prober, probe);
        assert!(
            heard.iter().all(|line| !line.contains("keeper ") && !line.ends_with("keeper")),
            "{probe}: {heard:#?}"
        );
    }
    prober.join("#room");
    let heard = answers(&mut prober, "WHO #room");
    assert!(heard.iter().any(|line| line.contains(" keeper ")), "{heard:#?}");
}
