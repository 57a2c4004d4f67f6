import type {MonitorEvent, PipelineStats} from '../../engine/api/types.ts';
import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Marker} from '../../engine/buffer/markers.ts';
import {compilePattern} from '../../engine/buffer/pattern.ts';
import {Search} from '../../engine/buffer/search.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {type ErrorLog, watchPatternKey} from '../../engine/records/error-log.ts';
import {failedStartIn} from '../../engine/records/failed-start.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {endedRun} from '../../engine/records/runs.ts';
import {nearestSame} from '../../engine/records/same-failure.ts';
import {errorFingerprint} from '../../engine/records/suppressed.ts';
import {clean} from '../../lib/clean.ts';
import {count, timeOfText} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import {excerptText} from '../viewport/line-text.ts';
import {markerTone} from '../words/marker-words.ts';
import {asFailedStart, failedWords} from '../words/pipeline-words.ts';
import {reasonOf, stoppedWords} from '../words/reason.ts';
import {isCutShort, noEnd, runWords} from '../words/run-words.ts';
import {errorWords} from './event-words.ts';
import {type ConnectorStep, checkpointEndIn, milestonesOf} from './milestones.ts';
import type {EventOf, PipelineEvent} from './pipeline-event.ts';

/** Events of the timeline of one pipeline. */
export type TimelineEvent = EventOf<
  | 'state'
  | 'desired'
  | 'program'
  | 'storage'
  | 'failed'
  | 'run'
  | 'gap'
  | 'log'
  | 'errors'
  | 'connector'
  | 'step'
  | 'checkpoint'
  | 'checkpoint-failed'
>;

/** The log of the pipeline, as far as it is here. */
export type TimelineLog = {
  readonly buffer: LogBuffer;
  readonly index: RecordIndex;
  readonly errors: Pick<ErrorLog, 'byKey'>;
  /** Nothing is added to it any more. */
  readonly hasEnded?: boolean;
  readonly lines?: Pick<TimelineLines, 'checkpoints' | 'steps'>;
};

/** Cells of a screen on which messages have no column for their target: among other rows it would be one word more. */
export const noTarget = 0;
const mostCheckpoints = 50;

/** All that is known of a pipeline, the newest first. */
export function timelineOf({
  pipeline,
  history,
  log,
}: {
  readonly pipeline: string;
  readonly history: PipelineHistory | undefined;
  readonly log: TimelineLog | undefined;
}): readonly TimelineEvent[] {
  const monitored = history?.events ?? [];
  const oldest = timeOfText(monitored.at(-1)?.time);
  const told = [
    ...monitorEvents(pipeline, monitored, history?.details),
    ...(log ? markerEvents(pipeline, log.buffer, oldest) : []),
  ];
  const crashes = log ? crashesOf(log) : [];
  const events = [
    ...withCrashes(pipeline, told, crashes),
    ...connectorEvents(pipeline, history?.stats),
    ...(log ? runEvents(pipeline, log) : []),
    ...(log ? errorEvents(pipeline, log, crashes) : []),
    ...(log ? checkpointEvents(pipeline, log) : []),
    ...(log?.lines?.steps ?? []).map(({connector, words, ...step}): TimelineEvent => {
      const text = connector === '' ? words : `${connector}: ${words}`;
      return {...step, kind: 'step', pipeline, from: 'log', text};
    }),
  ];
  // Of one moment, what came later is first.
  return events.reverse().sort((a, b) => (b.at ?? latest) - (a.at ?? latest));
}

const latest = Number.MAX_SAFE_INTEGER;

/** From its beginning, or the first of several, to its end, or the last; undefined: not known, it has none, or goes on. */
export function spanOf({kind, at, firstAt, until}: TimelineEvent): {from: number | undefined; to: number | undefined} {
  const isSeveral = kind === 'connector' || firstAt !== undefined;
  return isSeveral ? {from: firstAt, to: at} : {from: at, to: until};
}

/** Tells whether it lasts, and no end of it is known. */
export function goesOn({kind, until}: TimelineEvent): boolean {
  return until === undefined && (kind === 'state' || kind === 'run' || kind === 'failed');
}

/**
 * Makes an event of each change in `monitored` (newest first), oldest first, with the time until the next of its kind.
 */
function monitorEvents(
  pipeline: string,
  monitored: readonly MonitorEvent[],
  details: PipelineHistory['details'] = new Map(),
): TimelineEvent[] {
  const told: TimelineEvent[] = [];
  const add = (event: TimelineEvent) => {
    endLast(told, [event.kind], event.at);
    told.push(event);
  };
  let before: MonitorEvent | undefined;
  for (const event of monitored.toReversed()) {
    const ofApi = {pipeline, from: 'API', count: 1, at: timeOfText(event.time)} as const;
    const error = details.get(event.id)?.deploymentError;
    if (event.status !== before?.status) add({kind: 'state', ...ofApi, before: before?.status, now: event.status});
    const goal = goalOf(event);
    if (before && goal !== undefined && goal !== goalOf(before))
      add({kind: 'desired', ...ofApi, before: undefined, now: goal});
    if (before && event.programStatus !== before.programStatus)
      add({kind: 'program', ...ofApi, before: before.programStatus, now: event.programStatus});
    if (before && event.storageStatus !== before.storageStatus)
      add({kind: 'storage', ...ofApi, before: before.storageStatus, now: event.storageStatus});
    if (event.hasError && before?.hasError !== true) {
      const why = error && failedWords({state: event.status, error: error.cause, endedStart: error.endedStart});
      add({kind: 'failed', ...ofApi, why: why ?? 'an error'});
    }
    if (!event.hasError && before?.hasError === true) endLast(told, ['failed'], ofApi.at);
    before = event;
  }
  return told;
}

/** The last event of these kinds is over: another one has come. */
function endLast(events: TimelineEvent[], kinds: readonly TimelineEvent['kind'][], until: number | undefined): void {
  const place = events.findLastIndex(({kind}) => kinds.includes(kind));
  const last = events[place];
  if (last) events[place] = {...last, until: last.until ?? until};
}

/** The state that the user asked for; undefined while only resources are desired, on the way to it. */
function goalOf({runtimeDesiredStatus, resourcesDesiredStatus}: MonitorEvent): string | undefined {
  if (runtimeDesiredStatus !== '') return runtimeDesiredStatus;
  return resourcesDesiredStatus === 'Provisioned' ? undefined : resourcesDesiredStatus;
}

/** The errors of each connector by kind, and which of them stopped with a fatal error. */
function connectorEvents(pipeline: string, stats: PipelineStats | undefined): readonly TimelineEvent[] {
  const shared = {kind: 'connector', pipeline, from: 'API'} as const;
  return (stats?.connectors ?? []).flatMap(({name, errors, fatalError}) => [
    ...errors.flatMap(({kind, count: times, retained = []}): readonly TimelineEvent[] => {
      if (times === 0) return [];
      const last = retained.at(-1);
      // The server keeps only the last ones.
      const firstAt = retained.length < times ? undefined : timeOfText(retained[0]?.time);
      const what = `${name}: ${kind} ${times === 1 ? 'error' : 'errors'}`;
      const at = {firstAt, at: timeOfText(last?.time), count: times};
      if (last === undefined) return [{...shared, ...at, text: what}];
      const brief = clean(`${what}: ${reasonOf(last.message)}`);
      return [{...shared, ...at, text: `${what}: ${firstLine(last.message)}`, brief}];
    }),
    ...(fatalError === undefined
      ? []
      : [
          {
            ...shared,
            text: `${name} stopped with a fatal error: ${firstLine(fatalError)}`,
            brief: stoppedWords(name, fatalError),
            count: 1,
          },
        ]),
  ]);
}

function runEvents(pipeline: string, {index, buffer, hasEnded = false}: TimelineLog): readonly TimelineEvent[] {
  const runs = hasEnded ? index.runs.map((run) => endedRun(run, buffer.endId)) : index.runs;
  return runs.flatMap((run, place): readonly TimelineEvent[] => {
    const {startedAt: at, endedAt: until, firstId: id, state} = run;
    if (at === undefined) return [];
    const words = runWords(run, isCutShort(run) ? noEnd : state);
    const text = `run ${count(place + 1)} of ${count(runs.length)}: ${words}`;
    return [{kind: 'run', pipeline, from: 'log', count: 1, at, until, id, text}];
  });
}

/** States that the API's events tell, too, are left out. `eventsFrom`: the time of the oldest event. */
function markerEvents(pipeline: string, buffer: LogBuffer, eventsFrom: number | undefined): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  for (const [id, marker] of buffer.markers()) {
    const isOfApi = marker.kind === 'state' || marker.kind === 'program';
    if (isOfApi && eventsFrom !== undefined && marker.at >= eventsFrom) continue;
    if (marker.kind === 'state') endLast(events, ['state', 'failed'], marker.at);
    events.push(eventOf(marker, {pipeline, from: isOfApi ? 'API' : 'pipetail', count: 1, at: marker.at, id}));
  }
  endLast(events, ['state', 'failed'], eventsFrom);
  return events;
}

function eventOf(
  marker: Marker,
  shared: Pick<PipelineEvent, 'pipeline' | 'from' | 'count' | 'at' | 'id'>,
): TimelineEvent {
  if (marker.kind !== 'state' && marker.kind !== 'program')
    return {...shared, kind: markerTone(marker) === 'loss' ? 'gap' : 'log', marker};
  const {kind, from: before, to: now} = marker;
  if (kind === 'program' || marker.error === undefined) return {...shared, kind, before, now};
  const {error, startFailed: endedStart = false} = marker;
  return {...shared, kind: 'failed', why: clean(failedWords({state: now, error, endedStart}))};
}

/** The end of a process by a failure, as the log has it: a panic of its workers, an error of the runner, or both. */
type Crash = {
  /** Id of the first record that tells of it. */
  readonly id: number;
  readonly at: number | undefined;
  /** When the runner ended the process, which the API tells, too; undefined: not known. */
  readonly until: number | undefined;
  /** In the time from the start of the process to the next start. */
  readonly from: number;
  readonly to: number;
  readonly example: Uint8Array;
  /** The log proves that it had not run yet. */
  readonly endedStart: boolean;
  /** All records that tell of it, with their fingerprints. */
  readonly records: readonly {readonly id: number; readonly key: number}[];
};

function crashesOf({buffer, index}: TimelineLog): readonly Crash[] {
  return index.runs.flatMap((run, place): readonly Crash[] => {
    const {failures = [], startedAt, endedAt, startFailed: endedStart = false} = run;
    const id = failures.find((each) => each >= buffer.firstId);
    const records = failures.flatMap((each) => {
      const text = index.firstTextOf(each);
      return text ? [{id: each, text}] : [];
    });
    const example = records[0]?.text;
    if (id === undefined || !example) return [];
    const to = index.runs.slice(place + 1).find((run) => run.startedAt !== undefined)?.startedAt;
    return [
      {
        id,
        at: index.timeAt(id),
        until: endedAt,
        example: Uint8Array.from(example),
        from: startedAt ?? 0,
        to: to ?? latest,
        endedStart,
        records: records.map(({id, text}) => ({id, key: errorFingerprint(text)})),
      },
    ];
  });
}

/** A failure that the API or pipetail tells of is that of the crash in its run; the others have events of their own. */
function withCrashes(
  pipeline: string,
  told: readonly TimelineEvent[],
  crashes: readonly Crash[],
): readonly TimelineEvent[] {
  const events = [...told];
  for (const {id, at, until, from, to, example, endedStart} of crashes) {
    const failedStart = failedStartIn(example);
    const why =
      failedStart === undefined
        ? errorWords({example, key: 0}, noTarget).text
        : masked(clean(failedWords({state: 'Failed', error: failedStart, endedStart: true})));
    const ofRun = events.flatMap((event) => {
      const isOfRun = event.kind === 'failed' && event.at !== undefined && event.at >= from && event.at < to;
      return isOfRun ? [event] : [];
    });
    const event = nearestSame({at, until}, ofRun, (each) => [{at: each.at}]);
    if (event) {
      const told = endedStart ? asFailedStart(event.why) : event.why;
      events[events.indexOf(event)] = {
        ...event,
        at: at ?? event.at,
        id,
        why: isPanicLine(example, 0, example.length) ? why : told,
      };
    } else {
      const next = to === latest ? undefined : to;
      events.push({kind: 'failed', pipeline, from: 'log', count: 1, at, until: next, why, id});
    }
  }
  return events;
}

/** `crashes`: errors that tell of them are in their events; times and texts are of the others. */
function errorEvents(
  pipeline: string,
  {errors, index}: TimelineLog,
  crashes: readonly Crash[],
): readonly TimelineEvent[] {
  const told = Map.groupBy(
    crashes.flatMap(({records}) => records),
    ({key}) => key,
  );
  return [...errors.byKey.values()].flatMap((group): readonly TimelineEvent[] => {
    const {key, example, latest: last, suppressed} = group;
    const ofCrashes = told.get(key) ?? [];
    if (key === watchPatternKey || ofCrashes.length >= group.count) return [];
    const isTold = (entry: number) => ofCrashes.some(({id}) => id === index.headOf(entry));
    const first = isTold(group.firstId) ? undefined : {at: group.firstAt, id: group.firstId, text: example};
    const latest = isTold(group.lastId) ? undefined : {at: group.lastAt, id: group.lastId, text: last};
    // Of those in between, neither is known.
    const place = {
      firstAt: first && latest ? first.at : undefined,
      at: (latest ?? first)?.at,
      firstId: (first ?? latest)?.id ?? group.firstId,
      id: (latest ?? first)?.id ?? group.lastId,
    };
    const ends = {key, example: (first ?? latest)?.text ?? example, latest: (latest ?? first)?.text ?? example};
    const counts = {count: group.count - ofCrashes.length, suppressed};
    return [{kind: 'errors', pipeline, from: 'log', ...counts, ...place, group, ends, isNew: false}];
  });
}

/** Feldera's words in front of the reason why a checkpoint failed. */
const beforeFull = /^error writing checkpoint to storage: /;

function checkpointEvents(pipeline: string, {buffer, index, lines}: TimelineLog): readonly TimelineEvent[] {
  return (lines?.checkpoints ?? []).flatMap((id): readonly TimelineEvent[] => {
    const line = buffer.lineAt(id);
    if (!line) return [];
    const {text: first} = errorWords({example: Uint8Array.from(line), key: 0}, noTarget);
    // `Resuming from checkpoint:` tells which one in its second line.
    const second = /:\s*$/.test(first) && index.headOf(id + 1) === id ? buffer.lineAt(id + 1) : undefined;
    const text = second ? `${first.trim()} ${excerptText(Uint8Array.from(second)).trim().replace(/:$/, '')}` : first;
    // Each line of a logger, or of a pipeline, that is named so is found, too.
    if (!/checkpoint/i.test(text)) return [];
    const end = checkpointEndIn(line);
    const told = {pipeline, from: 'log', count: 1, at: index.timeAt(id), text, id} as const;
    if (end === undefined || end === 'made') return [{...told, kind: 'checkpoint'}];
    return [{...told, kind: 'checkpoint-failed', brief: `failed: ${end.failed.replace(beforeFull, '')}`}];
  });
}

/** Finds the runs of a log, the records that speak of a checkpoint and what connectors did, in steps. */
export class TimelineLines {
  readonly #search: Search;
  readonly #index: RecordIndex;
  readonly #milestones: ReturnType<typeof milestonesOf>;

  constructor({buffer, index}: Pick<TimelineLog, 'buffer' | 'index'>) {
    this.#search = new Search(buffer, compilePattern('checkpoint'));
    this.#index = index;
    this.#milestones = milestonesOf(buffer);
  }

  /** Reads about `maxBytes` more. True: all was read. */
  step(maxBytes: number): boolean {
    return this.#index.step(maxBytes) && this.#search.step(maxBytes) && this.#milestones.step(maxBytes);
  }

  get steps(): readonly ConnectorStep[] {
    return this.#milestones.steps;
  }

  /** Ids of the heads of the last 50 of these records, the oldest first; not of the configuration that each start prints. */
  get checkpoints(): readonly number[] {
    const heads = new Set<number>();
    // From the end: each line of a log may speak of one.
    let match = this.#search.previousBefore(Number.POSITIVE_INFINITY);
    for (; match !== undefined && heads.size < mostCheckpoints; match = this.#search.previousBefore(match)) {
      const head = this.#index.headOf(match);
      if (!this.#index.long.get(head)) heads.add(head);
    }
    return [...heads].reverse();
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
