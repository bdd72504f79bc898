//! What the pages say that no table holds: descriptions, exit statuses, the environment, files, examples.
//!
//! Owns sentences. Tests hold the exit statuses against those in the programs' help.

/// The words of one program's page.
pub(super) struct Words {
    /// The section of the manual, `8`.
    pub(super) section: u8,
    /// What that section is called.
    pub(super) manual: &'static str,
    /// Paragraphs.
    pub(super) description: &'static [&'static str],
    /// Status and meaning.
    pub(super) exit: &'static [(&'static str, &'static str)],
    /// Variable and meaning.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// Path and meaning.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// A sentence and a command.
    pub(super) examples: &'static [(&'static str, &'static str)],
    /// Pages and their sections.
    pub(super) see_also: &'static [(&'static str, u8)],
}

/// chatd(8)
pub(super) const CHATD: Words = Words {
    section: 8,
    manual: "System Administration",
    description: &[
        "`chatd` is a chat server. People reach it over TCP or WebSocket, with any IRC client or with nothing but `nc`(1), and \
         meet in rooms; what they write to the desk reaches whoever runs the server. Administrators see and steer it with \
         `chatctl`(1) over a Unix socket.",
        "It stays in the foreground, tells systemd when it is ready, and writes its log to standard error. It needs no \
         configuration: without one it listens on this machine only. SIGTERM and SIGINT make it take no new clients, tell \
         those that are there, and end; a second one ends it at once. SIGHUP makes it read its configuration again, and a \
         wrong one changes nothing. SIGUSR1 makes it open its log files anew.",
    ],
    exit: &[
        ("0", "Stopped as it was asked to."),
        ("1", "Failed; the reason is the last line of the log."),
        ("2", "Wrong arguments."),
        ("78", "Wrong configuration; every fault is named with its line. Trying again does not help."),
    ],
    environment: &[
        ("CHATD_CONFIG", "The configuration file, if there is no `--config`."),
        (
            "CHATD_SECTION__KEY",
            "Overrides one key of the configuration: `CHATD_LIMITS__PING_INTERVAL=30s`. Lists are separated by commas.",
        ),
        (
            "STATE_DIRECTORY, RUNTIME_DIRECTORY, LOGS_DIRECTORY",
            "Where the store, the control socket and log files are, as systemd says; keys of the configuration come first.",
        ),
        (
            "XDG_STATE_HOME, XDG_RUNTIME_DIR, HOME",
            "Where they are if a user starts chatd without systemd: see FILES.",
        ),
        ("NO_COLOR", "No colours in the log, even at a terminal."),
        ("NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS, JOURNAL_STREAM", "Set by systemd."),
    ],
    files: &[
        ("/etc/chatd/chatd.toml", "The configuration: `chatd.toml`(5)."),
        (
            "/var/lib/chatd",
            "The state under systemd: `chatd.db` with its companions, and the key of the cloaks. Otherwise \
             `$XDG_STATE_HOME/chatd`, else `~/.local/state/chatd`.",
        ),
        (
            "/run/chatd/control.sock",
            "The control socket under systemd. Otherwise `$XDG_RUNTIME_DIR/chatd/control.sock`, else `control.sock` where \
             the state is.",
        ),
    ],
    examples: &[
        ("A server for this machine, with built-in defaults:", "chatd"),
        (
            "Everything that is wrong with a file, before it is used:",
            "sudo -u chatd chatd --config /etc/chatd/chatd.toml --check",
        ),
        ("The configuration in effect, with every default:", "chatd --print-config"),
        ("A hash for an operator's password:", "printf '%s\\n' \"$password\" | chatd --hash-password"),
    ],
    see_also: &[("chatd.toml", 5), ("chatctl", 1), ("chat-client", 1), ("systemctl", 1), ("journalctl", 1)],
};

/// chatctl(1)
pub(super) const CHATCTL: Words = Words {
    section: 1,
    manual: "User Commands",
    description: &[
        "`chatctl` asks a running `chatd`(8) what it does, and tells it what to do, over the daemon's control socket. The \
         kernel tells the daemon who is asking; the section [control] of `chatd.toml`(5) says what each user and group may do: \
         viewers look, operators answer at the desk, announce and kick, admins do everything. Root and the user that runs the \
         daemon are always admins.",
        "Results go to standard output, everything else to standard error. Tables are cut to the width of the terminal, and \
         whole anywhere else. Programs should ask for `-o json`, whose fields stay what they are (docs/control-api.md and the JSON Schema beside it), and not read the tables. \
         Options may stand before or behind the command; only `--timeout` stands before it. \
         In a text (of `say`, `kick`, `desk reply`) nothing is an option: there they stand before it.",
        "What hits many (`say --all`, `stop`, `drain`, `restore`, `kick` by an address that several have) shows how many and asks. \
         `-y` does it without; where nobody can be asked, because standard input is no terminal, it is refused with status 2.",
    ],
    exit: &[
        ("0", "Done."),
        ("1", "It could not be done, the reason is on standard error; or you answered a question with no."),
        (
            "2",
            "Wrong usage, or nobody was there to be asked whether it shall be done (`-y`). Nothing was done.",
        ),
        ("3", "The daemon cannot be reached, or did not answer in time."),
        ("4", "This user may not do it."),
        ("5", "There is no client, room or conversation of that name."),
        ("130", "You left it with Ctrl-C."),
    ],
    environment: &[
        ("CHATD_SOCKET", "The control socket, if there is no `-s`."),
        (
            "RUNTIME_DIRECTORY, XDG_RUNTIME_DIR, XDG_STATE_HOME, HOME",
            "Where the socket is looked for: see FILES.",
        ),
        ("NO_COLOR", "No colours, even at a terminal."),
        (
            "CLICOLOR_FORCE",
            "Colours, even where there is no terminal, unless it is 0 or there is `NO_COLOR`.",
        ),
        ("TZ", "The time zone of the times in tables. Times in JSON are in UTC."),
    ],
    files: &[
        (
            "/run/chatd/control.sock",
            "The control socket of the system's chatd. The first that exists is used: `$RUNTIME_DIRECTORY/control.sock`, this \
             one, `$XDG_RUNTIME_DIR/chatd/control.sock`, `$XDG_STATE_HOME/chatd/control.sock` \
             (`~/.local/state/chatd/control.sock`).",
        ),
        (
            "$XDG_STATE_HOME/chatctl/history",
            "What was typed in the shell (`~/.local/state` if the variable is not set), for its owner only. A line typed behind \
             a space is not kept.",
        ),
    ],
    examples: &[
        ("Whether all is well:", "chatctl status"),
        ("Who is here, the ids for a script:", "chatctl -q list"),
        ("Everything that is said to the desk, as it is said:", "chatctl watch desk"),
        ("An answer:", "chatctl desk reply alice we are looking into it"),
        ("The addresses of all clients, with `jq`(1):", "chatctl -o json list | jq -r .address"),
    ],
    see_also: &[("chatd", 8), ("chatd.toml", 5), ("chat-client", 1), ("jq", 1)],
};

/// chat-client(1)
pub(super) const CHAT_CLIENT: Words = Words {
    section: 1,
    manual: "User Commands",
    description: &["`chat-client` speaks IRC with a `chatd`(8), or with any other server: for people at a \
                    terminal, and in a pipe for scripts."],
    exit: &[
        ("0", "Left normally."),
        ("1", "The connection was lost, or closed by the server; the reason is printed."),
        ("2", "Bad arguments, or an unreadable password file."),
        ("3", "Could not connect."),
        ("4", "Refused at registration: wrong password, banned, nick not accepted."),
    ],
    environment: &[
        ("USER", "The nick, if there is no `--nick` and it can be one."),
        ("NO_COLOR", "No colours, even at a terminal."),
        ("XDG_STATE_HOME, HOME", "Where the history is kept: see FILES."),
        ("TZ", "The time zone of the times that are shown."),
    ],
    files: &[(
        "$XDG_STATE_HOME/chat-client/history",
        "What was typed (`~/.local/state` if the variable is not set). A line typed behind a space is not kept.",
    )],
    examples: &[
        ("The desk of a server on this machine:", "chat-client"),
        ("A room of another one, encrypted:", "chat-client --tls --nick anna --to '#lobby' chat.example.org"),
        (
            "A message from a script:",
            "echo 'the backup is done' | chat-client --nick backup --to '#ops' chat.example.org",
        ),
    ],
    see_also: &[("chatd", 8), ("chatctl", 1)],
};

/// What chatd.toml(5) says before the sections.
pub(super) const CONFIGURATION: &[&str] = &[
    "The configuration of `chatd`(8), in TOML. Every key may be left out. A key that chatd does not know is a fault, as is a value \
     of the wrong kind; all faults are told at once, with their lines, and then nothing of the file is used.",
    "`chatctl reload`, `systemctl reload chatd` and SIGHUP read the file again while the daemon runs. It is taken whole or not at \
     all; what takes effect only at the next start is named.",
];

/// The FILES of chatd.toml(5).
pub(super) const CONFIGURATION_FILES: &[(&str, &str)] = &[(
    "/etc/chatd/chatd.toml",
    "Read if it exists and neither `--config` nor `CHATD_CONFIG` names another one.",
)];

/// The EXAMPLES of chatd.toml(5); a test loads it.
pub(super) const CONFIGURATION_EXAMPLE: &str = r#"[server]
name = "irc.example.org"
network = "ExampleNet"

[[listen]]
protocol = "irc"
address = "[::]:6697"
tls = true

[tls]
certificate = "/etc/chatd/tls/fullchain.pem"
key = "/etc/chatd/tls/privkey.pem"

[control]
operator-groups = ["chatd"]
"#;
