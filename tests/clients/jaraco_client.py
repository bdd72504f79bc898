"""jaraco's `irc` library as a client: told what to do on standard input, tells what it sees on standard output.

The words are those of tests/real_clients/script.rs.
"""

import queue
import sys
import threading

import irc.client

commands = queue.SimpleQueue()


def tell(*words):
    print(*words, flush=True)


def read_commands():
    for line in sys.stdin:
        commands.put(line.rstrip("\n"))


def obey(connection, command):
    verb, _, rest = command.partition(" ")
    first, _, text = rest.partition(" ")
    if verb == "join":
        connection.join(first)
    elif verb == "say":
        connection.privmsg(first, text)
    elif verb == "nick":
        connection.nick(first)
    elif verb == "part":
        connection.part(first, text)
    elif verb == "quit":
        connection.quit(rest)


def main(port, nick):
    reactor = irc.client.Reactor()
    is_over = []

    def end(_connection, _event):
        is_over.append(True)

    for name, handler in {
        "welcome": lambda _c, event: tell("welcome", event.target),
        "endofnames": lambda _c, event: tell("entered", event.arguments[0]),
        "pubmsg": lambda _c, event: tell("said", event.source.nick, event.target, event.arguments[0]),
        "nick": lambda _c, event: tell("nick", event.source.nick, event.target),
        "part": lambda _c, event: tell("parted", event.source.nick, event.target),
        "quit": lambda _c, event: tell("quit", event.source.nick),
        "disconnect": end,
    }.items():
        reactor.add_global_handler(name, handler)
    connection = reactor.server().connect("127.0.0.1", int(port), nick)
    threading.Thread(target=read_commands, daemon=True).start()
    while not is_over:
        reactor.process_once(0.01)
        while not commands.empty():
            obey(connection, commands.get())


main(*sys.argv[1:])
