// irc-framework over TCP: told what to do on standard input, tells what it sees on standard output.
//
// The words are those of tests/real_clients/script.rs. Arguments: port, nick. CHATD_CLIENTS is where node_modules is.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(`${process.env.CHATD_CLIENTS}/`);
const { Client } = require('irc-framework');

const [port, nick] = process.argv.slice(2);
const tell = (...words) => process.stdout.write(`${words.join(' ')}\n`);

const client = new Client();
client.on('registered', (event) => tell('welcome', event.nick));
client.on('userlist', (event) => tell('entered', event.channel));
client.on('privmsg', (event) => tell('said', event.nick, event.target, event.message));
client.on('nick', (event) => tell('nick', event.nick, event.new_nick));
client.on('part', (event) => tell('parted', event.nick, event.channel));
client.on('quit', (event) => tell('quit', event.nick));
client.on('close', () => process.exit(0));

const verbs = {
    join: (room) => client.join(room),
    say: (room, text) => client.say(room, text),
    nick: (name) => client.changeNick(name),
    part: (room, reason) => client.part(room, reason),
    quit: (first, rest) => client.quit([first, rest].filter(Boolean).join(' ')),
};

client.connect({ host: '127.0.0.1', port: Number(port), nick, username: nick, gecos: nick, auto_reconnect: false });
for await (const line of createInterface({ input: process.stdin })) {
    const [verb, first, ...rest] = line.split(' ');
    verbs[verb](first, rest.join(' '));
}
