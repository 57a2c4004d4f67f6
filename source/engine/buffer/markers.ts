import {isTime} from '../../lib/format.ts';
import {isObject} from '../../lib/json.ts';

type Check<Value> = (value: unknown) => value is Value;
type Optional<Value> = Check<Value | undefined> & {readonly isOptional: true};

const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const text = (value: unknown): value is string => typeof value === 'string';
const flag = (value: unknown): value is boolean => typeof value === 'boolean';
const oneOf =
  <const Value extends string>(...values: readonly Value[]): Check<Value> =>
  (value): value is Value =>
    values.some((each) => each === value);
const orUnknown =
  <Value>(isValid: Check<Value>): Check<Value | undefined> =>
  (value): value is Value | undefined =>
    value === undefined || isValid(value);
const optional = <Value>(isValid: Check<Value>): Optional<Value> =>
  Object.assign(orUnknown(isValid), {isOptional: true} as const);

/** Why a connection was lost: by the API's table "How a stream ends", or for a reason of our own. */
const lossCause = oneOf(
  ...(['server-lost', 'runner-lost', 'runner-stopped', 'dropped-as-slow', 'silent', 'asked', 'slept'] as const),
  // It was not followed while other logs were.
  'turn',
  // pipetail was not running; what was before came from a recording.
  'not-running',
  // No connection: a support bundle has what was collected later, too.
  'collected-again',
  'unknown',
);
export type LossCause = typeof lossCause extends Check<infer Value> ? Value : never;

/** Streams of the pipeline's process. */
const outputStream = oneOf('stdout', 'stderr');
export type OutputStream = typeof outputStream extends Check<infer Value> ? Value : never;

/**
 * The kinds of markers, each with the checks of its fields, of which their types are made. Copied and saved text has markers
 * only on request.
 */
const kinds = {
  /** The server had discarded `entries` before we first connected. */
  discarded: {entries: number},
  /** Nothing is lost after `downMs` ms. `times` > 1: several cuts, the first at `since`, Unix time in ms. */
  reconnected: {cause: lossCause, downMs: number, times: number, since: isTime},
  /**
   * Lost to the server's full ring, unless its log was cleared meanwhile: a replay with nothing of the old log does not
   * prove the epoch. 0: what follows may be all, or of another epoch. `from`, `to`: Unix times in ms of the last byte before
   * the gap and of the first one after it.
   */
  lost: {atLeast: number, atMost: number, from: isTime, to: isTime},
  /**
   * A new epoch of the server's log begins; what the old one lost at its end is unknown. `cause`, `downMs`: why the
   * connection before was lost, and for how many ms there was none; absent in older recordings. `folder`, in memory only:
   * of the recording that continues the log.
   */
  'new-life': {
    because: oneOf('restarted', 'created-again', 'cleared'),
    cause: optional(lossCause),
    downMs: optional(number),
    folder: optional(text),
  },
  /** The next `lines` lines may repeat lines above: their bytes do not show it. */
  'possible-repeat': {lines: number},
  /** The rest of the line above is lost. */
  'line-cut': {},
  /** The stream ended; the look-up showed why. */
  ended: {because: oneOf('deleted', 'restarted', 'created-again', 'stopped', 'unknown')},
  /**
   * The list reported another state. `error`: cause of a new `deployment_error`. `startFailed`: by the code of the error, it
   * never ran.
   */
  state: {from: text, to: text, error: optional(text), startFailed: optional(flag)},
  /** The pipeline has another name; its log goes on. */
  renamed: {from: text, to: text},
  /** The program has another status, or changed. */
  program: {from: text, to: text},
  /** In a recording: `lines` came while nothing could be written; undefined: an unknown number. */
  'not-recorded': {lines: orUnknown(number)},
  /**
   * `bytes` of a recording that is read are missing; undefined: all of it. `damaged-marker`: no bytes, but what happened
   * here. Only that is ever written, in place of the damaged one. `cut-short`, `rest-damaged`: `file` can be read up to
   * here; `bytes`: what is left of it as it is on disk. `not-read`: what follows in it is not, because of `why`. In memory
   * only: `file`, its name, and `why`, a sentence, both safe to show.
   */
  unreadable: {
    bytes: orUnknown(number),
    because: oneOf(
      ...(['deleted-to-make-room', 'deleted-or-damaged', 'damaged-marker'] as const),
      ...(['cut-short', 'rest-damaged', 'not-read'] as const),
    ),
    file: optional(text),
    why: optional(text),
  },
  /** The log reports a lost stream: nobody reads it from here to the next start. `why`: the server's words. */
  unread: {stream: outputStream, why: text},
  /** In a merged log: `lines` of a source left its scrollback before they were merged. */
  'not-merged': {lines: number},
  /** In a merged log: the lines of a source have no times, so that they are in their own order alone. */
  'not-ordered': {},
  /** In a merged log: the next line is the rest of one that was open for long, and stands above. */
  'line-continued': {},
  /** In an opened file. `rotated`: another file has its name now; what was between the two is unknown. */
  file: {turn: oneOf('truncated', 'rotated', 'removed')},
} as const;

type Kinds = typeof kinds;
type Field<Is> = Is extends Check<infer Value> ? Value : never;
type FieldsOf<Checks> = {
  readonly [Name in keyof Checks as Checks[Name] extends Optional<unknown> ? never : Name]: Field<Checks[Name]>;
} & {
  readonly [Name in keyof Checks as Checks[Name] extends Optional<unknown> ? Name : never]?: Exclude<
    Field<Checks[Name]>,
    undefined
  >;
};

/** Event at a marker. */
export type MarkerKind = {
  [Kind in keyof Kinds]: {readonly kind: Kind} & FieldsOf<Kinds[Kind]>;
}[keyof Kinds];

/** A marker with the Unix time in ms at which it happened. */
export type Marker = {readonly at: number} & MarkerKind;

/** A marker as it was written; one that is damaged, or of a kind that this version cannot read, says so in its place. */
export function storedMarker(value: unknown): Marker {
  const {kind, at, ...fields} = isObject(value) ? value : {};
  const checks = typeof kind === 'string' && Object.hasOwn(kinds, kind) && kinds[kind as keyof Kinds];
  if (isTime(at) && checks) {
    const isWhole = Object.entries<Check<unknown>>(checks).every(([field, isValid]) => isValid(fields[field]));
    if (isWhole) return value as Marker;
  }
  return {kind: 'unreadable', bytes: 0, because: 'damaged-marker', at: isTime(at) ? at : 0};
}

type Loss = {readonly marker: Marker; readonly id: number};

/** All losses of a log. */
export type LossCount = {
  /** Cut lines, and what a recording or a file lacks, included. */
  readonly gaps: number;
  /** Entries lost in the gaps, within these bounds. */
  readonly atLeast: number;
  readonly atMost: number;
  /** The last one. */
  readonly gap: Loss | undefined;
  /** Times that the server's log was cleared; what was lost then is unknown. */
  readonly clears: number;
  readonly clear: Loss | undefined;
  /** Times that a stream of the process was lost; what it wrote from then on is in no log. */
  readonly lostStreams: number;
  readonly lostStream: Loss | undefined;
};

const losing: ReadonlySet<Marker['kind']> = new Set([
  ...(['lost', 'line-cut', 'discarded', 'possible-repeat', 'not-merged', 'not-recorded', 'unreadable'] as const),
  ...(['file', 'line-continued'] as const),
]);

/** Lines may be missing, or come from above: a line after it may belong to a record whose head is not right above. */
export function losesLines({kind}: Marker): boolean {
  return losing.has(kind);
}

/** Entries are missing at the marker, in whatever number; not only the end of one, or what came twice. */
export function lacksEntries(marker: Marker): boolean {
  switch (marker.kind) {
    case 'discarded':
    case 'new-life':
    case 'not-merged':
    case 'not-recorded':
      return true;
    case 'lost':
      return marker.atMost > 0;
    case 'unreadable':
      return marker.because !== 'damaged-marker';
    default:
      return false;
  }
}

/** Tells whether the marker says that data is damaged or missing, other than by the deletion that makes room. */
export function isDamage(marker: Marker): boolean {
  return marker.kind === 'unreadable' && marker.because !== 'deleted-to-make-room';
}

export const noLosses: LossCount = {
  gaps: 0,
  atLeast: 0,
  atMost: 0,
  gap: undefined,
  clears: 0,
  clear: undefined,
  lostStreams: 0,
  lostStream: undefined,
};

/** `id`: of the marker. Returns the same object if it is no loss. */
export function countLoss(count: LossCount, marker: Marker, id: number): LossCount {
  const last = {marker, id};
  const gap = ({atLeast, atMost}: Pick<LossCount, 'atLeast' | 'atMost'>) => ({
    ...count,
    gaps: count.gaps + 1,
    atLeast: count.atLeast + atLeast,
    atMost: count.atMost + atMost,
    gap: last,
  });
  switch (marker.kind) {
    case 'lost':
      // 0 entries: what follows may be all.
      return marker.atMost === 0 ? count : gap(marker);
    case 'not-recorded':
    case 'not-merged': {
      const {lines = 0} = marker;
      return gap({atLeast: lines, atMost: lines});
    }
    case 'unreadable':
      return isDamage(marker) ? gap(noLosses) : count;
    case 'line-cut':
      return gap(noLosses);
    case 'new-life':
      return {...count, clears: count.clears + 1, clear: last};
    case 'unread':
      return {...count, lostStreams: count.lostStreams + 1, lostStream: last};
    default:
      return count;
  }
}

/** `later`: of entries after those of `count`. */
export function sumOfLosses(count: LossCount, later: LossCount): LossCount {
  return {
    gaps: count.gaps + later.gaps,
    atLeast: count.atLeast + later.atLeast,
    atMost: count.atMost + later.atMost,
    gap: later.gap ?? count.gap,
    clears: count.clears + later.clears,
    clear: later.clear ?? count.clear,
    lostStreams: count.lostStreams + later.lostStreams,
    lostStream: later.lostStream ?? count.lostStream,
  };
}

export class MarkerStore {
  /** In the order of ids. */
  readonly #markers = new Map<number, Marker>();
  #lastId = -1;

  get(id: number): Marker | undefined {
    return this.#markers.get(id);
  }

  last(): {id: number; marker: Marker} | undefined {
    const marker = this.#markers.get(this.#lastId);
    return marker && {id: this.#lastId, marker};
  }

  entries(): Iterable<readonly [id: number, marker: Marker]> {
    return this.#markers.entries();
  }

  /** `id` is above all others. */
  add(id: number, marker: Marker): void {
    this.#markers.set(id, marker);
    this.#lastId = id;
  }

  /** Returns false if there is no marker under `id`. */
  replace(id: number, marker: Marker): boolean {
    const isHeld = this.#markers.has(id);
    if (isHeld) this.#markers.set(id, marker);
    return isHeld;
  }

  dropBelow(id: number): void {
    for (const markerId of this.#markers.keys()) {
      if (markerId >= id) return;
      this.#markers.delete(markerId);
    }
  }
}
