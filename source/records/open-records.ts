import type {LineKind} from './line-kind.ts';

/** Entries from a head to the last line of its record, at most: the distance fits into 16 bits. */
export const longestReach = 0xffef;
/** Unindented lines of a record, at most. More is the output of a program, not a message. */
const maxLines = 256;

type State = {
  /** The last head that accepts lines. */
  head: number | undefined;
  /** The head is the runner's, and the last line of its record has not come yet. */
  awaitsSuffix: boolean;
  /** Another record began since: only indented lines still belong to the head. */
  interrupted: boolean;
  /** Unindented lines that belong to the head. */
  lines: number;
  panic: number | undefined;
  /** Lines of the panic's message so far; undefined once its backtrace has begun. */
  messageLines: number | undefined;
  /** Number of the backtrace's last frame; -1 before the first. */
  frame: number;
  /** The last frame was the panic's: so is the place below it. */
  ownsFrame: boolean;
  /** The head of the record of the entry before, if that was a line. */
  previous: number | undefined;
};

const emptyState: State = {
  head: undefined,
  awaitsSuffix: false,
  interrupted: false,
  lines: 0,
  panic: undefined,
  messageLines: undefined,
  frame: -1,
  ownsFrame: false,
  previous: undefined,
};

/**
 * The records to which the next line may belong: that of the last head, and that of a panic. Entries are added in order;
 * for a line the result is its record, as the id of the record's head: its own id if it is a record of its own.
 *
 * - To a head of a pipeline in text form belong the lines without a head that follow: a message of several lines.
 * - A line in JSON and a record of the runner accept no lines (newlines are escaped in the one, the other ends in its
 *   suffix). After them, and after the start of a panic, only indented lines belong to the head before: others may be
 *   another program's output, and are records of their own.
 * - To a record that is not begun by a head or a panic no other line belongs.
 * - To a panic belong its message, which follows at once, and its backtrace: frames with rising numbers, the places under
 *   them and indented lines right below. Heads in between do not end a panic; its note, the next panic and the end of the
 *   process do.
 */
export class OpenRecords {
  #state: State = {...emptyState};

  /** The process ended, or lines are missing: the next line belongs to no earlier record. */
  clear(): void {
    this.#state = {...emptyState};
  }

  /** A copy of the state for `restore`. */
  save(): Readonly<State> {
    return {...this.#state};
  }

  restore(saved: Readonly<State>): void {
    this.#state = {...saved};
  }

  /** A record of the runner has begun, and its last line, with the suffix, has not come yet. */
  get awaitsSuffix(): boolean {
    return this.#state.awaitsSuffix;
  }

  /** A marker interrupts no record. */
  addMarker(): void {
    this.#state.previous = undefined;
  }

  /** A head that accepts lines: a pipeline's, or the runner's, whose record then ends with its suffix. */
  addHead(id: number, awaitsSuffix: boolean): void {
    const state = this.#state;
    state.head = id;
    state.awaitsSuffix = awaitsSuffix;
    state.interrupted = false;
    state.lines = 0;
    state.previous = id;
  }

  /** A record of one line. */
  addSingle(id: number): void {
    this.#interrupt();
    this.#state.previous = id;
  }

  /** A panic whose record begins at `head`: its line, or the empty one before. */
  addPanic(head: number): void {
    const state = this.#state;
    this.#interrupt();
    state.panic = head;
    state.messageLines = 0;
    state.ownsFrame = false;
    state.previous = head;
  }

  /** The last line of a record of the runner. */
  addSuffixLine(id: number): number {
    const {head} = this.#state;
    this.#state.awaitsSuffix = false;
    this.#state.head = undefined;
    return this.#close(id, head);
  }

  /** A line without a head; `frame`: the number of a frame. */
  addLine(id: number, kind: Exclude<LineKind, 'panic'>, frame: number | undefined): number {
    if (this.#state.awaitsSuffix) return this.#close(id, this.#headFor(id, kind));
    const panic = this.#isOfPanic(id, kind, frame) ? this.#state.panic : undefined;
    if (kind === 'note' && panic !== undefined) this.#state.panic = undefined;
    return this.#close(id, panic ?? this.#headFor(id, kind));
  }

  #isOfPanic(id: number, kind: LineKind, frame: number | undefined): boolean {
    const state = this.#state;
    if (state.panic === undefined) return false;
    if (id - state.panic > longestReach) {
      state.panic = undefined;
      return false;
    }
    if (kind === 'note') return true;
    const follows = state.previous === state.panic;
    if (state.messageLines === undefined) return this.#isOfBacktrace(kind, frame, follows);
    if (kind === 'backtrace') {
      state.messageLines = undefined;
      state.frame = -1;
      return true;
    }
    const isMessage = (follows || state.messageLines === 0) && state.messageLines < maxLines;
    if (isMessage) state.messageLines += 1;
    return isMessage;
  }

  #isOfBacktrace(kind: LineKind, frame: number | undefined, follows: boolean): boolean {
    const state = this.#state;
    if (kind === 'place') return state.ownsFrame;
    if (kind !== 'frame') return kind === 'indented' && follows;
    state.ownsFrame = frame !== undefined && frame > state.frame;
    if (state.ownsFrame) state.frame = frame ?? state.frame;
    return state.ownsFrame;
  }

  /** The last head, if the line belongs to it. */
  #headFor(id: number, kind: LineKind): number | undefined {
    const state = this.#state;
    if (state.head === undefined) return undefined;
    if (id - state.head > longestReach) {
      state.head = undefined;
      state.awaitsSuffix = false;
      return undefined;
    }
    if (kind === 'indented' || kind === 'frame' || kind === 'place') return state.head;
    if (state.interrupted) return undefined;
    state.lines += 1;
    if (state.lines <= maxLines) return state.head;
    this.#interrupt();
    return undefined;
  }

  #interrupt(): void {
    const state = this.#state;
    state.interrupted = true;
    // A record of the runner is sent in one piece: an interrupted one was none.
    if (state.awaitsSuffix) state.head = undefined;
    state.awaitsSuffix = false;
  }

  #close(id: number, head: number | undefined): number {
    const record = head ?? id;
    this.#state.previous = record;
    return record;
  }
}
