import type {RunnerMark} from '../../engine/buffer/log-buffer.ts';
import type {Marker} from '../../engine/buffer/markers.ts';
import type {ErrorGroup} from '../../engine/records/error-log.ts';
import {reportsEnd} from '../../engine/records/line-kind.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, duration} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import type {Style} from '../terminal/style.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import {markerText} from '../words/marker-words.ts';
import {stateChangeWords, stateWord} from '../words/pipeline-words.ts';
import {briefFailure, stoppedWords} from '../words/reason.ts';
import {
  briefErrorWords,
  type ConnectorErrors,
  connectorNames,
  connectorWords,
  type ErrorEnds,
  type Lost,
  type LostStream,
  lostStreamWords,
  lostWords,
  rangeWords,
  suppressedWords,
  unknownStream,
} from './event-words.ts';

/**
 * Something that happened to a pipeline, once or several times. Times are Unix time in ms, undefined where they are not
 * known; states are in the server's spelling.
 */
export type PipelineEvent = {
  readonly pipeline: string;
  /** Who tells it. */
  readonly from: 'log' | 'API' | 'pipetail';
  /** When it began; of several, the time of the last. */
  readonly at?: number | undefined;
  /** Time of the first of several. */
  readonly firstAt?: number | undefined;
  /** When it was over; undefined: it has no length, or goes on. */
  readonly until?: number | undefined;
  /** Number of times that it happened; of errors, the number of those in the log. */
  readonly count: number;
  /** Errors besides them that are not in the log, as lines of it report. */
  readonly suppressed?: number;
  /** Its entry in the log, of several the last and the first; it may have left the scrollback. */
  readonly id?: number | undefined;
  readonly firstId?: number | undefined;
} & (
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** The runner ended it, after this Unix time in ms, which its log may report, too. */
      readonly endedAfter?: number;
    }
  /** It runs, and the server cannot reach it. */
  | {readonly kind: 'unavailable'; readonly why: string}
  /** No list came: the server or its database is away. Of no pipeline. */
  | {readonly kind: 'outage'; readonly why: string}
  /** The log cannot be followed: the server does not answer, or refuses. */
  | {readonly kind: 'disconnected'; readonly why: string}
  /** It can again; it was disconnected since `since`. */
  | {readonly kind: 'reconnected'; readonly since: number | undefined}
  /** The list has it no more, or has it for the first time. */
  | {readonly kind: 'removed' | 'created'}
  /** The pipeline of an open log was deleted. */
  | {readonly kind: 'deleted'}
  /**
   * `stopped`, `paused`: without a failure. `started`: it is not known to have run before. `resumed`: the same process runs
   * again. `renamed`: from the name before. `state`: any other change.
   */
  | {
      readonly kind: ChangeKind;
      /** State before, or name; undefined: not known. */
      readonly before: string | undefined;
      readonly now: string;
    }
  /** Somebody changed its program or configuration: its versions. */
  | {readonly kind: 'reconfigured'; readonly before: number; readonly now: number}
  /** Another process runs; `marker`: the server's log began anew, the log's own of the last time. */
  | {readonly kind: 'restarted'; readonly from: 'API'; readonly before: string; readonly now: string}
  | {readonly kind: 'restarted'; readonly from: 'log'; readonly marker?: Marker | undefined}
  | ({readonly kind: 'lost'} & Lost)
  | ({readonly kind: 'stream-lost'} & LostStream)
  /** `isNew`: the log had no error of this group before. `ends`: the first and the last of those that are counted. */
  | {
      readonly kind: 'errors' | 'watched';
      readonly group: ErrorGroup;
      readonly ends: ErrorEnds;
      readonly isNew: boolean;
    }
  | ({readonly kind: 'connectors'} & ConnectorErrors)
  /** It runs, and a part of it does not, or nothing moves, in words. */
  | {readonly kind: 'degraded'; readonly words: string}
  /** A connector stopped with a fatal error. */
  | {readonly kind: 'ended'; readonly connector: string; readonly message: string}
  /** The change that the user asked to be told of. */
  | {readonly kind: 'changed'; readonly words: string; readonly isFailure?: boolean | undefined}
  /** A marker of the log: lines are missing there, or what else happened to the log. */
  | {readonly kind: 'gap' | 'log'; readonly marker: Marker}
  /** `step`: of a connector, which is no error. */
  | {
      readonly kind: 'run' | 'connector' | 'step' | 'checkpoint' | 'checkpoint-failed';
      readonly text: string;
      /** Words for a row that is cut at its end; absent: `text`. */
      readonly brief?: string;
    }
);

type ChangeKind =
  | 'stopped'
  | 'paused'
  | 'started'
  | 'resumed'
  | 'renamed'
  | 'state'
  | 'desired'
  | 'program'
  | 'storage';

/** The events of one kind, or of several. */
export type EventOf<Kind extends PipelineEvent['kind']> = PipelineEvent & {readonly kind: Kind};

/** Event of the log or the process itself, not of what they say. */
export type Incident = EventOf<'unavailable' | 'disconnected' | 'deleted' | 'lost' | 'stream-lost' | 'restarted'>;

/** `width`: cells of the screen, or of a column for the words. `cells`: those of this row; absent: any number. */
type Room = {readonly width: number; readonly ellipsis: string; readonly cells?: number};

/** All that differs from one kind of event to another, wherever it is told. */
type EventKind<Kind extends PipelineEvent['kind']> = {
  /** The most urgent is the lowest: what needs action, then what is lost, then what may explain it. */
  readonly urgency: number;
  /** One line, in the words of the log's own marker, where the log has one. */
  readonly words: (event: EventOf<Kind>, width: number) => StyledText | string;
  /** One line for a row that is cut at its end: what differs from event to event comes first. */
  readonly brief: (event: EventOf<Kind>, room: Room) => StyledText | string;
  /** Begins a row after an absence, of this event or of `all` errors of a pipeline. `brief` follows if it says more. */
  readonly away: (event: EventOf<Kind>, all: readonly PipelineEvent[]) => string;
  readonly hasReason: boolean;
  readonly style: Style;
  /** A failure is told at once, others at most once a minute of each pipeline; what the user did, never. */
  readonly alerts: 'at once' | 'once a minute' | 'never';
  /** The errors page lists events with one key as one; undefined: it does not list them. */
  readonly listedBy: ((event: EventOf<Kind>) => string) | undefined;
  /** An absence tells of those with one key together; undefined: of each by itself. */
  readonly summedBy: ((event: EventOf<Kind>) => string) | undefined;
};

const last = 17;
const bad: Style = {fg: 1, bold: true};

/** Defaults of a kind without alerts. */
const told = {
  brief: (event: PipelineEvent, {width}: Room) => eventWords(event, width),
  away: ({kind, count: times}: PipelineEvent) => `${kind}${times > 1 ? ` ${count(times)} times` : ''}`,
  hasReason: false,
  style: {fg: 3},
  alerts: 'never',
  listedBy: undefined,
  summedBy: undefined,
} as const;

/** Defaults of a kind whose words are told after an absence, too. */
const spoken = {...told, away: (event: PipelineEvent) => eventWords(event, 0).text} as const;

const incident = {
  alerts: 'once a minute',
  listedBy: ({kind, from}: PipelineEvent) => `${kind} ${from}`,
} as const;

const withReason = {
  ...told,
  words: ({why}: {readonly why: string}) => why,
  hasReason: true,
  style: bad,
} as const;

const change = {
  ...told,
  urgency: last,
  words: ({before, now}: {readonly before: string | undefined; readonly now: string}) =>
    before === undefined ? stateWord(now) : stateChangeWords(before, now),
} as const;

const inText = {
  ...told,
  urgency: last,
  words: ({text}: {readonly text: string}) => text,
  brief: ({text, brief = text}: {readonly text: string; readonly brief?: string}) => brief,
} as const;

const ofMarker = {
  ...told,
  urgency: last,
  // Without the time that some markers begin with: the row has it.
  words: ({marker}: EventOf<'gap' | 'log'>) => markerText(marker).replace(/^\d\d:\d\d:\d\d /, ''),
} as const;

type Errors = EventOf<'errors' | 'watched'>;

const ofErrors = {
  ...told,
  urgency: 15,
  words: ({ends}: Errors, width: number) => rangeWords(ends, width),
  brief: ({ends}: Errors, {width, ellipsis}: Room) => rangeWords(ends, width, {ellipsis, wordsOf: briefErrorWords}),
  hasReason: true,
  alerts: 'once a minute',
  summedBy: ({group}: Errors) => `${group.key}`,
} as const;

const eventKinds: {readonly [Kind in PipelineEvent['kind']]: EventKind<Kind>} = {
  changed: {...told, urgency: 0, words: ({words}) => words, alerts: 'at once'},
  failed: {
    ...withReason,
    urgency: 1,
    brief: ({why}) => briefFailure(why),
    alerts: 'at once',
    listedBy: ({why}) => `failed ${why}`,
  },
  unavailable: {...withReason, ...incident, urgency: 2},
  degraded: {...told, urgency: 3, words: ({words}) => words, hasReason: true, alerts: 'once a minute'},
  ended: {
    ...told,
    urgency: 4,
    words: ({connector, message}) => clean(`${connector} stopped with a fatal error: ${message}`),
    brief: ({connector, message}) => stoppedWords(connector, message),
    style: bad,
  },
  deleted: {...spoken, ...incident, urgency: 5, words: () => 'the pipeline was deleted', style: bad},
  removed: {...spoken, urgency: 6, words: () => 'the pipeline was deleted', style: bad},
  outage: {
    ...withReason,
    urgency: 7,
    away: ({at, until = Number.NaN}) =>
      at === undefined || Number.isNaN(until) ? 'unreachable' : `unreachable for ${duration(until - at)}`,
  },
  disconnected: {...withReason, ...incident, urgency: 8, away: () => 'log disconnected'},
  lost: {...spoken, ...incident, urgency: 9, words: lostWords},
  'stream-lost': {
    ...told,
    ...incident,
    urgency: 10,
    words: ({marker}) => (marker ? markerText(marker) : unknownStream),
    brief: (event, {cells = Number.POSITIVE_INFINITY}) => lostStreamWords(event, cells),
    away: (event) => lostStreamWords(event, Number.POSITIVE_INFINITY),
    listedBy: ({kind, from, marker}) => `${kind} ${marker?.kind === 'unread' ? marker.stream : from}`,
  },
  stopped: {...change, urgency: 11},
  paused: {...change, urgency: 12},
  restarted: {
    ...told,
    ...incident,
    urgency: 13,
    words(event) {
      if (event.from === 'API') return change.words(event);
      return event.marker ? markerText(event.marker) : "server's log was cleared";
    },
    away: (event) => (event.from === 'log' && event.marker ? markerText(event.marker) : event.kind),
    // A restart of the runner is none of the process, and no new pipeline of that name.
    listedBy(event) {
      const {because} = event.from === 'log' && event.marker?.kind === 'new-life' ? event.marker : {};
      return because === undefined ? incident.listedBy(event) : `${event.kind} ${because}`;
    },
  },
  started: {...change, urgency: 14},
  errors: {
    ...ofErrors,
    away(_, all) {
      const isNew = all.filter((each) => each.kind === 'errors' && each.isNew).length;
      const added = isNew === 0 ? '' : `, ${counted(isNew, 'new kind', 'new kinds')}`;
      return `${counted(sumOf(all, 'count'), 'error', 'errors')}${suppressedWords(sumOf(all, 'suppressed'))}${added}`;
    },
    style: {fg: 1},
  },
  watched: {...ofErrors, away: (_, all) => counted(sumOf(all, 'count'), 'watched line', 'watched lines')},
  connectors: {...spoken, urgency: 16, words: connectorWords, brief: connectorNames, summedBy: ({kind}) => kind},
  created: {...spoken, urgency: last, words: () => 'the pipeline was created'},
  renamed: {...spoken, urgency: last, words: ({before}) => `renamed from ${before ?? ''}`},
  reconfigured: {...spoken, urgency: last, words: ({before, now}) => `reconfigured (version ${before} → ${now})`},
  reconnected: {...spoken, urgency: last, words: () => 'the log is followed again'},
  resumed: {...change, away: (event) => (event.before === 'Unavailable' ? 'reachable again' : told.away(event))},
  state: {...change, style: {bold: true}},
  desired: {...change, style: {dim: true}},
  program: {...change, style: {}},
  storage: {...change, style: {dim: true}},
  gap: {
    ...ofMarker,
    brief(event, {cells = Number.POSITIVE_INFINITY}) {
      const words = ofMarker.words(event);
      const isTooLong = event.marker.kind === 'unread' && textWidth(words) > cells;
      return isTooLong ? lostStreamWords({marker: event.marker}, cells) : words;
    },
    style: {fg: 3, bold: true},
  },
  log: {...ofMarker, style: {dim: true}},
  run: {...inText, style: {bold: true}},
  connector: {...inText, style: {fg: 1}},
  step: {...inText, style: {fg: 6}},
  checkpoint: {...inText, style: {fg: 2}},
  'checkpoint-failed': {...inText, style: {fg: 3}},
};

export function eventKind<Kind extends PipelineEvent['kind']>({kind}: {readonly kind: Kind}): EventKind<Kind> {
  return eventKinds[kind];
}

/** One line. `width`: cells of the screen. */
export function eventWords(event: PipelineEvent, width: number): StyledText {
  return styled(eventKind(event).words(event, width));
}

/** The words of an event in a row that is cut at its end. */
export function eventBrief(event: PipelineEvent, room: Room): StyledText {
  return styled(eventKind(event).brief(event, room));
}

export function isIncident(event: PipelineEvent): event is Incident {
  return event.kind !== 'failed' && eventKinds[event.kind].listedBy !== undefined;
}

function styled(words: StyledText | string): StyledText {
  return typeof words === 'string' ? plain(words) : words;
}

function sumOf(events: readonly PipelineEvent[], part: 'count' | 'suppressed'): number {
  return events.reduce((sum, each) => sum + (each[part] ?? 0), 0);
}

export function isOfErrors(event: PipelineEvent): event is EventOf<'errors' | 'watched'> {
  return event.kind === 'errors' || event.kind === 'watched';
}

/** These errors report how the process ended. `runner`: of the log that has them. */
export function isOfEnd({example}: Pick<ErrorGroup, 'example'>, runner?: RunnerMark): boolean {
  return reportsEnd(Buffer.from(example.buffer, example.byteOffset, example.length), runner);
}

/** The first and the number of what happened `times` more. */
export function againSince(before: Pick<PipelineEvent, 'count' | 'at' | 'firstAt' | 'id' | 'firstId'>, times = 1) {
  const {firstAt = before.at, firstId = before.id} = before;
  return {firstAt, firstId, count: before.count + times};
}

/** The last of both, with the number of both: a new error stays where it came first. */
export function sumOfEvents(before: PipelineEvent | undefined, event: PipelineEvent): PipelineEvent {
  if (!before) return event;
  const sum = {
    ...againSince(before, event.count),
    suppressed: (before.suppressed ?? 0) + (event.suppressed ?? 0),
    id: event.id ?? before.id,
  };
  if (before.kind === 'lost' && event.kind === 'lost')
    return {...event, ...sum, atLeast: before.atLeast + event.atLeast, atMost: before.atMost + event.atMost};
  if (!isOfErrors(before) || !isOfErrors(event)) return {...event, ...sum};
  const {isNew, at, id} = before;
  return {...event, ...sum, ends: {...event.ends, example: before.ends.example}, ...(isNew && {isNew, at, id})};
}

/** Moves the values of `names`, which are all new names by the old ones, two of which may be exchanged. */
export function rekey<Value>(values: Map<string, Value>, names: ReadonlyMap<string, string>): void {
  const moved = [...names].flatMap(([from, to]) => {
    const value = values.get(from);
    return value === undefined ? [] : [[to, value] as const];
  });
  for (const from of names.keys()) values.delete(from);
  for (const [to, value] of moved) values.set(to, value);
}
