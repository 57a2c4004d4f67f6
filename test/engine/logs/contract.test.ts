import {appendFile, rm, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import type {Log} from '../../../source/engine/logs/log.ts';
import {findRecordings} from '../../../source/engine/recording/read-recording.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import {LineOutput} from '../../../source/kit/system/line-output.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {createStore} from '../../../source/lib/store.ts';
import {runLogsFrom} from '../../../source/shells/commands/logs/logs-from.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {SlowStream} from '../../shells/commands/slow-stream.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {type Recorded, writeRecording} from '../recording/recording-files.ts';
import {head, runner, start} from '../records/index-lines.ts';
import {forms, isRead, openLog, type Told} from './logs-under-test.ts';
import {mergedLog} from './merge-sources.ts';

/* All forms of a log tell the same of the same bytes. */

const at = (second: number) => `2026-11-25T09:08:${String(second).padStart(2, '0')}.000000Z`;
const ofLogs = (text: string, level = 'INFO') => runner(text, level).replace('pipeline_automata', 'pipeline_logs');
const freshStart = ofLogs('Fresh start of pipeline logs');
const discarded = (entries: number) =>
  ofLogs(`... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown.`, 'WARN');
const starting = [
  runner(start, 'INFO', at(1)),
  runner('Resources transition: provisioning -> provisioned (desired: provisioned)', 'INFO', at(2)),
  runner('Runtime transition: initializing -> running (desired: running)', 'INFO', at(3)),
];
const stopping = [
  runner('Resources transition: provisioned -> stopping (desired: stopped)', 'INFO', at(50)),
  runner('Resources transition: stopping -> stopped (desired: stopped)', 'INFO', at(51)),
];
const dead = runner('stdout encountered I/O error: stream did not contain valid UTF-8', 'ERROR', at(20));
const step = (second: number) => head(`step ${second}`, 'INFO', at(second));
const failed = (second: number) => head('kafka: no broker', 'ERROR', at(second));
const textOf = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');

/** Files are watched. */
const polling = {timeout: 10_000, interval: 5};
/** What a file begins with shows whether it is text. */
const filler = Array.from({length: 100}, (_, at) => step(at % 60));
const noLoss = {gaps: 0, atLeast: 0, atMost: 0, clears: 0, lostStreams: 0};
const isMarker = (entry: string) => /^<[a-z-]+>$/.test(entry);

type Case = {
  readonly bodies: readonly string[];
  readonly tells: Partial<Omit<Told, 'entries'>>;
  /** Markers, in order. */
  readonly markers: readonly string[];
  /** In place of the lines of the bodies. */
  readonly lines?: readonly string[];
  /** Where a long line is broken depends on the form. */
  readonly mayBreak?: boolean;
  /** Of an open line at the end: counted where the log has ended. */
  readonly errorsOnceEnded?: readonly number[];
};

const cases: Readonly<Record<string, Case>> = {
  'errors of a kind are counted, and the runner’s too': {
    bodies: [textOf(freshStart, ...starting, failed(4), step(5), failed(6), head('other', 'ERROR', at(7)))],
    tells: {losses: noLoss, lostStreams: [], errors: [2, 1], runs: ['running']},
    markers: [],
  },
  'stdout is lost until the next start': {
    bodies: [textOf(freshStart, ...starting, step(4), dead, step(21), step(22), step(23))],
    tells: {losses: {...noLoss, lostStreams: 1}, lostStreams: ['stdout'], errors: [1], runs: ['running']},
    markers: ['<unread>'],
  },
  'the next start reads stdout again, and a second death is another one': {
    bodies: [textOf(freshStart, ...starting, dead, ...stopping, ...starting, step(52), dead, ...stopping, ...starting)],
    tells: {
      ...{losses: {...noLoss, lostStreams: 2}, lostStreams: [], errors: [2]},
      runs: ['stopped ended', 'stopped ended', 'running'],
    },
    markers: ['<unread>', '<unread>'],
  },
  'a run that has ended is not running': {
    bodies: [textOf(freshStart, ...starting, step(4), ...stopping)],
    tells: {losses: noLoss, runs: ['stopped ended']},
    markers: [],
  },
  'entries that the server discarded meanwhile are lost': {
    bodies: [textOf(freshStart, ...starting, step(4)), textOf(discarded(9), step(30), step(31))],
    tells: {losses: {...noLoss, gaps: 1, atLeast: 4, atMost: 4}, lostStreams: [], errors: []},
    markers: ['<lost>'],
    lines: [freshStart, ...starting, step(4), step(30), step(31)],
  },
  'a cut line and a cleared log are told, and the new log reads stdout': {
    bodies: [
      `${textOf(freshStart, ...starting, dead)}[p] cut`,
      textOf(freshStart.replaceAll('09:08:47', '10:08:47'), step(30)),
    ],
    tells: {losses: {...noLoss, gaps: 1, clears: 1, lostStreams: 1}, lostStreams: [], errors: [1]},
    markers: ['<unread>', '<line-cut>', '<new-life>'],
    lines: [freshStart, ...starting, dead, '[p] cut', freshStart.replaceAll('09:08:47', '10:08:47'), step(30)],
  },
  'NULs, carriage returns, an empty line and an open line are kept': {
    bodies: [`${textOf(freshStart, ...filler, 'a\0b\r', '', '\0', 'größe')}open`],
    tells: {losses: noLoss, errors: []},
    markers: [],
  },
  'an error in an open line counts once nothing follows': {
    bodies: [textOf(freshStart, failed(4)) + head('other', 'ERROR', at(5))],
    tells: {losses: noLoss, errors: [1]},
    errorsOnceEnded: [1, 1],
    markers: [],
  },
  'of a line over the limit nothing is lost, and what follows is counted': {
    bodies: [textOf(freshStart, 'x'.repeat(5 * 1024 * 1024), failed(4), dead)],
    tells: {losses: {...noLoss, lostStreams: 1}, lostStreams: ['stdout'], errors: [1, 1]},
    markers: ['<unread>'],
    mayBreak: true,
  },
};

describe.each(forms)('$name', (form) => {
  const able = Object.entries(cases).filter(([, {bodies}]) => form.takes === 'bodies' || bodies.length === 1);
  test.each(able)('%s', async (_, {bodies, tells, markers, lines, mayBreak, errorsOnceEnded}) => {
    await using home = await temporaryDirectory();
    await using log = await form.open(bodies, home.path);
    const errors = form.staysOpen === true ? tells.errors : (errorsOnceEnded ?? tells.errors);
    await expect.poll(() => log.told(), polling).toMatchObject({...tells, ...(errors && {errors})});
    const {entries} = log.told();
    const all = bodies.join('').replace(/\n$/, '').split('\n');
    const shown = entries.filter((entry) => !isMarker(entry));
    if (mayBreak) expect(shown.join('').length).toBe(all.join('').length);
    else expect(shown).toEqual(lines ?? all);
    expect(entries.filter(isMarker)).toEqual(markers);
  });
});

describe.each(forms)('$name', (form) => {
  const open = async (home: string) => await form.open([textOf(freshStart, ...filler)], home);

  // A merged log has no rows of its own.
  if (form.name !== 'merge') {
    // A file may be read before anybody looks.
    test('the errors page has what is lost, however late it looks', async () => {
      await using home = await temporaryDirectory();
      await using opened = await form.open([textOf(freshStart, ...starting, dead, ...filler)], home.path);
      const {log} = opened;
      const logs = {names: createStore([log.name]), get: () => log};
      const list = {pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined};
      const events = new EventTracker({
        logs,
        poller: {snapshot: createStore(list), refresh: () => {}},
        clock: systemClock,
        diagnose,
      });
      const stop = events.start();
      const rows = () => events.log.errorRows.map(({kind, isOver}) => ({kind, isOver}));
      await expect.poll(rows, polling).toContainEqual({kind: 'stream-lost', isOver: false});
      stop();
    });
  }

  test('a log that has no memory to free shows nothing new', async () => {
    await using home = await temporaryDirectory();
    await using opened = await open(home.path);
    const {log, frame} = opened;
    await frame();
    const before = log.snapshot.get();
    log.shrinkTo(1e9, 0);
    await frame();
    expect(log.snapshot.get()).toBe(before);
  });

  test('a log that was closed shows nothing new, and can be read', async () => {
    await using home = await temporaryDirectory();
    await using opened = await open(home.path);
    const {log, frame, told} = opened;
    await frame();
    const {entries} = told();
    await log.close();
    expect(entriesOf(log.buffer).slice(0, entries.length)).toEqual(entries);
    const before = log.snapshot.get();
    log.shrinkTo(0, 0);
    await frame();
    expect(log.snapshot.get()).toBe(before);
  });
});

const end = {'with a final newline': '\n', 'without one': ''};
/** Its last line has no newline. */
const other = [step(2), step(4), step(6)].join('\n');
const inOrder = [step(1), step(2), step(3), step(4), failed(5), step(6)];

async function mergedWithOther(source: Log, home: string) {
  const file = path.join(home, 'other.log');
  await writeFile(file, other);
  const second = openLog({found: {kind: 'file', name: 'other', path: file, packed: undefined}});
  await isRead(second);
  const clock = new FakeClock();
  const merged = mergedLog('m', [source, second], {clock, fps: 1000, scrollbackBytes: 64e6});
  const entries = async () => {
    await clock.advance(2000);
    return entriesOf(merged.buffer);
  };
  const close = async () => {
    for (const log of [merged, second]) await log.close();
  };
  return {file, second, entries, [Symbol.asyncDispose]: close};
}

describe.each(forms.filter(({name}) => name !== 'merge'))('$name, merged with a file', (form) => {
  test.each(Object.entries(end))('%s: has each line where its time belongs', async (_, last) => {
    await using home = await temporaryDirectory();
    await using opened = await form.open([[step(1), step(3), failed(5)].join('\n') + last], home.path);
    await using merged = await mergedWithOther(opened.log, home.path);
    await expect.poll(merged.entries, polling).toEqual(inOrder);
  });
});

test('a merged log says which of its logs have no times: these cannot be ordered', async () => {
  await using home = await temporaryDirectory();
  await writeFile(path.join(home.path, 'p.log'), 'GET /\nGET /other');
  const log = openLog({found: {kind: 'file', name: 'p', path: path.join(home.path, 'p.log'), packed: undefined}});
  await isRead(log);
  await using merged = await mergedWithOther(log, home.path);
  await expect
    .poll(merged.entries, polling)
    .toEqual(['<not-ordered>', 'GET /', 'GET /other', step(2), step(4), step(6)]);
  await log.close();
});

describe('a line of a merged file that is completed later', () => {
  async function growing(home: string) {
    const file = path.join(home, 'p.log');
    await writeFile(file, [step(1), step(3), failed(5).slice(0, -9)].join('\n'));
    const log = openLog({found: {kind: 'file', name: 'p', path: file, packed: undefined}});
    await isRead(log);
    return {file, log, [Symbol.asyncDispose]: () => log.close()};
  }

  test('stands where its time belongs, and once', async () => {
    await using home = await temporaryDirectory();
    await using first = await growing(home.path);
    await using merged = await mergedWithOther(first.log, home.path);
    await appendFile(first.file, failed(5).slice(-9));
    await expect.poll(() => entriesOf(first.log.buffer), polling).toContain(failed(5));
    await expect.poll(merged.entries, polling).toEqual(inOrder);
    await appendFile(merged.file, ' and more');
    await expect.poll(() => entriesOf(merged.second.buffer), polling).toContain(`${step(6)} and more`);
    await appendFile(first.file, `\n${step(7)}`);
    await expect.poll(merged.entries, polling).toEqual([...inOrder.slice(0, -1), `${step(6)} and more`, step(7)]);
  });

  test('is told where others follow it already', async () => {
    await using home = await temporaryDirectory();
    await using first = await growing(home.path);
    await using merged = await mergedWithOther(first.log, home.path);
    await expect.poll(merged.entries, polling).toEqual([...inOrder.slice(0, 4), failed(5).slice(0, -9), step(6)]);
    await appendFile(first.file, `${failed(5).slice(-9)}\n`);
    await expect
      .poll(merged.entries, polling)
      .toEqual([...inOrder.slice(0, 4), failed(5).slice(0, -9), step(6), '<line-continued>', failed(5).slice(-9)]);
  });
});

describe('logs --from', () => {
  const found = forms.flatMap(({name, takes, find}) => (find ? [{name, takes, find}] : []));
  const told = '09:08:20 Feldera stopped reading stdout until the next start: stream did not contain valid UTF-8';
  const ways = {'as sent': {}, prefixed: {prefix: true, convert: (lines: Uint8Array) => lines}};
  describe.each(Object.entries(ways))('%s', (_way, options) => {
    const printed = async (find: (typeof found)[number]['find'], bodies: readonly string[]) => {
      await using home = await temporaryDirectory();
      const {path: from, stdin} = await find(bodies, home.path);
      const stream = new SlowStream();
      await stream.takeAll();
      const notes: string[] = [];
      const code = await runLogsFrom({
        ...{from: [from], names: [], clock: systemClock, prefix: false, ...options},
        ...(stdin && {stdin}),
        output: new LineOutput(stream),
        note: (line) => notes.push(line),
        signal: new AbortController().signal,
      });
      return {code, text: stream.text, notes: notes.map((note) => note.replace(/^pipetail: \S+ /, ''))};
    };

    test.each(found)('$name: tells once that stdout is not read, after the line that says so', async ({find}) => {
      const bodies = [textOf(freshStart, ...starting, dead, step(21), dead)];
      expect(await printed(find, bodies)).toEqual({code: 0, text: bodies.join(''), notes: [told]});
    });

    const ofBodies = found.filter(({takes}) => takes === 'bodies');
    test.each(ofBodies)('$name: tells it again of the log that follows one that was cleared', async ({find}) => {
      const next = freshStart.replaceAll('09:08:47', '10:08:47');
      const {notes} = await printed(find, [textOf(freshStart, ...starting, dead), textOf(next, step(30), dead)]);
      expect(notes.filter((note) => note === told)).toHaveLength(2);
    });
  });
});

describe('what cannot be read is a gap', () => {
  test('in a packed file that was cut', async () => {
    await using home = await temporaryDirectory();
    const whole = forms.find(({name}) => name === 'gz');
    const file = (await whole?.find?.([textOf(freshStart, step(1))], home.path))?.path ?? '';
    const {length} = gzipSync(textOf(freshStart, step(1)));
    await truncate(file, length - 4);
    const log = openLog({found: {kind: 'file', name: 'p', path: file, packed: 'gzip'}});
    await isRead(log);
    expect(log.losses).toMatchObject({gaps: 1, gap: {marker: {kind: 'unreadable', because: 'cut-short'}}});
    await log.close();
  });

  test('in a recording of which a file is gone', async () => {
    await using home = await temporaryDirectory();
    const next = ['next file'] as const;
    const folder = writeRecording(home.path, {id: 'id-1', at: 1, pieces: ['one\n', ...next, 'two\n', ...next, 'x\n']});
    await rm(path.join(folder, '000002.log.zst'));
    const recordings = await findRecordings(home.path, 'p');
    const log = openLog({found: {kind: 'recording', name: 'p', path: home.path, recordings}});
    await isRead(log);
    expect(log.losses).toMatchObject({gaps: 1, gap: {marker: {kind: 'unreadable', because: 'deleted-or-damaged'}}});
    await log.close();
  });

  test('in a recording, what was not recorded, but not what was deleted to make room', async () => {
    await using home = await temporaryDirectory();
    const pieces: readonly Recorded[] = [
      {kind: 'unreadable', bytes: 5, because: 'deleted-to-make-room'},
      ...['one\n', {kind: 'not-recorded', lines: 7} as const, 'two\n'],
      ...[{kind: 'not-recorded', lines: undefined} as const, 'three\n'],
    ];
    writeRecording(home.path, {id: 'id-1', at: 1, pieces});
    const recordings = await findRecordings(home.path, 'p');
    const log = openLog({found: {kind: 'recording', name: 'p', path: home.path, recordings}});
    await isRead(log);
    expect(log.losses).toMatchObject({gaps: 2, atLeast: 7, atMost: 7});
    await log.close();
  });
});

test.each(forms.filter(({find}) => find))(
  '$name: a log that is closed while it is read adds nothing more',
  async (form) => {
    await using home = await temporaryDirectory();
    const {path: file} = (await form.find?.([textOf(freshStart, step(1))], home.path)) ?? {path: ''};
    const found =
      form.name === 'stdin'
        ? ({kind: 'stdin', name: 'p', path: '-'} as const)
        : form.name === 'recording'
          ? ({kind: 'recording', name: 'p', path: file, recordings: await findRecordings(file, 'p')} as const)
          : ({kind: 'file', name: 'p', path: file, packed: undefined} as const);
    const log = openLog({found, stdin: [Buffer.from('one\n')]});
    await log.close();
    const {endId} = log.buffer;
    await new Promise((resolve) => setImmediate(resolve));
    expect(log.buffer.endId).toBe(endId);
  },
);
