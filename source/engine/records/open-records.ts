import type {LineKind} from './line-kind.ts';

/** Entries from a head to the last line of its record, at most: `RecordTable` stores the distance in 16 bits. */
export const longestReach = 0xffef;
/** Unindented lines of a record after its head, at most: more are the output of a program, not a message. */
const maxLines = 256;

/** Containers whose last record may continue. */
const mostStreams = 1000;

type State = {
  /** Entry id of the last head that accepts lines. */
  head: number | undefined;
  /** The head is the runner's, and its record's last line, which has the suffix, is still to come. */
  awaitsSuffix: boolean;
  /** Another record has begun since: only indented lines belong to the head. */
  interrupted: boolean;
  /** Unindented lines after the head. */
  lines: number;
  /** Head of the last panic; undefined once it has ended. */
  panic: number | undefined;
  /** Lines of the panic's message so far; undefined once its backtrace has begun. */
  messageLines: number | undefined;
  /** Number of the last frame of the backtrace; -1 before the first. */
  frame: number;
  /** The last frame belongs to the panic: so does the place below it. */
  ownsFrame: boolean;
  /** Head of the previous line's record; undefined after a marker. */
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
 * The records to which the next line may belong: that of the last head and that of the last panic. Entries are added in
 * order. Methods return the id of the head of the line's record: the line's own id if it begins one.
 *
 * - A head of a pipeline in text form is followed by the other lines of its message, which have no head.
 * - A line in JSON and a whole record of the runner accept no lines: in JSON newlines are escaped, and the runner marks
 *   the end with a suffix. After them, and after the start of a panic, only indented lines belong to the head before.
 *   Other lines may be another program's output: each is a record.
 * - A record without a head or a panic has one line.
 * - A panic is followed by its message and its backtrace: frames with rising numbers, the places under them and indented
 *   lines right below. Heads may come in between. A panic ends with its note, the next panic or the end of the process.
 */
export class OpenRecords {
  #state: State = {...emptyState};
  /** The container whose lines come, and the states of others. */
  #stream = '';
  readonly #states = new Map<string, State>();

  /** Closes all records, at the end of the process or at a gap. */
  clear(): void {
    this.#state = {...emptyState};
    this.#states.clear();
  }

  /** The lines of another container come: they continue only records of that one. */
  turnTo(stream = ''): void {
    if (stream === this.#stream) return;
    this.#states.set(this.#stream, this.#state);
    this.#stream = stream;
    this.#state = this.#states.get(stream) ?? {...emptyState};
    const [oldest] = this.#states.keys();
    this.#states.delete(stream);
    if (this.#states.size > mostStreams && oldest !== undefined) this.#states.delete(oldest);
  }

  save(): Readonly<State> {
    return {...this.#state};
  }

  restore(saved: Readonly<State>): void {
    this.#state = {...saved};
  }

  get awaitsSuffix(): boolean {
    return this.#state.awaitsSuffix;
  }

  /** A marker interrupts no record, but ends the message of a panic. */
  addMarker(): void {
    this.#state.previous = undefined;
  }

  /** A head that accepts lines. `awaitsSuffix`: it is the runner's, whose record ends with a suffix. */
  addHead(id: number, awaitsSuffix: boolean): void {
    const state = this.#state;
    state.head = id;
    state.awaitsSuffix = awaitsSuffix;
    state.interrupted = false;
    state.lines = 0;
    state.previous = id;
  }

  /** A line of another record than these. */
  addOther(head: number): void {
    this.#state.previous = head;
  }

  addSingle(id: number): void {
    this.#interrupt();
    this.#state.previous = id;
  }

  /** `head`: the first line of the panic, or the empty line before it. */
  addPanic(head: number): void {
    const state = this.#state;
    this.#interrupt();
    state.panic = head;
    state.messageLines = 0;
    state.ownsFrame = false;
    state.previous = head;
  }

  addSuffixLine(id: number): number {
    const {head} = this.#state;
    this.#state.awaitsSuffix = false;
    this.#state.head = undefined;
    return this.#close(id, head);
  }

  /** A line without a head. `frame`: the number of a frame; undefined for other lines. */
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
    // The runner writes a record at once: an interrupted record is not the runner's.
    if (state.awaitsSuffix) state.head = undefined;
    state.awaitsSuffix = false;
  }

  #close(id: number, head: number | undefined): number {
    const record = head ?? id;
    this.#state.previous = record;
    return record;
  }
}
