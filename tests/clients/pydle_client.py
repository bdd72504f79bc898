"""pydle as a client: told what to do on standard input, tells what it sees on standard output.

The words are those of tests/real_clients/script.rs.
"""

import asyncio
import sys

import pydle


def tell(*words):
    print(*words, flush=True)


class Client(pydle.Client):
    RECONNECT_ON_ERROR = False

    async def on_connect(self):
        await super().on_connect()
        tell("welcome", sys.argv[2])

    async def on_raw_379(self, message):
        """RPL_WHOISMODES, which pydle does not know and would complain of."""

    async def on_raw_366(self, message):
        await super().on_raw_366(message)
        tell("entered", message.params[1])

    async def on_channel_message(self, target, by, message):
        tell("said", by, target, message)

    async def on_nick_change(self, old, new):
        tell("nick", old, new)

    async def on_part(self, channel, user, message=None):
        tell("parted", user, channel)

    async def on_quit(self, user, message=None):
        tell("quit", user)

    async def obey(self, command):
        verb, _, rest = command.partition(" ")
        first, _, text = rest.partition(" ")
        if verb == "join":
            await self.join(first)
        elif verb == "say":
            await self.message(first, text)
        elif verb == "nick":
            await self.set_nickname(first)
        elif verb == "part":
            await self.part(first, text)
        elif verb == "quit":
            await self.quit(rest)
            return False
        return True


async def main(port, nick):
    client = Client(nick, username=nick, realname=nick)
    await client.connect("127.0.0.1", int(port), tls=False)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if not await client.obey(line.rstrip("\n")):
            return


asyncio.run(main(*sys.argv[1:]))
