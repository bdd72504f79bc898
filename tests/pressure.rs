//! Much asked at once, and long answers: nobody is disconnected for asking what may be asked, and nobody else waits.

use crate::harness::{Client, Daemon, ctl};

/// Lets clients speak as fast as they like, and keeps outboxes small.
const LIMITS: &str =
    "[limits]\ninput-rate = 0\noutbox-soft = \"16KiB\"\noutbox-hard = \"64KiB\"\nrooms-per-client = 100000";

/// Joins rooms `#prefix0`, `#prefix1`, … with long topics.
fn many_rooms(client: &mut Client, prefix: &str, count: usize) {
    let topic = "t".repeat(300);
    for number in 0..count {
        client.send(&format!("JOIN #{prefix}{number}\r\nTOPIC #{prefix}{number} :{topic}"));
    }
    client.fence();
}

#[test]
fn a_list_far_longer_than_the_outbox_is_read_to_its_end_at_any_speed() {
    let daemon = Daemon::with(LIMITS);
    let mut owner = Client::connect(&daemon, "owner");
    many_rooms(&mut owner, "r", 1500);
    let mut slow = Client::connect(&daemon, "slow");
    slow.wire().shrink_receive_buffer();
    slow.send("LIST");
    // While it does not read, the others are served.
    owner.fence();
    slow.expect(":* 321 *");
    for _ in 0..1500 {
        slow.expect(":* 322 slow #r* 1 :ttt*");
    }
    slow.expect(":* 323 *");
}

#[test]
fn long_questions_sent_together_are_answered_one_after_the_other() {
    let daemon = Daemon::with(LIMITS);
    let mut others: Vec<_> =
        (0..40).map(|number| Client::connect_in(&daemon, &format!("member{number}"), "#room")).collect();
    let mut asker = Client::connect(&daemon, "asker");
    asker.send(&["WHO *"; 60].join("\r\n"));
    for _ in 0..60 {
        asker.skip_until(":* 315 asker * :End of*");
    }
    others[0].fence();
    asker.fence();
}

#[test]
fn a_flooding_client_can_be_kicked_again_and_again_and_its_counts_stay_true() {
    let daemon = Daemon::with("[limits]\ninput-rate = 0");
    for round in 0..8 {
        let mut flooder = Client::connect(&daemon, "flooder");
        let mut flood = "WHOIS flooder\r\nPRIVMSG desk :again\r\n".repeat(400);
        flood.push_str("PING :end\r\n");
        flooder.send_bytes(flood.as_bytes());
        ctl(&daemon, &["kick", "flooder", "enough"]).success();
        let last = flooder.skip_until("ERROR *");
        assert!(last.ends_with("[Kicked by desk: enough]"), "round {round}: {last}");
    }
    let mut calm = Client::connect(&daemon, "calm");
    calm.fence();
    let list = ctl(&daemon, &["-o", "json", "list"]).success();
    let list = String::from_utf8_lossy(&list.get_output().stdout).into_owned();
    assert!(list.contains("\"nick\":\"calm\"") && !list.contains("flooder"), "{list}");
}

#[test]
fn who_is_put_out_before_registering_leaves_no_name_behind() {
    let daemon = Daemon::start();
    let mut asker = Client::connect(&daemon, "asker");
    for round in 0..10 {
        let mut ghost = Client::open(&daemon, "ghost");
        ghost.send("CAP LS 302");
        ghost.expect(":* CAP * LS *");
        // Clients are numbered in the order of their arrival, and this one came after the asker.
        let id = (round + 2).to_string();
        std::thread::scope(|scope| {
            scope.spawn(|| ctl(&daemon, &["kick", &id, "no"]).success());
            ghost.send("NICK ghost\r\nUSER ghost 0 * :G\r\nCAP END");
        });
        ghost.skip_until("ERROR *");
        ghost.expect_closed();
        asker.send("ISON ghost");
        asker.expect(":* 303 asker :");
    }
}
