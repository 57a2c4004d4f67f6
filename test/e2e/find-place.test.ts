import {expect, test} from 'vitest';
import {formatMicros, plainLine} from '../../source/demo/log-lines.ts';
import {currentLine, filterRow, records} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

const minute = 60_000;
/** Minutes of log, one line a minute, the last one now. */
const minutes = 240;
/** Lines of the runner at the start. */
const managerLines = 5;

/** The program on a log that began four hours ago; `at` answers when a line was written, in wall milliseconds. */
async function openWithHours(timeZone = 'UTC'): Promise<{viewer: Viewer; at: (line: number) => number}> {
  const begun = Date.now() - minutes * minute;
  const viewer = await openViewer({
    env: {TZ: timeZone},
    server: {scenario: (server) => server.addPipeline('alpha', {now: () => begun}).start()},
  });
  const at = (line: number) => begun + line * minute;
  await viewer.live();
  for (let line = 1; line <= minutes; line++) {
    const event = {
      level: line % 50 === 0 ? ('ERROR' as const) : ('INFO' as const),
      target: 'dbsp_adapters::controller',
      message: `minute ${line}.`,
    };
    viewer.server.pipeline('alpha').write(plainLine({name: 'alpha'}, formatMicros(at(line) * 1000), event));
  }
  await viewer.terminal.waitFor(`minute ${minutes}.`);
  await viewer.terminal.press('Tab');
  return {viewer, at};
}

async function ask({terminal}: Viewer, key: string, text: string): Promise<void> {
  await terminal.press(key);
  await terminal.type(text);
  await terminal.press('Enter');
}

async function marked({terminal}: Viewer, text: string): Promise<void> {
  await terminal.waitFor(() => currentLine(terminal).text.endsWith(` ${text}`), {hint: `${text} is marked`});
}

test('T goes to a time of day, to minutes ago, and to an ISO time; what is none is said in one line', async () => {
  const {viewer, at} = await openWithHours();
  await using _ = viewer;
  const {terminal} = viewer;
  // A time of day means a whole minute: the first line at or after it.
  await ask(viewer, 'T', new Date(at(60)).toISOString().slice(11, 16));
  await marked(viewer, 'minute 60.');
  // The log ends at the start of this test, some seconds ago.
  await ask(viewer, 'T', '-5m');
  await marked(viewer, `minute ${minutes - 4}.`);
  await ask(viewer, 'T', '-1h30m');
  await marked(viewer, `minute ${minutes - 89}.`);
  await ask(viewer, 'T', new Date(at(120)).toISOString());
  await marked(viewer, 'minute 120.');
  await ask(viewer, 'T', '2001-02-03 04:05');
  await terminal.waitFor('the oldest record kept is from');
  expect(currentLine(terminal).text).toContain('Fresh start');

  await ask(viewer, 'T', '12:0x');
  await terminal.waitFor('not a time; try');
  expect(terminal.row(-2)).toContain('time: 12:0x');
  await terminal.press('Esc');
  await terminal.waitForGone('not a time');
});

test('T reads a time in the zone in which times are shown', async () => {
  const {viewer, at} = await openWithHours('Asia/Tokyo');
  await using _ = viewer;
  const {terminal} = viewer;
  const ahead = 9 * 60 * minute;
  await terminal.press('t');
  await terminal.waitFor('local times');
  await ask(viewer, 'T', new Date(at(60) + ahead).toISOString().slice(11, 16));
  await marked(viewer, 'minute 60.');
  await ask(viewer, 'T', new Date(at(90)).toISOString());
  await marked(viewer, 'minute 90.');
  await ask(viewer, 'T', '2001-02-03');
  const start = new Date(at(0) + ahead).toISOString().slice(0, 16).replace('T', ' ');
  await terminal.waitFor(`the oldest record kept is from ${start}`);
});

test(': goes to a line, from either end, and to a part of the log; what is none is said in one line', async () => {
  const {viewer} = await openWithHours();
  await using _ = viewer;
  const {terminal} = viewer;
  await ask(viewer, ':', String(managerLines + 77));
  await marked(viewer, 'minute 77.');
  await ask(viewer, ':', '-10');
  await marked(viewer, 'minute 231.');
  await ask(viewer, ':', '50%');
  // Halfway between the first and the last of 245 lines, ids 0 to 244.
  await marked(viewer, `minute ${122 - managerLines + 1}.`);
  await ask(viewer, ':', '$');
  await marked(viewer, 'minute 240.');
  await ask(viewer, ':', '1');
  await terminal.waitFor(() => currentLine(terminal).text.includes('Fresh start'));
  await ask(viewer, ':', '120%');
  await terminal.waitFor('not a line; try');
  await terminal.press('Esc');
  await terminal.waitForGone('not a line');
});

test('e and E go from error to error, the newest first while following', async () => {
  const {viewer} = await openWithHours();
  await using _ = viewer;
  const {terminal} = viewer;
  await terminal.press('e');
  await marked(viewer, 'minute 200.');
  await terminal.press('E');
  await marked(viewer, 'minute 150.');
  await terminal.press('e');
  await marked(viewer, 'minute 200.');
  await terminal.press('e');
  await terminal.waitFor('no error after this line');
  await terminal.press('E', 'E', 'E');
  await marked(viewer, 'minute 50.');
  await terminal.press('E');
  await terminal.waitFor('no error before this line');
  await marked(viewer, 'minute 50.');
});

test('< and > hide what is before and after the line, each as a filter that Esc takes away', async () => {
  const {viewer, at} = await openWithHours();
  await using _ = viewer;
  const {terminal} = viewer;
  await ask(viewer, ':', String(managerLines + 100));
  await marked(viewer, 'minute 100.');
  await terminal.press('<');
  const time = (line: number) => new Date(at(line)).toISOString().slice(11, 19);
  await terminal.waitFor(() => filterRow(terminal).includes(`since ${time(100)} -${managerLines + 99}`));
  await terminal.waitFor(() => records(viewer)[0] === 'ERROR minute 100.');
  await terminal.press('j', 'j', 'j', '>');
  await terminal.waitFor(() => filterRow(terminal).includes(`up to ${time(103)} -${minutes - 103}`));
  await terminal.waitFor(() => records(viewer).length === 4);
  expect(records(viewer)).toEqual(['ERROR minute 100.', 'INFO minute 101.', 'INFO minute 102.', 'INFO minute 103.']);
  await marked(viewer, 'minute 103.');
  const eye = currentLine(terminal);
  await terminal.press('Esc');
  await terminal.waitFor('minute 104.');
  await terminal.press('Esc');
  await terminal.waitFor(() => !filterRow(terminal).includes('since '));
  expect(currentLine(terminal)).toEqual(eye);
  await terminal.press('k', 'k', 'k', 'k');
  await marked(viewer, 'minute 99.');
});

test('= draws a dated line where the log ends now, and what comes is below it', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.say('alpha', 'before.');
  await terminal.waitFor('before.');
  await terminal.press('Tab', '=');
  const day = new Date().toISOString().slice(0, 8);
  await terminal.waitFor(new RegExp(`─ ${day}\\d\\d \\d\\d:\\d\\d:\\d\\d ─`));
  viewer.say('alpha', 'after.');
  await terminal.waitFor('after.');
  const rows = viewer.shown().filter((row) => /before\.|after\.|─ \d{4}-/.test(row));
  expect(rows.map((row) => /before|after|─/.exec(row)?.[0])).toEqual(['before', '─', 'after']);
});
