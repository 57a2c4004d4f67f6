import type {ApiClient} from '../api/types.ts';
import {changesObject, changesText} from '../events/changes-words.ts';
import {compareRuns, RunCounter, type RunKinds, runBefore} from '../events/run-changes.ts';
import {CheckpointLines, type TimelineEvent, timelineOf} from '../events/timeline.ts';
import {missingWords, type Timeline, timelineObject, timelineText} from '../events/timeline-words.ts';
import {type Clock, nextTurn} from '../lib/clock.ts';
import {counted} from '../lib/format.ts';
import {jsonText} from '../lib/json.ts';
import {findOpened} from '../logs/bundle-log.ts';
import {pipelineLogs} from '../logs/catalog.ts';
import {isOpen} from '../logs/connection/state.ts';
import {LogManager} from '../logs/log-manager.ts';
import {LogSink} from '../logs/log-sink.ts';
import type {LogStream} from '../logs/log-stream.ts';
import {openedPieces, type PiecesOptions} from '../logs/opened-pieces.ts';
import {readHistory} from '../logs/pipeline-history.ts';
import {RecordedSource} from '../logs/recorded-source.ts';
import {RecordIndex} from '../records/record-index.ts';
import type {DiffRequest, TimelineRequest} from '../settings/request.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import {readFailureWords} from '../storage/opened/open-error.ts';
import type {RecordedPiece} from '../storage/recording/reader.ts';
import {codeOf} from '../storage/save-file.ts';
import {clean} from '../terminal/clean.ts';
import {markerText} from '../words/markers.ts';
import {CatchUp} from './logs/catch-up.ts';
import {fewOf, namedIn} from './logs/logs-in.ts';
import {sinceTime} from './logs/record-printer.ts';
import {describePipeline} from './status.ts';

/* Commands that read a whole log before they print: `diff` and `timeline`. */

type ServerLogOptions = {
  readonly client: ApiClient;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
};

type NotedOptions = ServerLogOptions & {
  /** Receives one line about each part that is missing. */
  readonly note: (line: string) => void;
};

/** Of the log, while it is read; a recording may be larger. */
const maxBytes = 64 * 1024 * 1024;
const blockBytes = 256 * 1024;

/** The text of `pipetail diff` of what the server has. Rejects with an `ApiError`, or an `Error` of one line. */
export async function diffOfServer(
  request: DiffRequest & {readonly name: string},
  options: NotedOptions,
): Promise<string> {
  const {name} = request;
  // For the reason why there is no log.
  await describePipeline(options.client, name, options.signal);
  return textOf(request, await runsOfServer(name, options), ['the server', ` of ${name}`]);
}

type RecordedOptions = Pick<NotedOptions, 'clock' | 'signal' | 'note'> & Pick<PiecesOptions, 'stdin'>;

/** The same of a recording, a file, a support bundle or stdin. Rejects with an `Error` of one line. */
export async function diffOfRecording(
  {name, from, ...request}: DiffRequest & {readonly from: string},
  options: RecordedOptions,
): Promise<string> {
  const read = async () => {
    const found = await logToCompare(from, name, options);
    return {name: name ?? found.name, runs: await runsOf(found, options)};
  };
  const log = await read().catch((error: unknown) => {
    const code = codeOf(error);
    throw code === undefined ? error : new Error(`${from} cannot be read: ${readFailureWords(code)}`, {cause: error});
  });
  const where = from === '-' ? 'stdin' : clean(from);
  return textOf({...request, name: log.name}, log.runs, [where, name === undefined ? '' : ` of ${name}`]);
}

/** Several of one name are of one pipeline: the newest is compared. Rejects with an `Error` of one line. */
async function logToCompare(
  from: string,
  name: string | undefined,
  {clock, signal, note}: RecordedOptions,
): Promise<FoundLog> {
  const options = {signal, progress: {clock, tell: note}};
  const found =
    name === undefined ? await findOpened(from, options) : await namedIn(from, name, {...options, called: name});
  if (typeof found === 'string') throw new Error(found);
  const names = [...new Set(found.map((log) => log.name))];
  const newest = found.at(-1);
  if (newest && (name !== undefined || names.length === 1)) return newest;
  throw new Error(`${clean(from)} has ${counted(found.length, 'log', 'logs')}, name one: ${fewOf(names)}`);
}

function textOf(
  {name, runs: wanted, output}: Pick<DiffRequest, 'runs' | 'output'> & {readonly name: string},
  runs: readonly RunKinds[],
  /** Subject and rest of a sentence about the runs. */
  [where, ofWhat]: readonly [where: string, ofWhat: string],
): string {
  const newer = wanted ? runs[wanted[1] - 1] : runs.at(-1);
  const older = wanted ? runs[wanted[0] - 1] : newer && runBefore(runs, newer);
  if (!older || !newer) {
    const has = `${where} has ${counted(runs.length, 'run', 'runs')}${ofWhat}`;
    throw new Error(wanted ? `there is no run ${wanted[older ? 1 : 0]}: ${has}` : `${has}: nothing to compare`);
  }
  const compared = {pipeline: name, older, newer, changes: compareRuns(older, newer)};
  return output === 'json' ? `${jsonText(changesObject(compared), 2)}\n` : changesText(compared);
}

async function runsOfServer(name: string, options: NotedOptions): Promise<readonly RunKinds[]> {
  return await withServerLog(name, options, ({buffer}, cut) => {
    if (cut !== undefined) options.note(missingWords({part: 'log', why: cut}));
    const index = new RecordIndex(buffer);
    const counter = new RunCounter({buffer, index});
    countAll(index, counter);
    return counter.runs;
  });
}

async function runsOf(found: FoundLog, {clock, note, ...options}: RecordedOptions): Promise<readonly RunKinds[]> {
  // The oldest lines leave the buffer once they are counted.
  const sink = new LogSink({buffer: {maxBytes}, clock, countsErrors: false});
  const {buffer} = sink;
  const pieces = notingDamage(openedPieces(found, options), note);
  const source = new RecordedSource({sink, pieces, roomBytes: blockBytes});
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  for (let more = true; more; ) {
    more = await source.read();
    countAll(index, counter);
    // ^C is heard.
    await nextTurn(clock);
    options.signal.throwIfAborted();
  }
  return counter.runs;
}

async function* notingDamage(
  pieces: AsyncIterable<RecordedPiece>,
  note: RecordedOptions['note'],
): AsyncGenerator<RecordedPiece> {
  for await (const piece of pieces) {
    if ('marker' in piece && piece.marker.kind === 'unreadable') note(markerText(piece.marker));
    yield piece;
  }
}

function countAll(index: RecordIndex, counter: RunCounter): void {
  while (!index.step(blockBytes)) counter.step(blockBytes);
  while (!counter.step(blockBytes));
}

/** The text of `pipetail timeline`. Rejects with an `ApiError`, a `UsageError`, or an `Error` of one line. */
export async function timelineOfServer(request: TimelineRequest, options: NotedOptions): Promise<string> {
  const {name, since, output} = request;
  const {client, clock, signal, note} = options;
  const from = since === undefined ? undefined : sinceTime(since, clock.wall());
  // For the reason why there is no such pipeline.
  await describePipeline(client, name, signal);
  const history = await readHistory(client, name, signal);
  const {all, cut} = await withServerLog(name, options, ({buffer, errors}, cut) => {
    const index = new RecordIndex(buffer);
    while (!index.step(blockBytes));
    const log = {buffer, index, errors};
    const checkpoints = new CheckpointLines(log);
    while (!checkpoints.step(blockBytes));
    return {all: timelineOf({pipeline: name, history, log, checkpoints: checkpoints.ids}), cut};
  });
  const events = from === undefined ? all : all.filter((event) => isSince(event, from));
  const ofLog = cut === undefined ? [] : [{part: 'log', why: cut} as const];
  const timeline: Timeline = {pipeline: name, events, missing: [...history.missing, ...ofLog]};
  for (const part of timeline.missing) note(missingWords(part));
  return output === 'json' ? `${jsonText(timelineObject(timeline), 2)}\n` : timelineText(timeline, clock.wall());
}

/** What goes on, or has no time, is since any time. */
function isSince({until, at}: TimelineEvent, from: number): boolean {
  return (until ?? at ?? from) >= from;
}

/** Milliseconds between checks whether the log has come whole. */
const checkEvery = 50;

/**
 * Reads what the server has of a log, and closes it after `use`. `cut`: why the reading ended before the log came to
 * rest. Rejects with an `Error` of one line.
 */
async function withServerLog<T>(
  name: string,
  {client, clock, random, signal}: ServerLogOptions,
  use: (stream: LogStream, cut: string | undefined) => T | Promise<T>,
): Promise<T> {
  const limits = {scrollbackBytes: maxBytes, memoryBytes: maxBytes};
  const manager = new LogManager({client, clock, random, fps: 1000 / checkEvery, silence: 0, ...limits}, pipelineLogs);
  try {
    const stream = manager.open(name);
    const {buffer, snapshot} = stream;
    const catchUp = new CatchUp(clock.monotonic());
    for (let opened = false; ; ) {
      const {connection, receivedAt} = snapshot.get();
      const received = buffer.totalBytes;
      opened ||= received > 0 || isOpen(connection);
      const logEnded = buffer.lastMarker()?.marker.kind === 'ended';
      const now = clock.monotonic();
      const ending = catchUp.check({now, connection, received, receivedAt, opened, serverAnswers: true, logEnded});
      if (ending?.failed) throw new Error(ending.say ?? 'the log could not be read');
      if (ending) return await use(stream, ending.say);
      await clock.sleep(checkEvery, signal);
    }
  } finally {
    manager.dispose();
  }
}
