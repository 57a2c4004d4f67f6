import type {LineKind} from './line-kind.ts';

/** A line's head is at most so many entries before it, so that the distance fits into 16 bits. */
export const longestReach = 0xffef;
/** A head takes so many lines that are not indented. More is the output of a program, not a message. */
const mostLines = 256;

type State = {
  /** The head that takes lines without one. */
  head: number | undefined;
  /** It is an entry of the runner, whose last line has yet to come. */
  isRunners: boolean;
  /** Something else was logged since: only lines that are indented still belong to the head. */
  interrupted: boolean;
  /** Lines that it took, not counting indented ones. */
  lines: number;
  panic: number | undefined;
  /** Lines of the panic's message so far; undefined once its backtrace has begun. */
  messageLines: number | undefined;
  /** Number of the backtrace's last frame; -1 before the first. */
  frame: number;
  /** The last frame seen was the panic's: so is the place below it. */
  ownsFrame: boolean;
  /** The head of the entry before, if that was a line. */
  previous: number | undefined;
};

const nothing: State = {
  head: undefined,
  isRunners: false,
  interrupted: false,
  lines: 0,
  panic: undefined,
  messageLines: undefined,
  frame: -1,
  ownsFrame: false,
  previous: undefined,
};

/**
 * The records that may go on with the next line: the last head, and a panic. Told each entry in order, it answers to
 * which record a line belongs: the id of its head, which is never a later line; its own id if it stands alone.
 *
 * - A head of a pipeline in text form takes the lines without a head that follow: a message of several lines.
 * - A line in JSON and an entry of the runner are complete and take nothing (newlines are escaped in the one, the other
 *   ends in its suffix). After them, and after a panic has begun, the head before takes indented lines only: what is
 *   not indented may be another program's output, and stands alone.
 * - A line that stands alone, whatever it is, never takes another.
 * - A panic takes its message, which follows at once, then its backtrace: frames whose numbers go up, the places under
 *   them and what is indented right below. Heads between do not end it; the note at its end, the next panic and the end
 *   of the process do.
 */
export class OpenRecords {
  #state: State = {...nothing};

  /** The process ended, or lines are missing: what comes belongs to nothing before. */
  clear(): void {
    this.#state = {...nothing};
  }

  /** What it knows, to go back to with `restore`. */
  save(): Readonly<State> {
    return {...this.#state};
  }

  restore(saved: Readonly<State>): void {
    this.#state = {...saved};
  }

  /** An entry of the runner has begun and waits for the line that ends in its suffix. */
  get awaitsSuffix(): boolean {
    return this.#state.isRunners;
  }

  /** A marker, which interrupts nothing. */
  marker(): void {
    this.#state.previous = undefined;
  }

  /** A head that takes lines: of a pipeline, or of the runner if its entry goes on. */
  head(id: number, isRunners: boolean): void {
    const state = this.#state;
    state.head = id;
    state.isRunners = isRunners;
    state.interrupted = false;
    state.lines = 0;
    state.previous = id;
  }

  /** A record of one line. */
  single(id: number): void {
    this.#interrupt();
    this.#state.previous = id;
  }

  /** A panic whose record begins at `head`: its line, or the empty one before. */
  panic(head: number): void {
    const state = this.#state;
    this.#interrupt();
    state.panic = head;
    state.messageLines = 0;
    state.ownsFrame = false;
    state.previous = head;
  }

  /** The last line of an entry of the runner. */
  endOfEntry(id: number): number {
    const {head} = this.#state;
    this.#state.isRunners = false;
    this.#state.head = undefined;
    return this.#close(id, head);
  }

  /** A line without a head; `frame` is the number of a line of that kind. */
  line(id: number, kind: Exclude<LineKind, 'panic'>, frame: number | undefined): number {
    if (this.#state.isRunners) return this.#close(id, this.#takeLine(id, kind));
    const panic = this.#isOfPanic(id, kind, frame) ? this.#state.panic : undefined;
    if (kind === 'note' && panic !== undefined) this.#state.panic = undefined;
    return this.#close(id, panic ?? this.#takeLine(id, kind));
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
    const isMessage = (follows || state.messageLines === 0) && state.messageLines < mostLines;
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

  /** The last head, if it takes the line. */
  #takeLine(id: number, kind: LineKind): number | undefined {
    const state = this.#state;
    if (state.head === undefined) return undefined;
    if (id - state.head > longestReach) {
      state.head = undefined;
      state.isRunners = false;
      return undefined;
    }
    if (kind === 'indented' || kind === 'frame' || kind === 'place') return state.head;
    if (state.interrupted) return undefined;
    state.lines += 1;
    if (state.lines <= mostLines) return state.head;
    this.#interrupt();
    return undefined;
  }

  #interrupt(): void {
    const state = this.#state;
    state.interrupted = true;
    // An entry of the runner is sent in one piece: what comes between shows that this was none.
    if (state.isRunners) state.head = undefined;
    state.isRunners = false;
  }

  #close(id: number, head: number | undefined): number {
    const record = head ?? id;
    this.#state.previous = record;
    return record;
  }
}
