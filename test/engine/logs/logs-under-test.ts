import {appendFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {noServer} from '../../../source/engine/api/no-server.ts';
import type {ApiClient, BodyEnd, LogHandlers} from '../../../source/engine/api/types.ts';
import type {LogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {LossCount, OutputStream} from '../../../source/engine/buffer/markers.ts';
import {pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import {type OpenedOptions, openedLog} from '../../../source/engine/feeds/opened-log.ts';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import {hasEnded} from '../../../source/engine/logs/log-snapshot.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {findRecordings} from '../../../source/engine/recording/read-recording.ts';
import type {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {SharedFrames} from '../../../source/lib/frames.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {zipOf} from '../opened/zip-file.ts';
import {mergedLog} from './merge-sources.ts';
import {written} from './recorded-history.ts';
import {RecordedLife} from './recorded-life.ts';

/** What a log tells, whatever brought its bytes. */
export type Told = {
  /** Lines; markers as `<kind>`, without those of how it was read (`reconnected`). */
  readonly entries: readonly string[];
  readonly losses: Pick<LossCount, 'gaps' | 'atLeast' | 'atMost' | 'clears' | 'lostStreams'>;
  /** The lost streams at the end. */
  readonly lostStreams: readonly OutputStream[];
  /** Errors of each kind, in the order of kinds. */
  readonly errors: readonly number[];
  /** State of each run; `ended` follows that of one that has ended. */
  readonly runs: readonly string[];
};

type Telling = AsyncDisposable & {
  readonly log: Log;
  /** Resolves once what has changed is in the snapshot. */
  readonly frame: () => Promise<void>;
  readonly told: () => Told;
};

export type LogUnderTest = {
  readonly name: string;
  /** `bodies`: what several connections brought. `one body`: bytes that came in one go. */
  readonly takes: 'bodies' | 'one body';
  /** The log may continue: an open line stays open, and is not counted. */
  readonly staysOpen?: boolean;
  /** Resolves when its lines are there; the rest may come a little later. */
  readonly open: (bodies: readonly string[], home: string) => Promise<Telling>;
  /** What `logs --from` reads; stdin is the log itself. */
  readonly find?: (bodies: readonly string[], home: string) => Promise<{path: string; stdin?: readonly Buffer[]}>;
};

type Asked = {
  readonly buffer: LogBuffer;
  readonly losses: LossCount;
  readonly lostStreams: readonly OutputStream[];
  readonly errors: ErrorLog;
};

function toldBy({
  buffer,
  losses: {gaps, atLeast, atMost, clears, lostStreams: times},
  lostStreams,
  errors,
}: Asked): Told {
  const index = new RecordIndex(buffer);
  while (!index.step(1 << 20));
  return {
    entries: entriesOf(buffer).filter((entry) => entry !== '<reconnected>'),
    losses: {gaps, atLeast, atMost, clears, lostStreams: times},
    lostStreams,
    errors: [...errors.byKey.values()].map(({count}) => count),
    runs: index.runs.map(({state, endedAt}) => (endedAt === undefined ? state : `${state} ended`)),
  };
}

const piecesOf = (text: string, size = 1000) => {
  const bytes = Buffer.from(text);
  const step = bytes.length > 1e6 ? 64 * 1024 : size;
  return Array.from({length: Math.ceil(bytes.length / step)}, (_, at) => bytes.subarray(at * step, (at + 1) * step));
};

/** Lets a live log receive these bodies, one connection after the other. */
async function receive(life: RecordedLife, bodies: readonly string[], clock: FakeClock): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    life.connect(5000);
    for (const piece of piecesOf(body)) life.receive(piece);
    life.settle();
    if (index < bodies.length - 1) life.cut();
    await written(life, clock);
  }
}

/** As in the lines of `runner`. */
const pipelineId = '01a211f6-f55d-79e0-b45a-f8d056b00774';

async function startLife(directory: string, clock: FakeClock): Promise<RecordedLife> {
  const life = new RecordedLife({directory, clock, maxBytes: 64e6, pid: 1});
  await life.recording.start(pipelineId);
  return life;
}

/** Each body comes over a connection of its own. */
async function openLive(bodies: readonly string[]): Promise<Telling> {
  const clock = new FakeClock();
  const connections: (LogHandlers & {readonly end: (end: BodyEnd) => void})[] = [];
  const client: ApiClient = {
    ...noServer(),
    async followLogs(_name, handlers) {
      const {promise, resolve} = Promise.withResolvers<BodyEnd>();
      handlers.signal.addEventListener('abort', () => resolve({kind: 'aborted'}));
      connections.push({...handlers, end: resolve});
      return await promise;
    },
  };
  const log = pipelineLogs.make('p', {
    ...{client, clock, random: () => 0, fps: 1000, scrollbackBytes: 64e6, frames: new SharedFrames({clock, fps: 1000})},
    ...{onWaiting: () => {}, onRenamed: () => {}, onPlaced: () => {}},
  });
  log.start();
  for (const [index, body] of bodies.entries()) {
    if (index > 0) connections.at(-1)?.end({kind: 'cut', message: 'the test cuts it'});
    await settled();
    // The wait before it connects again.
    while (connections.length <= index) await clock.advance(500);
    connections.at(-1)?.onOpen();
    for (const piece of piecesOf(body)) connections.at(-1)?.onData(piece);
    // Until its place in the log is settled.
    await clock.advance(5000);
  }
  return tellingOf(log, async () => await clock.advance(100));
}

/** Records the bodies. Resolves to what is opened. */
async function recorded(bodies: readonly string[], home: string): Promise<FoundLog> {
  const clock = new FakeClock();
  const life = await startLife(home, clock);
  await receive(life, bodies, clock);
  await life.close();
  return {kind: 'recording', name: 'p', path: home, recordings: await findRecordings(home, 'p')};
}

export function openLog({found, ...options}: Partial<OpenedOptions> & {readonly found: FoundLog}): Log {
  const log = openedLog(found, {clock: systemClock, fps: 1000, scrollbackBytes: 64e6, ...options});
  log.start();
  return log;
}

/** Waits until all of it is read. */
export async function isRead(log: Log): Promise<void> {
  await eventually(
    () => {
      const snapshot = log.snapshot.get();
      const {file} = snapshot;
      const isAtEnd = file?.kind === 'followed' && file.read === file.size;
      return hasEnded(snapshot) || (isAtEnd && log.capabilities.readFrom === 'a file');
    },
    () => JSON.stringify(log.snapshot.get().file),
  );
}

async function telling(log: Log): Promise<Telling> {
  await isRead(log);
  return tellingOf(log);
}

/** `frame`: resolves once what has changed is in the snapshot. */
function tellingOf(log: Log, frame = async () => await setTimeout(5)): Telling {
  const {buffer, errors} = log;
  return {
    log,
    frame,
    told: () => toldBy({buffer, errors, losses: log.losses, lostStreams: log.snapshot.get().lostStreams ?? []}),
    [Symbol.asyncDispose]: () => log.close(),
  };
}

async function fileOf(home: string, name: string, content: string | Uint8Array): Promise<FoundLog> {
  const file = path.join(home, name);
  await writeFile(file, content);
  const [found] = await findOpened(file);
  if (!found) throw new Error(`${file} is no log`);
  return found;
}

const packs = {gz: gzipSync, zst: zstdCompressSync} as const;
const packed = async (form: keyof typeof packs, bodies: readonly string[], home: string) =>
  await fileOf(home, `p.log.${form}`, packs[form](Buffer.from(bodies.join(''))));

async function bundleOf(bodies: readonly string[], home: string): Promise<FoundLog> {
  const logs = bodies.map((content, at) => ({name: `2026-11-27T05-1${at}-00.0Z/logs.txt`, content}));
  return await fileOf(home, 'p.zip', zipOf(logs));
}

async function openGrowing(bodies: readonly string[], home: string): Promise<Telling> {
  const bytes = Buffer.from(bodies.join(''));
  // Within a line.
  const half = bytes.length >> 1;
  const found = await fileOf(home, 'p.log', bytes.subarray(0, half));
  const log = openLog({found});
  await isRead(log);
  await appendFile(found.path, bytes.subarray(half));
  await eventually(
    () => log.buffer.totalBytes >= bytes.length,
    () => `${log.buffer.totalBytes} of ${bytes.length}`,
  );
  return await telling(log);
}

async function openFollowed(bodies: readonly string[], home: string): Promise<Telling> {
  const clock = new FakeClock();
  const life = await startLife(home, clock);
  await receive(life, [], clock);
  const first = bodies[0] ?? '';
  const half = first.length >> 1;
  life.connect();
  life.receive(Buffer.from(first.slice(0, half)));
  await written(life, clock);
  let isAlive = true;
  const recordings = await findRecordings(home, 'p');
  const found = {kind: 'recording', name: 'p', path: home, recordings} as const;
  const log = openLog({found, processes: {isAlive: () => isAlive}});
  await eventually(
    () => log.snapshot.get().file?.kind === 'followed',
    () => JSON.stringify(log.snapshot.get().file),
  );
  for (const piece of piecesOf(first.slice(half))) life.receive(piece);
  life.settle();
  await written(life, clock);
  if (bodies.length > 1) life.cut();
  await receive(life, bodies.slice(1), clock);
  await life.close();
  isAlive = false;
  return await telling(log);
}

/** Of the recording and an empty log. Its sources count the errors. */
async function openMerged(bodies: readonly string[], home: string): Promise<Telling> {
  const sources = [
    openLog({found: await recorded(bodies, home)}),
    openLog({found: {kind: 'stdin', name: 'empty', path: '-'}, stdin: []}),
  ];
  const [log] = sources;
  if (!log) throw new Error('no source');
  const merged = mergedLog('m', sources, {clock: systemClock, fps: 1000, scrollbackBytes: 64e6});
  await isRead(log);
  await eventually(
    () => merged.buffer.totalLines === log.buffer.totalLines && merged.snapshot.get().file !== undefined,
    () => `${merged.buffer.totalLines} of ${log.buffer.totalLines} lines`,
  );
  const {buffer} = merged;
  const {errors} = log;
  return {
    ...tellingOf(merged),
    told: () => toldBy({buffer, errors, losses: merged.losses, lostStreams: merged.snapshot.get().lostStreams ?? []}),
    async [Symbol.asyncDispose]() {
      await merged.close();
      for (const source of sources) await source.close();
    },
  };
}

const toFile = (bodies: readonly string[], home: string) => fileOf(home, 'p.log', bodies.join(''));

export const forms: readonly LogUnderTest[] = [
  {name: 'live', takes: 'bodies', staysOpen: true, open: openLive},
  {
    name: 'file',
    ...{takes: 'one body', staysOpen: true, find: toFile},
    open: async (bodies, home) => await telling(openLog({found: await toFile(bodies, home)})),
  },
  {name: 'growing file', takes: 'one body', staysOpen: true, open: openGrowing},
  ...(['gz', 'zst'] as const).map(
    (form): LogUnderTest => ({
      ...{name: form, takes: 'one body'},
      find: async (bodies, home) => await packed(form, bodies, home),
      open: async (bodies, home) => await telling(openLog({found: await packed(form, bodies, home)})),
    }),
  ),
  {
    ...{name: 'bundle', takes: 'one body', find: bundleOf},
    open: async (bodies, home) => await telling(openLog({found: await bundleOf(bodies, home)})),
  },
  {
    ...{name: 'stdin', takes: 'one body'},
    find: async (bodies) => ({path: '-', stdin: piecesOf(bodies.join(''))}),
    open: async (bodies) =>
      await telling(openLog({found: {kind: 'stdin', name: 'stdin', path: '-'}, stdin: piecesOf(bodies.join(''))})),
  },
  {
    ...{name: 'recording', takes: 'bodies'},
    find: async (bodies, home) => await recorded(bodies, home),
    open: async (bodies, home) => await telling(openLog({found: await recorded(bodies, home)})),
  },
  {name: 'followed recording', takes: 'bodies', open: openFollowed},
  {name: 'merge', takes: 'bodies', open: openMerged},
];
