import type {ConnectorStats, MonitorEvent, PipelineStats} from '../api/types.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {Marker} from '../buffer/markers.ts';
import {compilePattern} from '../buffer/pattern.ts';
import {Search} from '../buffer/search.ts';
import {count, readTime} from '../lib/format.ts';
import {runAtOnce} from '../lib/slices.ts';
import type {PipelineHistory} from '../logs/pipeline-history.ts';
import type {ErrorGroup, ErrorLog} from '../records/error-log.ts';
import {watchedKey} from '../records/error-log.ts';
import {isPanicLine} from '../records/line-kind.ts';
import type {RecordIndex} from '../records/record-index.ts';
import {endedRun, isStopped, type Run} from '../records/runs.ts';
import {kindOf} from '../records/suppressed.ts';
import {markerText, markerTone} from '../words/markers.ts';
import {failedWords, stateChangeWords, stateWord} from '../words/pipeline.ts';
import {errorWords, rangeWords} from './event-words.ts';

/** One thing that happened to a pipeline. */
export type TimelineRow = {
  /** Unix time in ms; undefined: not known. */
  readonly at: number | undefined;
  /** When it was over, or came last; undefined: it has no length, or goes on. */
  readonly until?: number | undefined;
  readonly what:
    | 'state'
    | 'desired'
    | 'program'
    | 'storage'
    | 'failed'
    | 'run'
    | 'gap'
    | 'log'
    | 'error'
    | 'connector'
    | 'checkpoint';
  /** One line. */
  readonly text: string;
  /** How often; 1 for what happened once. Of errors, those that are in the log. */
  readonly count: number;
  /** Errors that are not in the log, as lines of it report. */
  readonly withheld?: number;
  /** Who tells it. */
  readonly from: 'log' | 'API' | 'pipetail';
  /** Its entry in the log; it may have left the scrollback. */
  readonly id?: number | undefined;
  /** The errors of which `text` is the example. */
  readonly group?: ErrorGroup;
};

/** The log of the pipeline, as far as it is here. */
export type TimelineLog = {
  readonly buffer: LogBuffer;
  readonly index: RecordIndex;
  readonly errors: Pick<ErrorLog, 'byKey'>;
  /** Nothing is added to it any more. */
  readonly hasEnded?: boolean;
};

/** Cells of a screen on which messages have no column for their target: among other rows it would be one word more. */
const noTarget = 0;
const mostCheckpoints = 50;

type TimelineInput = {
  readonly history: PipelineHistory | undefined;
  readonly log: TimelineLog | undefined;
  /** Ids of log lines, the oldest first. */
  readonly checkpoints?: readonly number[];
};

/** All that is known of a pipeline, the newest first. */
export function timelineOf(input: TimelineInput): readonly TimelineRow[] {
  return runAtOnce(timelineSteps(input));
}

/** The same in steps, one for each row with a text of the log: 500 kinds of errors take 10 ms. */
export function* timelineSteps({
  history,
  log,
  checkpoints = [],
}: TimelineInput): Generator<void, readonly TimelineRow[], void> {
  const events = history?.events ?? [];
  const oldest = timeOf(events.at(-1)?.time);
  const told = [...eventRows(events, history?.details), ...(log ? markerRows(log.buffer, oldest) : [])];
  const crashes = log ? crashesOf(log) : [];
  const rows = [
    ...withCrashes(told, crashes),
    ...connectorRows(history?.stats),
    ...(log ? runRows(runsIn(log)) : []),
    ...(log ? yield* errorRows(log, crashes) : []),
    ...(log ? yield* checkpointRows(log, checkpoints) : []),
  ];
  // Of one moment, what came later is first.
  return rows.reverse().sort((a, b) => (shownTime(b) ?? latest) - (shownTime(a) ?? latest));
}

const latest = Number.MAX_SAFE_INTEGER;

/** The time at which a row stands: the last one of what came several times, else when it began. */
export function shownTime({at, until, what}: TimelineRow): number | undefined {
  return what === 'error' || what === 'connector' ? (until ?? at) : at;
}

/** The rows of `events`, which are the newest first: each change once, with the time until the next one of its kind. */
function eventRows(events: readonly MonitorEvent[], details: PipelineHistory['details'] = new Map()): TimelineRow[] {
  const rows: TimelineRow[] = [];
  /** The last row of each kind is over when the next one comes. */
  const open = new Map<TimelineRow['what'], number>();
  const add = (row: Omit<TimelineRow, 'count' | 'from'>) => {
    const before = open.get(row.what);
    const earlier = before === undefined ? undefined : rows[before];
    if (before !== undefined && earlier) rows[before] = {...earlier, until: earlier.until ?? row.at};
    open.set(row.what, rows.length);
    rows.push({...row, count: 1, from: 'API'});
  };
  let before: MonitorEvent | undefined;
  for (const event of events.toReversed()) {
    const at = timeOf(event.time);
    const error = details.get(event.id)?.deploymentError;
    if (event.status !== before?.status) {
      add({at, what: 'state', text: before ? stateChangeWords(before.status, event.status) : stateWord(event.status)});
    }
    const goal = goalOf(event);
    if (before && goal !== undefined && goal !== goalOf(before)) {
      add({at, what: 'desired', text: stateWord(goal)});
    }
    if (before && event.programStatus !== before.programStatus) {
      add({at, what: 'program', text: stateChangeWords(before.programStatus, event.programStatus)});
    }
    if (before && event.storageStatus !== before.storageStatus) {
      add({at, what: 'storage', text: stateChangeWords(before.storageStatus, event.storageStatus)});
    }
    if (event.hasError && before?.hasError !== true) {
      const text = error && failedWords({state: event.status, error: error.cause, endedStart: error.endedStart});
      add({at, what: 'failed', text: text ?? 'an error'});
    }
    if (!event.hasError && before?.hasError === true) {
      const row = rows[open.get('failed') ?? -1];
      if (row) rows[open.get('failed') ?? -1] = {...row, until: at};
    }
    before = event;
  }
  return rows;
}

/** The state that the user asked for; undefined while only resources are desired, on the way to it. */
function goalOf({runtimeDesiredStatus, resourcesDesiredStatus}: MonitorEvent): string | undefined {
  if (runtimeDesiredStatus !== '') return runtimeDesiredStatus;
  return resourcesDesiredStatus === 'Provisioned' ? undefined : resourcesDesiredStatus;
}

function connectorRows(stats: PipelineStats | undefined): TimelineRow[] {
  return (stats?.connectors ?? []).flatMap((connector) => [...errorKinds(connector), ...fatal(connector)]);
}

function errorKinds({name, errors}: ConnectorStats): readonly TimelineRow[] {
  return errors.flatMap(({kind, count: times, kept = []}): readonly TimelineRow[] => {
    if (times === 0) return [];
    const last = kept.at(-1);
    const words = last === undefined ? '' : `: ${firstLine(last.message)}`;
    // The server keeps only the last ones.
    const at = kept.length < times ? undefined : timeOf(kept[0]?.time);
    const text = `${name}: ${kind} ${times === 1 ? 'error' : 'errors'}${words}`;
    return [{at, until: timeOf(last?.time), what: 'connector', text, count: times, from: 'API'}];
  });
}

function fatal({name, fatalError}: ConnectorStats): readonly TimelineRow[] {
  if (fatalError === undefined) return [];
  return [{at: undefined, what: 'connector', text: `${name} ended: ${firstLine(fatalError)}`, count: 1, from: 'API'}];
}

function runsIn({index, buffer, hasEnded = false}: TimelineLog): readonly Run[] {
  return hasEnded ? index.runs.map((run) => endedRun(run, buffer.endId)) : index.runs;
}

function runRows(runs: readonly Run[]): TimelineRow[] {
  return runs.flatMap((run, place): readonly TimelineRow[] => {
    const {startedAt, endedAt, endId, firstId, state, failed} = run;
    if (startedAt === undefined) return [];
    const end = endId !== undefined && !isStopped(run) ? 'its end is not in the log' : state;
    const text = `run ${count(place + 1)} of ${count(runs.length)}: ${end}${failed ? ', failed' : ''}`;
    return [{at: startedAt, until: endedAt, what: 'run', text, count: 1, from: 'log', id: firstId}];
  });
}

/** States that the API's events tell, too, are left out. `eventsFrom`: the time of the oldest event. */
function markerRows(buffer: LogBuffer, eventsFrom: number | undefined): TimelineRow[] {
  const rows: TimelineRow[] = [];
  /** Of the last state: it is over when the next one comes. */
  let last: number | undefined;
  const endLast = (until: number | undefined) => {
    const row = last === undefined ? undefined : rows[last];
    if (last !== undefined && row) rows[last] = {...row, until};
  };
  for (const [id, marker] of buffer.markers()) {
    if (marker.kind === 'drawn') continue;
    const isOfApi = marker.kind === 'state' || marker.kind === 'program';
    if (isOfApi && eventsFrom !== undefined && marker.at >= eventsFrom) continue;
    if (marker.kind === 'state') {
      endLast(marker.at);
      last = rows.length;
    }
    rows.push({
      at: marker.at,
      what: whatOf(marker),
      text: textOf(marker),
      count: 1,
      from: isOfApi ? 'API' : 'pipetail',
      id,
    });
  }
  endLast(eventsFrom);
  return rows;
}

function whatOf(marker: Marker): TimelineRow['what'] {
  if (marker.kind === 'program') return 'program';
  if (marker.kind === 'state') return marker.error === undefined ? 'state' : 'failed';
  return markerTone(marker) === 'loss' ? 'gap' : 'log';
}

/** Without the time that some markers begin with: the row has it. */
function textOf(marker: Marker): string {
  return markerText(marker).replace(/^\d\d:\d\d:\d\d /, '');
}

/** The end of a process by a failure, as the log has it: a panic of its workers, an error of the runner, or both. */
type Crash = {
  /** Of the first record that tells of it. */
  readonly id: number;
  readonly at: number | undefined;
  /** In the time from the start of the process to the next start. */
  readonly from: number;
  readonly to: number;
  readonly example: Uint8Array;
  readonly isPanic: boolean;
  /** The kinds of all records that tell of it. */
  readonly kinds: readonly number[];
};

/** Between the log and the API, which gets to know of the end a little later. */
const longestDelay = 120_000;

function crashesOf({buffer, index}: TimelineLog): readonly Crash[] {
  return index.runs.flatMap(({failures = [], startedAt}, place): readonly Crash[] => {
    const id = failures.find((each) => each >= buffer.firstId);
    const texts = failures.flatMap((each) => index.firstTextOf(each) ?? []);
    const [example] = texts;
    if (id === undefined || !example) return [];
    const to = index.runs.slice(place + 1).find((run) => run.startedAt !== undefined)?.startedAt;
    return [
      {
        ...{id, at: index.timeAt(id), example: Uint8Array.from(example)},
        ...{from: startedAt ?? 0, to: to ?? latest},
        isPanic: isPanicLine(example, 0, example.length),
        kinds: texts.map((text) => kindOf(text)),
      },
    ];
  });
}

/** A failure that the API or pipetail tells of is that of the crash in its run; the others have rows of their own. */
function withCrashes(told: readonly TimelineRow[], crashes: readonly Crash[]): readonly TimelineRow[] {
  const rows = [...told];
  for (const {id, at, from, to, example, isPanic} of crashes) {
    const text = errorWords({example, key: 0}, noTarget).text;
    const distances = rows.map((row) => {
      const isOfRun = row.what === 'failed' && row.at !== undefined && row.at >= from && row.at < to;
      return isOfRun ? Math.abs((row.at ?? 0) - (at ?? row.at ?? 0)) : latest;
    });
    const nearest = distances.indexOf(Math.min(...distances, longestDelay));
    const row = rows[nearest];
    if (row) rows[nearest] = {...row, at: at ?? row.at, id, ...(isPanic && {text})};
    else rows.push({at, until: to === latest ? undefined : to, what: 'failed', text, count: 1, from: 'log', id});
  }
  return rows;
}

/** `crashes`: errors that tell of them are in their rows. */
function* errorRows({errors}: TimelineLog, crashes: readonly Crash[]): Generator<void, TimelineRow[], void> {
  const rows: TimelineRow[] = [];
  const told = new Map<number, number>();
  for (const key of crashes.flatMap(({kinds}) => kinds)) told.set(key, (told.get(key) ?? 0) + 1);
  for (const group of errors.byKey.values()) {
    const times = told.get(group.key) ?? 0;
    if (group.key === watchedKey || times >= group.count) continue;
    const {firstAt: at, lastAt, firstId: id, suppressed: withheld} = group;
    // The newest are those that are told.
    const until = times === 0 ? lastAt : undefined;
    const ends = times === 0 ? group : {...group, latest: group.example};
    const text = rangeWords(ends, noTarget).text;
    rows.push({at, until, what: 'error', text, count: group.count - times, withheld, from: 'log', id, group: ends});
    yield;
  }
  return rows;
}

function* checkpointRows({buffer, index}: TimelineLog, ids: readonly number[]): Generator<void, TimelineRow[], void> {
  const rows: TimelineRow[] = [];
  for (const id of ids) {
    const line = buffer.lineAt(id);
    if (!line) continue;
    const text = errorWords({example: Uint8Array.from(line), key: 0}, noTarget).text;
    rows.push({at: index.timeAt(id), what: 'checkpoint', text, count: 1, from: 'log', id});
    yield;
  }
  return rows;
}

/** Finds the records that speak of a checkpoint, in steps. */
export class CheckpointLines {
  readonly #search: Search;
  readonly #index: RecordIndex;

  constructor({buffer, index}: Pick<TimelineLog, 'buffer' | 'index'>) {
    this.#search = new Search(buffer, compilePattern('checkpoint'));
    this.#index = index;
  }

  /** Reads about `maxBytes` more. True: all was read. */
  step(maxBytes: number): boolean {
    return this.#search.step(maxBytes);
  }

  /** Ids of the heads of the last 50 of these records, the oldest first; not of the configuration that each start prints. */
  get ids(): readonly number[] {
    const heads = new Set<number>();
    // From the end: each line of a log may speak of one.
    let hit = this.#search.previousBefore(Number.POSITIVE_INFINITY);
    for (; hit !== undefined && heads.size < mostCheckpoints; hit = this.#search.previousBefore(hit)) {
      const head = this.#index.headOf(hit);
      if (!this.#index.long.get(head)) heads.add(head);
    }
    return [...heads].reverse();
  }
}

function timeOf(text: string | undefined): number | undefined {
  const at = text === undefined ? Number.NaN : readTime(text);
  return Number.isNaN(at) ? undefined : at;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
