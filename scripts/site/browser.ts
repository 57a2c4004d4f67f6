/**
 * `npm run site:browser [-- --pictures DIR]`: the built site in a real browser, Chromium without a window, from a folder of a
 * host: on a telephone (390 px) and a desk (1280 px), dark and light. Each page fits its width, each picture is drawn, nothing
 * is asked of another host, no script fails, the button changes the theme, the film plays, and the search finds.
 * `--pictures`: what it looks like, as PNG files.
 */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {Tab} from './tab.ts';

const {values} = parseArgs({options: {pictures: {type: 'string'}}});
const folder = path.join(import.meta.dirname, '../../dist/site');
const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).error === undefined,
);
if (browser === undefined) {
  console.log('site: not looked at in a browser: there is no chromium · Debian: apt-get install chromium');
  process.exit();
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/** Not at its root: every link has to be relative. */
const place = '/some/folder/';
const server = createServer(async ({url = ''}, response) => {
  const {pathname} = new URL(url, 'http://localhost');
  const name = path.join(folder, decodeURIComponent(pathname.slice(place.length)) || 'index.html');
  const bytes = pathname.startsWith(place) ? await readFile(name).catch(() => undefined) : undefined;
  response.writeHead(bytes ? 200 : 404, {'content-type': types[path.extname(name)] ?? 'application/octet-stream'});
  response.end(bytes);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const profile = await mkdtemp(path.join(tmpdir(), 'pipetail-site-'));
// As root, in a container, without a sandbox: it reads only this site.
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--remote-debugging-port=0'];
const chromium = spawn(browser, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
const faults: string[] = [];
try {
  const tab = await Tab.open(await debuggingPort());
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.html')).toSorted();
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark'] as const) {
      await tab.emulate(width, scheme);
      for (const page of pages) await look(tab, page, `${page} at ${width} px, ${scheme}`, width, scheme);
    }
  }
  await theme(tab);
  await film(tab);
  await search(tab);
  await tab.close();
  console.log(`site: ${pages.length} pages at 390 and 1280 px, light and dark · ${faults.length} faults`);
} finally {
  chromium.kill();
  await once(chromium, 'exit');
  server.close();
  server.closeAllConnections();
  await rm(profile, {recursive: true, force: true, maxRetries: 5});
}
for (const fault of faults) console.error(`site: ${fault}`);
if (faults.length > 0) process.exitCode = 1;

async function debuggingPort(): Promise<number> {
  let text = '';
  for await (const chunk of chromium.stderr) {
    text += String(chunk);
    const [, port] = /DevTools listening on ws:\/\/[^:]+:(\d+)/.exec(text) ?? [];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`chromium ends at once:\n${text}`);
}

async function look(tab: Tab, page: string, where: string, width: number, scheme: string): Promise<void> {
  await tab.go(`${origin}${place}${page}`);
  const seen = await tab.evaluate<Seen>(`(async () => {
    const images = [...document.images];
    await Promise.all(images.map((image) => image.decode().catch(() => {})));
    const shown = images.filter((image) => image.offsetParent !== null);
    return {
      width: document.documentElement.scrollWidth,
      broken: shown.filter((image) => image.naturalWidth === 0).map((image) => image.currentSrc),
      others: images.filter((image) => /-(dark|light)\\./.test(image.currentSrc) && !image.currentSrc.includes('-${scheme}.'))
        .map((image) => image.currentSrc),
      size: parseFloat(getComputedStyle(document.querySelector('main')).fontSize),
      back: getComputedStyle(document.body).backgroundColor,
    };
  })()`);
  if (seen.width > width) faults.push(`${where}: it is ${seen.width} px wide`);
  if (seen.size < 15) faults.push(`${where}: its letters have ${seen.size} px`);
  if ((seen.back === 'rgb(255, 255, 255)') !== (scheme === 'light'))
    faults.push(`${where}: its background is ${seen.back}`);
  for (const image of seen.broken) faults.push(`${where}: ${image} is not drawn`);
  for (const image of seen.others) faults.push(`${where}: ${image} is not of this scheme`);
  faults.push(...tab.faults(origin).map((fault) => `${where}: ${fault}`));
  if (values.pictures === undefined) return;
  await mkdir(values.pictures, {recursive: true});
  await writeFile(
    path.join(values.pictures, `${page.replace('.html', '')}-${width}-${scheme}.png`),
    await tab.picture(),
  );
}

type Seen = {
  readonly width: number;
  readonly broken: readonly string[];
  readonly others: readonly string[];
  readonly size: number;
  readonly back: string;
};

/** The button shows the other theme, whatever the system has. */
async function theme(tab: Tab): Promise<void> {
  for (const [scheme, other] of [
    ['light', 'rgb(18, 22, 28)'],
    ['dark', 'rgb(255, 255, 255)'],
  ] as const) {
    await tab.emulate(1280, scheme);
    await tab.go(`${origin}${place}index.html`);
    const back = await tab.evaluate<string>(`(() => {
      document.querySelector('#theme').click();
      localStorage.clear();
      return getComputedStyle(document.body).backgroundColor;
    })()`);
    if (back !== other) faults.push(`the other theme of ${scheme}: its background is ${back}`);
  }
}

/** The first picture of the first page moves. */
async function film(tab: Tab): Promise<void> {
  await tab.go(`${origin}${place}index.html`);
  const first = await tab.picture();
  for (let tries = 0; tries < 50; tries++) {
    await setTimeout(200);
    if (!first.equals(await tab.picture())) return;
  }
  faults.push('the film stands still for 10 s');
}

/** Types a word as a reader does; the first result leads to a page that has it. */
async function search(tab: Tab): Promise<void> {
  await tab.go(`${origin}${place}index.html`);
  const found = await tab.evaluate<string>(`(async () => {
    const field = document.querySelector('#search');
    field.value = 'reconnect';
    field.dispatchEvent(new Event('input'));
    const until = Date.now() + 10000;
    while (document.querySelector('#results a') === null && Date.now() < until) await new Promise((go) => setTimeout(go, 20));
    return document.querySelector('#results a')?.href ?? '';
  })()`);
  if (values.pictures !== undefined) await writeFile(path.join(values.pictures, 'search.png'), await tab.picture());
  faults.push(...tab.faults(origin).map((fault) => `search: ${fault}`));
  if (!found.startsWith(`${origin}${place}`)) {
    faults.push(`the search finds '${found}'`);
    return;
  }
  await tab.go(found);
  const text = await tab.evaluate<string>(`document.querySelector('main').innerText`);
  if (!/reconnect/i.test(text)) faults.push(`the search leads to ${found}, which has not the word`);
}
