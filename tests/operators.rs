//! What operators do over IRC.

use predicates::str::contains;

use crate::harness::{Client, Daemon, ctl, operator, with_operator};

#[test]
fn a_wrong_name_or_password_makes_no_operator() {
    let daemon = Daemon::with(&operator("root", "admin"));
    let mut boss = Client::connect(&daemon, "boss");
    boss.send("OPER root wrong");
    boss.expect(":* 464 boss :*");
    boss.send("OPER nobody secret");
    boss.expect(":* 464 boss :*");
    boss.send("MODE boss +o");
    for line in ["REHASH", "KILL boss :suicide", "WALLOPS :hear me"] {
        boss.send(line);
        boss.expect(":* 481 boss :*");
    }
    boss.expect_silence();
}

#[test]
fn guessing_a_password_ends_after_three_wrong_ones() {
    let daemon = Daemon::with(&operator("root", "admin"));
    let mut guesser = Client::connect(&daemon, "guesser");
    for _ in 0..3 {
        guesser.send("OPER root wrong");
        guesser.expect(":* 464 guesser :*");
    }
    guesser.expect_farewell("Bad password");
}

#[test]
fn kill_ends_a_client_with_the_reason_and_leaves_an_audit_entry() {
    let (daemon, mut boss) = with_operator("");
    let mut alice = Client::connect_in(&daemon, "alice", "#lobby");
    let mut bob = Client::connect_in(&daemon, "bob", "#lobby");
    alice.expect(":bob!* JOIN #lobby");
    boss.send("KILL bob :read the rules");
    boss.expect_silence();
    bob.expect(":boss!~boss@127.0.0.1 KILL bob :read the rules");
    bob.expect_farewell("Killed (boss (read the rules))");
    alice.expect(":bob!~bob@127.0.0.1 QUIT :Killed (boss (read the rules))");
    boss.send("KILL bob :again");
    boss.expect(":* 401 boss bob :*");
    ctl(&daemon, &["list", "audit"]).success().stdout(contains("kill")).stdout(contains("read the rules"));
}

#[test]
fn wallops_reach_operators_and_those_who_asked_for_them() {
    let (daemon, mut boss) = with_operator("");
    let mut alice = Client::connect(&daemon, "alice");
    let mut bob = Client::connect(&daemon, "bob");
    alice.send("MODE alice +w");
    alice.expect(":alice!* MODE alice +w");
    boss.send("WALLOPS :restart at noon");
    boss.expect(":boss!~boss@127.0.0.1 WALLOPS :restart at noon");
    alice.expect(":boss!~boss@127.0.0.1 WALLOPS :restart at noon");
    bob.expect_silence();
}

#[test]
fn rehash_is_for_admins_and_reads_the_configuration_again() {
    let operators = format!("{}{}", operator("root", "admin"), operator("helper", "operator"));
    let mut daemon = Daemon::with(&operators);
    let mut helper = Client::connect(&daemon, "helper");
    helper.become_operator("helper");
    helper.send("REHASH");
    helper.expect(":* 481 helper :*admin*");
    let mut boss = Client::connect(&daemon, "boss");
    boss.become_operator("root");
    daemon.rewrite(&format!("{operators}[server]\nmotd = \"new\""));
    boss.send("REHASH");
    boss.expect(":* 382 boss chatd.toml :*");
    daemon.wait_notify("RELOADING=1");
    daemon.wait_notify("READY=1");
    boss.send("MOTD");
    boss.expect_all(&[":* 375 *", ":* 372 boss :- new", ":* 376 *"]);
}
