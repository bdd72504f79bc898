//! `[limits]`: the bounds that keep one client from harming the others. Enforces none of them.

use std::time::Duration;

use super::problem::Wrong;
use super::section::Section;
use super::units::show_size;
use super::value::{duration, size, whole};
use super::writer::Writer;

/// Every bound. Lengths are bytes; 0 means "no bound" only where it says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clients at once.
    pub clients: usize,
    /// Clients at once from one IPv4 address or one IPv6 network of 64 bits; 0 = no bound.
    pub clients_per_address: usize,
    /// How long the handshakes before a session may take, all together.
    pub handshake_timeout: Duration,
    /// How long a client may take to register.
    pub registration_timeout: Duration,
    /// After how long a silence the client is sent a PING.
    pub ping_interval: Duration,
    /// How long the client may take to answer it.
    pub ping_timeout: Duration,
    /// Queued bytes above which the client's own requests pause; less than `outbox_hard`.
    pub outbox_soft: usize,
    /// Queued bytes above which the client is disconnected.
    pub outbox_hard: usize,
    /// How long a closing client may take to read what is queued for it, its farewell included.
    pub write_grace: Duration,
    /// Lines a second that a client may send for long; 0 for no bound.
    pub input_rate: u32,
    /// Lines that it may send at once after a pause.
    pub input_burst: u32,
    /// The longest nick, announced as NICKLEN.
    pub nick_length: usize,
    /// The longest name of a room, announced as CHANNELLEN.
    pub room_name_length: usize,
    /// The longest topic, announced as TOPICLEN.
    pub topic_length: usize,
    /// The longest reason for a kick, announced as KICKLEN.
    pub kick_length: usize,
    /// The longest away message, announced as AWAYLEN.
    pub away_length: usize,
    /// The longest real name, announced as NAMELEN.
    pub real_name_length: usize,
    /// Rooms in which one client may be, announced as CHANLIMIT.
    pub rooms_per_client: usize,
    /// Rooms that may exist.
    pub rooms: usize,
    /// Entries in each list of a room (bans, exceptions, invitations), announced as MAXLIST.
    pub room_list_entries: usize,
    /// Recipients of one message, announced as TARGMAX.
    pub targets: usize,
    /// Bytes of one message of several lines, announced with `draft/multiline`.
    pub multiline_bytes: usize,
    /// Its lines.
    pub multiline_lines: usize,
    /// Nicks that one client may watch, announced as MONITOR.
    pub monitor: usize,
    /// Masks that one client may refuse to hear, announced as SILENCE.
    pub silence: usize,
    /// How long a room, and a client, has peace after a knock.
    pub knock_interval: Duration,
    /// How long a room keeps a name that it was given.
    pub rename_interval: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 10_000,
            clients_per_address: 0,
            handshake_timeout: Duration::from_secs(10),
            registration_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(90),
            ping_timeout: Duration::from_secs(60),
            outbox_soft: 64 * 1024,
            outbox_hard: 1024 * 1024,
            write_grace: Duration::from_secs(5),
            input_rate: 20,
            input_burst: 200,
            nick_length: 30,
            room_name_length: 64,
            topic_length: 390,
            kick_length: 300,
            away_length: 300,
            real_name_length: 128,
            rooms_per_client: 100,
            rooms: 100_000,
            room_list_entries: 100,
            targets: 4,
            multiline_bytes: 16 * 1024,
            multiline_lines: 100,
            monitor: 100,
            silence: 32,
            knock_interval: Duration::from_secs(60),
            rename_interval: Duration::from_secs(60),
        }
    }
}

/// More clients than a process can have open files for.
const MOST: u64 = 10_000_000;
/// Names, topics and reasons must leave room for the rest of a line of 512 bytes (RFC 2812 §2.3).
const LONGEST_NICK: u64 = NAMES_TOGETHER as u64 / 3;
const LONGEST_NAME: u64 = 200;
const LONGEST_TEXT: u64 = 390;
/// What two nicks and the longer of a nick and a room's name may have together. A line of 512 bytes holds besides them, in
/// the worst case, 79 bytes of marks, verb, user and host (or the desk's host), and then still 67 bytes of text.
const NAMES_TOGETHER: usize = 366;
/// An outbox must hold the longest line with its tags (IRCv3 message-tags: 8191 + 512 bytes).
const LEAST_OUTBOX: usize = 16 * 1024;
/// A message of several lines holds at least one whole line of 512 bytes.
const LEAST_MULTILINE: usize = 512;
const SECOND: Duration = Duration::from_secs(1);

impl Limits {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let limits = Self::default();
        let limits = limits.read_clients(&mut section).read_traffic(&mut section);
        let limits = limits.read_lengths(&mut section).read_rooms(&mut section).read_people(&mut section);
        limits.check(&section);
        limits.check_names(&section);
        section.finish();
        limits
    }

    fn read_clients(self, section: &mut Section<'_>) -> Self {
        let least = duration(SECOND);
        Self {
            clients: section.value("clients", self.clients, whole(1..=MOST)),
            clients_per_address: section.value(
                "clients-per-address",
                self.clients_per_address,
                whole(0..=MOST),
            ),
            handshake_timeout: section.value("handshake-timeout", self.handshake_timeout, &least),
            registration_timeout: section.value("registration-timeout", self.registration_timeout, &least),
            ping_interval: section.value("ping-interval", self.ping_interval, &least),
            ping_timeout: section.value("ping-timeout", self.ping_timeout, &least),
            ..self
        }
    }

    fn read_traffic(self, section: &mut Section<'_>) -> Self {
        Self {
            outbox_soft: section.value("outbox-soft", self.outbox_soft, size(LEAST_OUTBOX)),
            outbox_hard: section.value("outbox-hard", self.outbox_hard, size(LEAST_OUTBOX)),
            write_grace: section.value("write-grace", self.write_grace, duration(Duration::ZERO)),
            input_rate: section.value("input-rate", self.input_rate, whole(0..=1_000_000)),
            input_burst: section.value("input-burst", self.input_burst, whole(1..=1_000_000)),
            ..self
        }
    }

    fn read_lengths(self, section: &mut Section<'_>) -> Self {
        let text = whole(1..=LONGEST_TEXT);
        Self {
            nick_length: section.value("nick-length", self.nick_length, whole(9..=LONGEST_NICK)),
            room_name_length: section.value(
                "room-name-length",
                self.room_name_length,
                whole(2..=LONGEST_NAME),
            ),
            topic_length: section.value("topic-length", self.topic_length, &text),
            kick_length: section.value("kick-length", self.kick_length, &text),
            away_length: section.value("away-length", self.away_length, &text),
            real_name_length: section.value(
                "real-name-length",
                self.real_name_length,
                whole(1..=LONGEST_NAME),
            ),
            ..self
        }
    }

    fn read_rooms(self, section: &mut Section<'_>) -> Self {
        Self {
            rooms_per_client: section.value("rooms-per-client", self.rooms_per_client, whole(1..=MOST)),
            rooms: section.value("rooms", self.rooms, whole(1..=MOST)),
            room_list_entries: section.value("room-list-entries", self.room_list_entries, whole(1..=10_000)),
            targets: section.value("targets", self.targets, whole(1..=100)),
            multiline_bytes: section.value("multiline-bytes", self.multiline_bytes, size(LEAST_MULTILINE)),
            multiline_lines: section.value("multiline-lines", self.multiline_lines, whole(2..=1000)),
            ..self
        }
    }

    fn read_people(self, section: &mut Section<'_>) -> Self {
        Self {
            monitor: section.value("monitor", self.monitor, whole(1..=1000)),
            silence: section.value("silence", self.silence, whole(1..=1000)),
            knock_interval: section.value("knock-interval", self.knock_interval, duration(SECOND)),
            rename_interval: section.value("rename-interval", self.rename_interval, duration(Duration::ZERO)),
            ..self
        }
    }

    fn check(&self, section: &Section<'_>) {
        if self.outbox_soft >= self.outbox_hard {
            let (soft, hard) = (show_size(self.outbox_soft), show_size(self.outbox_hard));
            let wrong = Wrong::new(format!("outbox-soft ({soft}) must be less than outbox-hard ({hard})"));
            section.relation(&["outbox-soft", "outbox-hard"], wrong);
        }
        if self.multiline_bytes >= self.outbox_hard {
            let (bytes, hard) = (show_size(self.multiline_bytes), show_size(self.outbox_hard));
            let wrong =
                Wrong::new(format!("multiline-bytes ({bytes}) must be less than outbox-hard ({hard})"));
            section.relation(&["multiline-bytes", "outbox-hard"], wrong);
        }
        if self.clients_per_address > self.clients {
            let (each, all) = (self.clients_per_address, self.clients);
            let wrong = Wrong::new(format!("clients-per-address ({each}) must not exceed clients ({all})"));
            section.relation(&["clients-per-address", "clients"], wrong.hint("0 means no bound"));
        }
    }

    /// Names must leave room for what is said, whoever says it and wherever.
    fn check_names(&self, section: &Section<'_>) {
        let together = 2 * self.nick_length + self.nick_length.max(self.room_name_length);
        if together > NAMES_TOGETHER {
            let (nick, room) = (self.nick_length, self.room_name_length);
            let wrong = Wrong::new(format!(
                "nick-length ({nick}) and room-name-length ({room}) leave no room for text in a line of 512 bytes"
            ));
            let hint = format!("two nicks and the longer of nick and room may have {NAMES_TOGETHER} bytes");
            section.relation(&["nick-length", "room-name-length"], wrong.hint(hint));
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.header("[limits]").plain("clients", self.clients);
        out.plain("clients-per-address", self.clients_per_address);
        out.duration("handshake-timeout", self.handshake_timeout);
        out.duration("registration-timeout", self.registration_timeout);
        out.duration("ping-interval", self.ping_interval).duration("ping-timeout", self.ping_timeout);
        out.size("outbox-soft", self.outbox_soft).size("outbox-hard", self.outbox_hard);
        out.duration("write-grace", self.write_grace);
        out.plain("input-rate", self.input_rate).plain("input-burst", self.input_burst);
        out.plain("nick-length", self.nick_length).plain("room-name-length", self.room_name_length);
        out.plain("topic-length", self.topic_length).plain("kick-length", self.kick_length);
        out.plain("away-length", self.away_length).plain("real-name-length", self.real_name_length);
        out.plain("rooms-per-client", self.rooms_per_client);
        out.plain("rooms", self.rooms).plain("room-list-entries", self.room_list_entries);
        out.plain("targets", self.targets);
        out.size("multiline-bytes", self.multiline_bytes).plain("multiline-lines", self.multiline_lines);
        out.plain("monitor", self.monitor).plain("silence", self.silence);
        out.duration("rename-interval", self.rename_interval);
        out.duration("knock-interval", self.knock_interval);
    }
}
