//! ii, which is steered through pipes and tells through files, as Debian ships it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use super::bench::{is_installed, program};
use super::conversation::{Company, Deed, Guest, ROOM, Sight};
use crate::harness::{Daemon, Tool, until};

struct Ii {
    process: Tool,
    /// Its directory for the server.
    place: PathBuf,
    /// How often it has come into the room.
    joined: usize,
}

impl Ii {
    /// One that is connected and has read the message of the day.
    #[track_caller]
    fn start(daemon: &Daemon) -> Self {
        let home = daemon.path("ii");
        fs::create_dir(&home).unwrap();
        let mut command = program("ii", &home);
        command.args([
            "-s",
            "127.0.0.1",
            "-p",
            &daemon.irc_port().to_string(),
            "-n",
            "iris",
            "-f",
            "iris",
            "-i",
        ]);
        command.arg(&home);
        let place = home.join("127.0.0.1");
        let ii = Self { process: Tool::run("ii", command), place, joined: 0 };
        ii.wait("out", "End of /MOTD", 1);
        ii
    }

    /// Writes a line into a pipe.
    #[track_caller]
    fn enter(&self, pipe: &str, line: &str) {
        let mut pipe = fs::File::options().append(true).open(self.place.join(pipe)).unwrap();
        pipe.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Waits until a file has this in it so often.
    #[track_caller]
    fn wait(&self, file: &str, what: &str, count: usize) {
        let read = || fs::read_to_string(self.place.join(file)).unwrap_or_default();
        until(&format!("{what:?} in ii's {file}"), || (read().matches(what).count() >= count).then_some(()));
    }
}

impl Guest for Ii {
    fn does(&mut self, deed: Deed<'_>) {
        let in_room = format!("{ROOM}/in");
        match deed {
            Deed::Join => {
                self.enter("in", &format!("/j {ROOM}"));
                self.joined += 1;
                self.wait(&format!("{ROOM}/out"), "has joined #room", self.joined);
            }
            Deed::Say(text) => self.enter(&in_room, text),
            Deed::Nick(nick) => self.enter("in", &format!("/n {nick}")),
            Deed::Part(reason) => self.enter(&in_room, &format!("/l {reason}")),
            Deed::Quit(reason) => self.enter("in", &format!("/q {reason}")),
        }
    }

    fn shows(&mut self, sight: Sight<'_>) {
        match sight {
            Sight::Said { by, text } => self.wait(&format!("{ROOM}/out"), &format!("<{by}> {text}"), 1),
            Sight::Renamed { from, to } => self.wait("out", &format!("{from} changed nick to {to}"), 1),
            Sight::Parted { who } => {
                self.wait(&format!("{ROOM}/out"), &format!("{who}(~{who}@127.0.0.1) has left"), 1);
            }
            Sight::Quit { who } => self.wait("out", &format!("{who}(~{who}@127.0.0.1) has quit"), 1),
        }
    }
}

#[test]
fn ii_talks_both_ways_and_leaves() {
    if !is_installed("ii") {
        return;
    }
    let daemon = Daemon::start();
    let mut company = Company::gather(&daemon);
    let mut ii = Ii::start(&daemon);
    company.meet("iris", &mut ii);
    assert_eq!(ii.process.exit_code(), Some(0));
}
