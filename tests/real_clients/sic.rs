//! sic, which reads lines and writes lines, as Debian ships it.

use super::bench::{is_installed, program};
use super::conversation::{Company, Deed, Guest, ROOM, Sight};
use crate::harness::{Daemon, Tool};

struct Sic(Tool);

impl Sic {
    /// One that is connected and has read the message of the day.
    #[track_caller]
    fn start(daemon: &Daemon) -> Self {
        let mut command = program("sic", &daemon.path(""));
        command.args(["-h", "127.0.0.1", "-p", &daemon.irc_port().to_string(), "-n", "sara"]);
        let mut sic = Tool::run("sic", command);
        sic.skip_until("*End of /MOTD*");
        Self(sic)
    }
}

impl Guest for Sic {
    fn does(&mut self, deed: Deed<'_>) {
        match deed {
            Deed::Join => {
                self.0.send(&format!(":j {ROOM}"));
                self.0.skip_until("*End of /NAMES*");
            }
            // It has a room to speak to without naming it, but reads a second line only when more comes behind it.
            Deed::Say(text) => self.0.send(&format!(":m {ROOM} {text}")),
            // It has no commands for these and sends what it does not know as it is.
            Deed::Nick(nick) => self.0.send(&format!(":NICK {nick}")),
            Deed::Part(reason) => self.0.send(&format!(":l {ROOM} {reason}")),
            Deed::Quit(reason) => self.0.send(&format!(":QUIT :{reason}")),
        }
    }

    fn shows(&mut self, sight: Sight<'_>) {
        let shown = match sight {
            Sight::Said { by, text } => format!("{ROOM}*<{by}> {text}"),
            Sight::Renamed { from, to } => format!("{from}*>< NICK*{to}*"),
            Sight::Parted { who } => format!("{who}*>< PART*{ROOM}*"),
            Sight::Quit { who } => format!("{who}*>< QUIT*"),
        };
        self.0.skip_until(&shown);
    }
}

#[test]
fn sic_talks_both_ways_and_leaves() {
    if !is_installed("sic") {
        return;
    }
    let daemon = Daemon::start();
    let mut company = Company::gather(&daemon);
    let mut sic = Sic::start(&daemon);
    company.meet("sara", &mut sic);
    sic.0.exit_code();
}
