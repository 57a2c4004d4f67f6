import {expect, test} from 'vitest';
import {currentLine, filterRow, pour, records} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** Lines of the runner before the first of the process: the fresh start, and four transitions. */
const managerLines = 5;

const levelOf = (n: number) => (n % 2 === 0 ? 'WARN' : 'INFO');
const textOf = (n: number) => `${n % 3 === 0 ? 'refused' : 'answered'} by peer ${n}${n % 5 === 0 ? ' out' : ''}.`;

/** 300 lines; every third says `refused`, every second is a warning, every fifth says `out`. The 144th is marked. */
async function openAt144(): Promise<Viewer> {
  const viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 300; n++) viewer.say('alpha', textOf(n), levelOf(n));
  await terminal.waitFor('by peer 300');
  await terminal.press('Tab', ':');
  await terminal.type(String(managerLines + 144));
  await terminal.press('Enter');
  await terminal.waitFor(() => currentLine(terminal).text.endsWith('refused by peer 144.'));
  return viewer;
}

async function addFilter(viewer: Viewer, text: string, sight: string): Promise<void> {
  await viewer.terminal.press('&');
  await viewer.terminal.type(text);
  await viewer.terminal.press('Enter');
  await viewer.terminal.waitFor(() => filterRow(viewer.terminal).includes(sight), {hint: sight});
}

test('filters stack and peel while the current line stays in its row; each shows how many records it hides', async () => {
  await using viewer = await openAt144();
  const {terminal} = viewer;
  const before = viewer.pane();
  const eye = currentLine(terminal);
  const seen = () => records(viewer).map((record) => Number(/peer (\d+)/.exec(record)?.[1]));

  await addFilter(viewer, 'refused', 'refused (205 hidden)');
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 3 === 0)).toBe(true);
  await terminal.press('L');
  await terminal.waitFor(() => filterRow(terminal).includes('level:warn (155 hidden)'));
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 6 === 0)).toBe(true);
  await addFilter(viewer, '!out', '!out (60 hidden)');
  expect(filterRow(terminal)).toContain('&  refused (205 hidden)  level:warn (155 hidden)  !out (60 hidden)');
  expect(currentLine(terminal)).toEqual(eye);
  expect(seen().every((n) => n % 6 === 0 && n % 5 !== 0)).toBe(true);
  // And all of those, one after the other.
  const wanted = Array.from({length: 300}, (_, index) => index + 1).filter((n) => n % 6 === 0 && n % 5 !== 0);
  const from = wanted.indexOf(seen()[0] ?? 0);
  expect(seen()).toEqual(wanted.slice(from, from + seen().length));

  await terminal.press('\\');
  await terminal.waitFor(() => filterRow(terminal).includes('all off'));
  expect(currentLine(terminal)).toEqual(eye);
  expect(terminal.row(eye.row + 1)).toContain('answered by peer 145 out.');
  await terminal.press('\\');
  await terminal.waitFor(() => filterRow(terminal).includes('!out (60 hidden)'));
  expect(currentLine(terminal)).toEqual(eye);

  await terminal.press('Esc');
  await terminal.waitForGone('!out');
  await terminal.waitFor('by peer 150 out.');
  expect(currentLine(terminal)).toEqual(eye);
  await terminal.press('Esc');
  await terminal.waitForGone('level:warn');
  await terminal.waitFor('by peer 147.');
  expect(currentLine(terminal)).toEqual(eye);
  await terminal.press('Esc');
  await terminal.waitForGone('refused -');
  await terminal.waitFor('by peer 145');
  expect(viewer.pane()).toEqual(before);
});

/** 5,000 lines that differ only in their numbers, and another one after the 2,500th. */
async function openWithAlike(): Promise<Viewer> {
  const viewer = await openViewer({pipelines: ['alpha'], cols: 100});
  const {terminal} = viewer;
  await viewer.live();
  for (let n = 1; n <= 5000; n++) {
    viewer.say('alpha', `batch ${n} took ${n % 97} ms.`);
    if (n === 2500) viewer.say('alpha', 'batch lost.', 'ERROR');
  }
  await terminal.waitFor('batch 5000 took');
  await terminal.press('Tab');
  return viewer;
}

/** What is on the screen once records are folded. */
const folded = ['INFO batch 1 took 1 ms. ×2,500', 'ERROR batch lost.', 'INFO batch 2501 took 76 ms. ×2,500'];

/** The records of the process, target and run of blanks left out. */
const batches = (viewer: Viewer) =>
  records(viewer)
    .filter((record) => record.includes('batch'))
    .map((record) => record.replace(/ contro(?:ller|…) +/, ' ').replace(/ {2,}/g, ' '));

async function fold(viewer: Viewer): Promise<void> {
  await viewer.terminal.press('f');
  await viewer.terminal.waitFor('×2,500');
  await viewer.terminal.press('g');
  await viewer.terminal.waitFor(() => currentLine(viewer.terminal).text.includes('Fresh start'));
}

test('f makes thousands of similar lines one row with its count, and the one that differs stands out', async () => {
  await using viewer = await openWithAlike();
  const {terminal} = viewer;
  await fold(viewer);
  expect(batches(viewer)).toEqual(folded);
  const {row} = terminal.find('batch lost') ?? {row: 0};
  expect(terminal.styleOf('ERROR')).toMatchObject({fg: 'palette-196', bold: true});
  expect(terminal.cell(row, terminal.row(row).indexOf('│') + 2)).toMatchObject({text: '▎', fg: 'palette-196'});
  // What comes joins its fold.
  viewer.say('alpha', 'batch 5001 took 54 ms.');
  await terminal.waitFor('×2,501');
  await terminal.press('f');
  await terminal.waitForGone('×2,501');
});

/** Three lines that say `connection` and `refused`. */
async function openOnThree(): Promise<Viewer> {
  const viewer = await openViewer();
  await viewer.live();
  for (const n of [1, 2, 3]) viewer.say('alpha', `connection ${n} refused.`);
  await viewer.terminal.waitFor('connection 3 refused.');
  await viewer.terminal.press('Tab');
  await viewer.terminal.waitFor(() => viewer.tabBar().startsWith('►'), {hint: 'the focus on the log'});
  return viewer;
}

test('* paints several patterns, each in its colour, and hides nothing; Esc takes the last one away', async () => {
  await using viewer = await openOnThree();
  const {terminal} = viewer;
  const before = records(viewer);
  for (const pattern of ['connection', 'refused']) {
    await terminal.press('*');
    await terminal.type(pattern);
    await terminal.press('Enter');
  }
  const colour = (text: string) => terminal.styleOf(text).bg;
  await terminal.waitFor(() => colour('refused') !== undefined);
  expect([colour('connection 2'), colour('2 refused'), colour('refused.')]).toEqual([
    'palette-30',
    undefined,
    'palette-28',
  ]);
  expect(records(viewer)).toEqual(before);
  // A search is painted over them.
  await terminal.press('/');
  await terminal.type('refused');
  await terminal.waitFor('3 of 3');
  await terminal.press('Enter');
  expect(terminal.styleOf('refused').inverse).toBe(true);
  expect(terminal.styleOf('connection 2')).toMatchObject({bg: 'palette-30', inverse: false});

  await terminal.press('Esc');
  await terminal.waitFor(() => terminal.styleOf('refused').bg !== 'palette-28');
  expect(colour('connection 2')).toBe('palette-30');
  await terminal.press('Esc');
  await terminal.waitFor(() => colour('connection 2') === undefined);
  expect(viewer.status()).toContain('/refused');
  await terminal.press('Esc');
  await terminal.waitForGone('/refused');
});

async function typeAt({terminal}: Viewer, key: string, text: string): Promise<void> {
  await terminal.press(key);
  await terminal.type(text);
  await terminal.press('Enter');
}

/** 200 lines; every fourth is a warning, every tenth says `refused`. */
async function openOnMixed(): Promise<Viewer> {
  const viewer = await openViewer();
  await viewer.live();
  for (let n = 1; n <= 200; n++) {
    viewer.say('alpha', `${n % 10 === 0 ? 'refused' : 'served'} by peer ${n}.`, n % 4 === 0 ? 'WARN' : 'INFO');
  }
  await viewer.terminal.waitFor('by peer 200.');
  await viewer.terminal.press('Tab');
  return viewer;
}

test('while 2,000 lines a second arrive the line under the eye moves in no frame, whatever the filters', async () => {
  await using viewer = await openOnMixed();
  const {terminal} = viewer;
  // After five lines of the runner: enough of what the filters leave is above it.
  await typeAt(viewer, ':', '185');
  await terminal.waitFor(() => currentLine(terminal).text.includes('refused by peer 180.'));
  const eye = currentLine(terminal);
  const stop = new AbortController();
  const writer = pour((n) => viewer.say('alpha', `${n % 10 === 0 ? 'refused' : 'served'} later ${n}.`, 'WARN'), {
    perSecond: 2000,
    signal: stop.signal,
  });
  // And below it.
  await terminal.waitFor(/PAUSED · \d{1,3},\d{3} new/);
  const moved: string[] = [];
  const end = terminal.eachFrame(() => {
    if (!terminal.row(eye.row).includes('▸') || !terminal.row(eye.row).includes(eye.text)) moved.push(terminal.text());
  });
  await typeAt(viewer, '&', 'refused');
  await terminal.waitFor(() => /refused \([\d,]+ hidden\)/.test(filterRow(terminal)));
  await terminal.press('&');
  // Typed, it would begin as a text that hides the line.
  terminal.paste('level:warn');
  await terminal.press('Enter');
  await terminal.waitFor(() => /level:warn \([\d,]+ hidden\)/.test(filterRow(terminal)));
  for (const [key, done] of [
    ['\\', 'all off'],
    ['\\', /level:warn \(\d/],
    ['x', '3 around each match'],
    ['x', '10 around each match'],
    ['x', /level:warn \([\d,]+ hidden\) *$/],
    ['Esc', /refused \([\d,]+ hidden\) *$/],
  ] as const) {
    await terminal.press(key);
    await terminal.waitFor(() => filterRow(terminal).search(done) !== -1, {hint: `${key}: ${done}`});
  }
  await terminal.press('Esc');
  await terminal.waitFor('served by peer 181.');
  end();
  stop.abort();
  const written = await writer;
  expect(moved[0] ?? '').toBe('');
  // And the counts are those of what was written.
  await typeAt(viewer, '&', 'refused');
  const hidden = 5 + 180 + written - Math.floor(written / 10);
  await terminal.waitFor(() => filterRow(terminal).includes(`refused (${hidden.toLocaleString('en-US')} hidden)`));
  expect(records(viewer).length).toBeGreaterThan(0);
});
