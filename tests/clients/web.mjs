// A web client in headless Chromium, over WebSocket: told what to do on standard input, which a hand at the keyboard types into the
// page; tells what the page shows on standard output. At the end it leaves a picture of the page.
//
// The words are those of tests/real_clients/script.rs. Arguments: port, nick. CHATD_CLIENTS is where node_modules is, CHATD_ORIGIN
// the page's origin, CHATD_PICTURE the file of the picture.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const { CHATD_CLIENTS: libraries, CHATD_ORIGIN: origin, CHATD_PICTURE: picture } = process.env;
const [port, nick] = process.argv.slice(2);
const { chromium } = createRequire(`${libraries}/`)('playwright-core');

const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--disable-features=LocalNetworkAccessChecks',
    ],
});
const page = await browser.newPage({ viewport: { width: 900, height: 640 } });

// The page comes from here and not from a network, so that its origin is whatever a test wants.
const files = {
    '/': ['text/html', new URL('web.html', import.meta.url)],
    '/irc.js': ['text/javascript', `${libraries}/node_modules/irc-framework/dist/browser/static/browser.js`],
};
await page.route('**/*', async (route) => {
    const [contentType, file] = files[new URL(route.request().url()).pathname] ?? [];
    await (file ? route.fulfill({ contentType, body: await readFile(file) }) : route.fulfill({ status: 404 }));
});
page.on('pageerror', (error) => process.stderr.write(`${error}\n`));

let close;
const closed = new Promise((resolve) => { close = resolve; });
await page.exposeFunction('tell', (...words) => {
    process.stdout.write(`${words.join(' ')}\n`);
    if (words[0] === 'closed') {
        close();
    }
});

async function type(text) {
    await page.fill('#line', text);
    await page.press('#line', 'Enter');
}

await page.goto(`${origin}/?port=${port}&nick=${nick}`);
(async () => {
    for await (const line of createInterface({ input: process.stdin })) {
        const [verb, first, ...rest] = line.split(' ');
        if (verb === 'quit') {
            await page.screenshot({ path: picture });
        }
        await type(verb === 'say' ? rest.join(' ') : `/${line.replace(`part ${first}`, 'part')}`);
    }
})();
await closed;
await browser.close();
process.exit(0);
