import {type Clock, waitAfter} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';

/** A frame that was written, and about which the terminal was asked and has not answered yet. */
type Frame = {readonly id: number; readonly at: number; readonly bytes: number};

/** Progress of the terminal with the frames. Times are the clock's, in milliseconds. */
export type Pace =
  | {
      readonly kind: 'asking';
      /** Oldest first. */
      readonly underway: readonly Frame[];
      /** When the last answer came, or the first frame that is underway was written. */
      readonly movedAt: number;
      /** When the last frame was written. */
      readonly drawnAt: number;
      /**
       * Frames that were drawn since the answers are late. They ask nothing: a terminal that is read again after this
       * program has ended answers into the shell.
       */
      readonly unasked: number;
      /** A key was pressed since. */
      readonly isPressed: boolean;
      /** From frames to their answers, of recent ones the longest; undefined: the terminal has never answered. */
      readonly usual: number | undefined;
    }
  /** It has never answered, and is not asked any more. */
  | {readonly kind: 'silent'; readonly drawnAt: number}
  /** Nothing is drawn until what is underway has been answered. */
  | {readonly kind: 'ending'; readonly underway: readonly Frame[]}
  /** Another program has the terminal. */
  | {readonly kind: 'off'};

export type PaceEvent =
  | ({readonly kind: 'drawn'} & Frame)
  | {readonly kind: 'answered'; readonly id: number; readonly at: number}
  | {readonly kind: 'pressed'}
  | {readonly kind: 'end'}
  /** Frames that are underway are no longer awaited. */
  | {readonly kind: 'give-up'}
  | {readonly kind: 'begin'};

/** With fewer ids the answer to a frame of a minute ago could be taken for another's. */
const ids = 16;
/** Frames of keys follow each other unanswered up to so many bytes, a quarter of a second at 64 kbit/s. */
const mostKeyBytes = 2048;
/** Milliseconds until an answer is late: so many times the usual, within limits. */
const patience = {times: 4, least: 1000, most: 10_000};
/** Milliseconds between frames when answers are late: twice as many each time, up to the most, so that few queue up. */
const latePace = {first: 1000, longest: 30_000};
/** Milliseconds from the last frame to that of a key then. */
const lateKeyPace = 250;
/** Milliseconds without a single answer after which none is expected. */
const silentAfter = 10_000;
/** Milliseconds between frames of the log on a terminal that never answers. */
const silentPace = 250;

const never = Number.NEGATIVE_INFINITY;

export const newPace: Pace = {
  kind: 'asking',
  underway: [],
  movedAt: never,
  drawnAt: never,
  unasked: 0,
  isPressed: false,
  usual: undefined,
};

export function nextPace(pace: Pace, event: PaceEvent): Pace {
  switch (event.kind) {
    case 'drawn':
      if (pace.kind === 'asking') return afterFrame(pace, event);
      return pace.kind === 'silent' ? {...pace, drawnAt: event.at} : pace;
    case 'answered':
      if (pace.kind === 'asking') return afterAnswer(pace, event);
      if (pace.kind === 'ending') return ending(after(pace.underway, event.id));
      return pace.kind === 'silent' ? newPace : pace;
    case 'pressed':
      return pace.kind === 'asking' ? {...pace, isPressed: true} : pace;
    case 'end':
      return pace.kind === 'asking' || pace.kind === 'ending' ? ending(pace.underway) : ending([]);
    case 'give-up':
      return ending([]);
    case 'begin':
      return newPace;
  }
}

function ending(underway: readonly Frame[]): Pace {
  return underway.length > 0 ? {kind: 'ending', underway} : {kind: 'off'};
}

type Asking = Extract<Pace, {kind: 'asking'}>;

function afterFrame(pace: Asking, {id, at, bytes}: Frame): Pace {
  const {underway, usual} = pace;
  const [first = undefined] = underway;
  if (first && usual === undefined && at - first.at >= silentAfter) return {kind: 'silent', drawnAt: at};
  if (first && at >= lateAt(pace)) return {...pace, drawnAt: at, unasked: pace.unasked + 1, isPressed: false};
  return {
    ...pace,
    underway: [...underway.slice(1 - ids), {id, at, bytes}],
    movedAt: first ? pace.movedAt : at,
    drawnAt: at,
    isPressed: false,
  };
}

function afterAnswer(pace: Asking, {id, at}: {id: number; at: number}): Pace {
  const {underway, usual = 0} = pace;
  const answered = underway.find((frame) => frame.id === id);
  if (!answered) return pace;
  return {
    ...pace,
    underway: after(underway, id),
    movedAt: at,
    unasked: 0,
    usual: Math.max(at - answered.at, usual * 0.8),
  };
}

/** When the answers are late, unless one comes before. */
function lateAt({movedAt, usual = 0}: Asking): number {
  return movedAt + Math.min(patience.most, Math.max(patience.least, patience.times * usual));
}

/** The frames behind this one: the terminal has drawn those before it, too. */
function after(underway: readonly Frame[], id: number): readonly Frame[] {
  return underway.slice(underway.findIndex((frame) => frame.id === id) + 1);
}

/** When the next frame may be drawn if nothing happens before: at once if the time is past. */
export function nextFrames(pace: Pace): {readonly ofKeys: number; readonly ofLog: number} {
  switch (pace.kind) {
    case 'off':
      return {ofKeys: never, ofLog: never};
    case 'ending':
      return {ofKeys: Number.POSITIVE_INFINITY, ofLog: Number.POSITIVE_INFINITY};
    case 'silent':
      return {ofKeys: never, ofLog: pace.drawnAt + silentPace};
    case 'asking':
      return nextAnswered(pace);
  }
}

function nextAnswered(pace: Asking): {ofKeys: number; ofLog: number} {
  const {underway, drawnAt, unasked, isPressed} = pace;
  if (underway.length === 0) return {ofKeys: never, ofLog: never};
  const late = lateAt(pace);
  const ofLog = unasked === 0 ? late : drawnAt + waitAfter(unasked, latePace);
  const bytes = underway.reduce((sum, frame) => sum + frame.bytes, 0);
  const mayFollow = underway.length === 1 || (bytes <= mostKeyBytes && underway.length < ids - 1);
  if (mayFollow && unasked === 0) return {ofKeys: never, ofLog};
  return {ofKeys: isPressed ? Math.max(late, drawnAt + lateKeyPace) : ofLog, ofLog};
}

/** The ids are columns, which all terminals have; the first, where a cursor often is, is none. */
const firstColumn = 2;

/** Milliseconds that an answer is awaited before another program gets the terminal: a stalled line often comes back. */
const endPatience = 5000;

/**
 * Asks the terminal behind each frame, until its answers are late, where its cursor is (DSR 6, as of the VT100), in a
 * column that stands for the frame: the answer tells that all of the frame has arrived. The bytes that a slow connection
 * can still take tell nothing: SSH and the kernel hold a megabyte. The cursor is hidden, and its next move is to a column
 * of its own.
 */
export class TerminalPace {
  readonly #clock: Clock;
  readonly #mayDrawKeys = createStore(true);
  /** Tells whether a frame that shows what a key did may be drawn. */
  readonly mayDrawKeys: ReadableStore<boolean> = this.#mayDrawKeys;
  readonly #mayDrawLog = createStore(true);
  /** Tells whether a frame with new lines may be drawn: no frame is on its way. */
  readonly mayDrawLog: ReadableStore<boolean> = this.#mayDrawLog;
  #pace: Pace = newPace;
  #lastId = 0;
  #cancel = () => {};
  #onEnded = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An answer may come. */
  get isAwaited(): boolean {
    return (this.#pace.kind === 'asking' || this.#pace.kind === 'ending') && this.#pace.underway.length > 0;
  }

  onKey(): void {
    this.#apply({kind: 'pressed'});
  }

  /** A frame is written. Returns what is to be written behind it. */
  onDrawn(bytes: number): string {
    const id = (this.#lastId + 1) % ids;
    this.#apply({kind: 'drawn', id, at: this.#clock.monotonic(), bytes});
    const isAsked = this.#pace.kind === 'asking' && this.#pace.underway.at(-1)?.id === id;
    if (!isAsked) return '';
    this.#lastId = id;
    return `\u001B[${id + firstColumn}G\u001B[6n`;
  }

  /** `column`: 1-based. */
  onAnswer(column: number): void {
    this.#apply({kind: 'answered', id: column - firstColumn, at: this.#clock.monotonic()});
  }

  /** Asks nothing more. Resolves when no answer is on its way, or after 5 s: another program would read it. */
  async end(): Promise<void> {
    this.#apply({kind: 'end'});
    if (this.#pace.kind === 'off') return;
    const {promise, resolve} = Promise.withResolvers<void>();
    const cancel = this.#clock.after(endPatience, () => this.#apply({kind: 'give-up'}));
    const before = this.#onEnded;
    this.#onEnded = () => {
      before();
      resolve();
    };
    await promise;
    cancel();
  }

  /** Asks again. */
  begin(): void {
    this.#apply({kind: 'begin'});
  }

  #apply(event: PaceEvent): void {
    this.#pace = nextPace(this.#pace, event);
    this.#update();
    if (this.#pace.kind === 'ending') return;
    this.#onEnded();
    this.#onEnded = () => {};
  }

  #update(): void {
    this.#cancel();
    this.#cancel = () => {};
    const now = this.#clock.monotonic();
    const {ofKeys, ofLog} = nextFrames(this.#pace);
    const next = Math.min(...[ofKeys, ofLog].filter((at) => at > now));
    if (Number.isFinite(next)) this.#cancel = this.#clock.after(next - now, () => this.#update());
    this.#mayDrawKeys.set(ofKeys <= now);
    this.#mayDrawLog.set(ofLog <= now);
  }
}
