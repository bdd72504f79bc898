//! What `chatctl top` shows: figures, the busiest rooms, the busiest clients, and at the terminal what can be done.
//!
//! Owns the layout in eighty columns; it must never ask the daemon or touch the terminal.

use chat_proto::control::{RunState, Top, TopClient, TopRoom, TopSort};

use crate::print::health::headline;
use crate::print::load::{clients, commits, rate, rates};
use crate::print::table::cut;
use crate::print::text::{Span, Style, plain, styled};
use crate::print::time::{bytes, duration};

/// A line of the screen.
pub(super) type Line = Vec<Span>;

/// Rows that are not figures, rooms or clients: heads of tables, blank rows, the last row.
const FRAME_ROWS: usize = 5;

/// What the screen is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Mode {
    /// Figures and tables.
    #[default]
    Tables,
    /// What keys do.
    Help,
    /// Whether to end this client's connection.
    Question {
        /// Its id.
        id: u64,
        /// By which name it is asked about.
        name: String,
    },
}

/// Everything that is shown.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The newest answer.
    pub(super) top: Option<Top>,
    /// Why there is no newer one.
    pub(super) trouble: Option<String>,
    /// Whether nothing new is asked for.
    pub(super) is_paused: bool,
    /// By what clients are chosen.
    pub(super) sort: TopSort,
    /// The client on which something can be done.
    pub(super) selected: Option<u64>,
    pub(super) mode: Mode,
    /// What came of the last thing that was done.
    pub(super) message: Option<String>,
}

const HELP: [(&str, &str); 9] = [
    ("q, Ctrl-C", "quit"),
    ("s", "sort clients by lines to them, lines from them, what waits for them"),
    ("p, space", "pause, and go on"),
    ("up, down, j", "select a client"),
    ("page up, down", "select the first, the last client"),
    ("k", "end the connection of the selected client, after a question"),
    ("Ctrl-L", "draw the screen anew"),
    ("?, h", "this help; any key leaves it"),
    ("", "IN/S and OUT/S are lines from and to a client, MSG/S messages to a room"),
];

impl View {
    /// How many clients can be shown at this height; the daemon need not choose more.
    pub(super) fn room_for(height: usize) -> u32 {
        u32::try_from(height).unwrap_or(u32::MAX)
    }

    /// The clients that are shown, in their order.
    pub(super) fn clients(&self) -> &[TopClient] {
        self.top.as_ref().map_or(&[], |top| &top.busiest_clients)
    }

    /// The whole screen.
    pub(super) fn lines(&self, width: usize, height: usize) -> Vec<Line> {
        let mut lines = Vec::with_capacity(height);
        if let Some(top) = &self.top {
            lines.extend(figures(top));
        }
        if let Some(trouble) = &self.trouble {
            // Below it stands what was true last.
            let told = vec![styled(Style::Red, format!("not reachable, trying again: {trouble}"))];
            lines.insert(lines.len().min(1), told);
        }
        match (&self.mode, &self.top) {
            (Mode::Help, _) => lines.extend(help()),
            (_, Some(top)) => self.tables(top, width, height, &mut lines),
            (_, None) => {}
        }
        lines.resize(height.saturating_sub(1), Vec::new());
        lines.push(self.last_line());
        lines
    }

    fn tables(&self, top: &Top, width: usize, height: usize, lines: &mut Vec<Line>) {
        let room = height.saturating_sub(lines.len() + FRAME_ROWS);
        let rooms = top.busiest_rooms.len().min(room / 3);
        let of_clients = (room - rooms).min(top.busiest_clients.len());
        lines.push(Vec::new());
        lines.extend(room_table(&top.busiest_rooms[..rooms], width));
        lines.push(Vec::new());
        // The selected one is in sight.
        let at = top.busiest_clients.iter().position(|one| Some(one.id) == self.selected).unwrap_or(0);
        let from = (at + 1).saturating_sub(of_clients).min(top.busiest_clients.len() - of_clients);
        lines.extend(client_table(&top.busiest_clients[from..from + of_clients], self.selected, width));
    }

    fn last_line(&self) -> Line {
        if let Mode::Question { id, name } = &self.mode {
            let question = format!("end the connection of {name} ({id})? [y/N]");
            return vec![styled(Style::Bold, question)];
        }
        if let Some(message) = &self.message {
            return vec![styled(Style::Bold, message.as_str())];
        }
        let sort = match self.sort {
            TopSort::Out => "out",
            TopSort::In => "in",
            TopSort::Queued => "queued",
        };
        let pause = if self.is_paused { "p go on (paused)" } else { "p pause" };
        let may_kick = self.top.as_ref().is_some_and(|top| top.may_kick);
        let kick = if may_kick { "  k kick" } else { "" };
        vec![styled(Style::Dim, format!("q quit  s sort ({sort})  {pause}  arrows select{kick}  ? help"))]
    }
}

/// The same without keys, for a pipe: all that there is.
pub(super) fn snapshot(top: &Top, width: usize) -> Vec<Line> {
    let mut lines = figures(top);
    lines.push(Vec::new());
    lines.extend(room_table(&top.busiest_rooms, width));
    lines.push(Vec::new());
    lines.extend(client_table(&top.busiest_clients, None, width));
    lines
}

fn figures(top: &Top) -> Vec<Line> {
    let queues = &top.queues;
    let state = if top.state == RunState::Draining { ", draining" } else { "" };
    let mut first = headline(&top.version, &top.server, &top.health).to_vec();
    first.push(plain(format!("{state}, up {}", duration(top.uptime_ms))));
    let desk = format!("{}, {} waiting at the desk", top.rooms, top.desk_open);
    let waiting = format!(
        "{} for clients (largest {}), {} for the owner, log {} ({} ms)",
        bytes(queues.outbox_bytes),
        bytes(queues.outbox_largest_bytes),
        queues.inbox,
        queues.log_waiting,
        queues.log_lag_ms
    );
    let per_s = format!("{}/s; {}", rate(top.rates.commits_per_s), commits(&top.commits));
    let figure = |name: &str, value: String| vec![styled(Style::Dim, format!("{name:9}")), plain(value)];
    vec![
        first,
        figure("clients", clients(top.clients, top.registered, &top.dialects)),
        figure("rooms", desk),
        figure("messages", rates(&top.rates)),
        figure("queues", waiting),
        figure("commits", per_s),
    ]
}

fn help() -> impl Iterator<Item = Line> {
    let line = |(keys, does): &(&str, &str)| vec![styled(Style::Bold, format!("{keys:15}")), plain(*does)];
    std::iter::once(Vec::new()).chain(HELP.iter().map(line))
}

fn room_table(rooms: &[TopRoom], width: usize) -> Vec<Line> {
    // What is more than eighty columns the names get.
    let name = 56 + width.saturating_sub(80);
    let row = |name_of: &str, members: &str, messages: &str| {
        format!("{} {members:>8} {messages:>8}", left(name_of, name))
    };
    let mut lines = vec![vec![styled(Style::Bold, row("ROOM", "MEMBERS", "MSG/S"))]];
    lines.extend(
        rooms
            .iter()
            .map(|room| vec![plain(row(&room.name, &room.members.to_string(), &rate(room.messages_per_s)))]),
    );
    lines
}

fn client_table(clients: &[TopClient], selected: Option<u64>, width: usize) -> Vec<Line> {
    let (nick, address) = (14 + width.saturating_sub(80) / 2, 20 + width.saturating_sub(80).div_ceil(2));
    let row = |cells: [&str; 8]| {
        let [id, nick_of, address_of, dialect, idle, queued, from, to] = cells;
        let figures = format!("{dialect:9} {idle:>4} {queued:>8} {from:>6} {to:>6}");
        // What is wider than its column takes from the address: the screen would cut the last figure, and show another number.
        let surplus = id.len().saturating_sub(6) + figures.len().saturating_sub(37);
        let (nick_of, address_of) = (left(nick_of, nick), left(address_of, address.saturating_sub(surplus)));
        format!("{id:>6} {nick_of} {address_of} {figures}")
    };
    let heads = ["ID", "NICK", "ADDRESS", "DIALECT", "IDLE", "QUEUED", "IN/S", "OUT/S"];
    let mut lines = vec![vec![styled(Style::Bold, row(heads))]];
    lines.extend(clients.iter().map(|client| {
        let style = if Some(client.id) == selected { Style::Reverse } else { Style::Plain };
        vec![styled(
            style,
            row([
                &client.id.to_string(),
                client.nick.as_deref().unwrap_or("-"),
                &client.address,
                client.dialect.as_str(),
                &duration(client.idle_ms),
                &bytes(client.queued_bytes),
                &rate(client.lines_in_per_s),
                &rate(client.lines_out_per_s),
            ]),
        )]
    }));
    lines
}

/// `text` in exactly so many columns.
fn left(text: &str, width: usize) -> String {
    use unicode_width::UnicodeWidthStr;
    let cut = cut(text, width);
    format!("{cut}{}", " ".repeat(width.saturating_sub(cut.width())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::answers::top;

    fn text(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect()
    }

    fn view() -> View {
        View { top: Some(top()), ..View::default() }
    }

    #[test]
    fn the_screen_has_its_size_and_its_last_line_the_keys() {
        for (width, height) in [(80, 24), (120, 40), (80, 10), (20, 3)] {
            let lines = text(&view().lines(width, height));
            assert_eq!(lines.len(), height, "{lines:#?}");
            assert!(
                lines[height - 1].contains("q quit") && lines[height - 1].contains("k kick"),
                "{lines:#?}"
            );
        }
        let lines = text(&view().lines(80, 24));
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
        assert_eq!(lines[0], "● chatd 0.1.0 on chat.example: healthy, up 2h");
        assert_eq!(lines[8], format!("{:56} {:>8} {:>8}", "#lobby", 31, "2.5"));
        assert_eq!(
            lines[11],
            "    17 alice          192.0.2.7:40000      irc         2m   2.0KiB    1.5     12"
        );
    }

    #[test]
    fn wide_figures_take_from_the_address_and_not_from_the_last_figure() {
        let busy = |change: fn(&mut TopClient)| {
            let mut client = TopClient { lines_out_per_s: 12345.0, ..top().busiest_clients[0].clone() };
            change(&mut client);
            let top = Top { busiest_clients: vec![client], ..top() };
            text(&View { top: Some(top), ..View::default() }.lines(80, 24)).remove(11)
        };
        let as_ever = busy(|_| ());
        let wide = [
            busy(|client| client.id = 1_000_000),
            busy(|client| client.queued_bytes = 1_047_000),
            busy(|client| (client.id, client.queued_bytes) = (12_345_678, 1_024_000)),
        ];
        for line in wide {
            assert_eq!((line.chars().count(), &line[line.len() - 7..]), (80, &as_ever[73..]), "{line}");
        }
    }

    #[test]
    fn a_viewer_is_not_offered_to_kick() {
        let view = View { top: Some(Top { may_kick: false, ..top() }), ..View::default() };
        assert!(!text(&view.lines(80, 24))[23].contains("kick"));
    }

    #[test]
    fn what_is_wrong_what_is_asked_and_what_was_done_are_shown() {
        let trouble = View { trouble: Some("no such socket".into()), ..view() };
        assert!(text(&trouble.lines(80, 24))[1].starts_with("not reachable, trying again: no such socket"));
        let mode = Mode::Question { id: 17, name: "alice".into() };
        let question = View { mode, ..view() };
        assert_eq!(text(&question.lines(80, 24))[23], "end the connection of alice (17)? [y/N]");
        let message = View { message: Some("kicked alice".into()), ..view() };
        assert_eq!(text(&message.lines(80, 24))[23], "kicked alice");
        let help = View { mode: Mode::Help, ..view() };
        assert!(text(&help.lines(80, 24)).iter().any(|line| line.starts_with("q, Ctrl-C")));
    }

    #[test]
    fn the_selected_client_is_in_sight_and_reversed() {
        let client = |id| TopClient { id, ..top().busiest_clients[0].clone() };
        let busy = Top { busiest_clients: (1..=50).map(client).collect(), ..top() };
        let view = View { top: Some(busy), selected: Some(40), ..View::default() };
        let lines = view.lines(80, 24);
        let reversed = lines.iter().find(|line| line.iter().any(|span| span.style == Style::Reverse));
        assert!(reversed.expect("it is there")[0].text.starts_with("    40 "));
        let nobody = Top { busiest_clients: Vec::new(), busiest_rooms: Vec::new(), ..top() };
        let view = View { top: Some(nobody), selected: Some(40), ..View::default() };
        (1..30).for_each(|height| assert_eq!(view.lines(80, height).len(), height));
    }

    #[test]
    fn a_snapshot_has_everything_and_no_keys() {
        let lines = text(&snapshot(&top(), 80));
        assert!(!lines.iter().any(|line| line.contains("q quit")));
        assert!(
            lines.iter().any(|line| line.contains("alice"))
                && lines.iter().any(|line| line.contains("#lobby"))
        );
    }
}
