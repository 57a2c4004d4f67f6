import type {Clock} from '../../lib/clock.ts';
import type {RunnerMark} from '../buffer/log-buffer.ts';
import type {LossCause, MarkerKind} from '../buffer/markers.ts';
import type {Packer} from '../buffer/packed-store.ts';
import {newline, newlinesIn} from '../buffer/segment.ts';
import {EntryCount} from './entry-count.ts';
import {LogEpoch, type LogPosition, type StitchPast} from './log-position.ts';
import {EpochProof, Overlap} from './overlap.ts';
import {type RingLimits, RingTail, serverRing} from './ring-tail.ts';
import {type BodyStart, EndMarkerFilter, readBodyStart} from './server-lines.ts';
import {type Evidence, isOld, isProved, judge, judgeUnfinished, reachableTail, type Verdict} from './verdict.ts';

export type StitchSink = {
  /** `bytes` may end within a line; the sink must not keep them. `newlines`: their offsets in `bytes`. */
  readonly append: (bytes: Uint8Array, newlines: Uint32Array) => void;
  /** Closes the last line as received, if it has not ended, with a `line-cut` after it. */
  readonly cutLine: () => void;
  /** Within a line: the marker follows that line. */
  readonly addMarker: (marker: MarkerKind) => void;
  /** Marks what is appended from here on. Absent: nobody reads the lines. */
  readonly setRunner?: (mark: RunnerMark) => void;
  /** Called where what follows goes on at `state`. `isEpochStart`: nothing before is a reference for replays. */
  readonly onPlaced: (place: {readonly isEpochStart: boolean}) => void;
};

type StitchBody = {
  /** Why the previous body ended, and how many milliseconds ago. */
  readonly cause: LossCause;
  readonly downMs: number;
  /** From the caller; an id in the server's first line comes first. */
  readonly pipelineId?: string;
};

/** Certainly without a loss; certainly with one, or as another log; neither is certain. */
export type BodyFit = 'joins' | 'apart' | 'unknown';

type BodySummary = {
  readonly hasEndMarker: boolean;
  /** Its place in the log was found. Otherwise it added nothing. */
  readonly decided: boolean;
};

/** The phases of a body, in this order. Nothing is appended before `live`. */
type Phase =
  | {readonly kind: 'idle'}
  /** Its first line is incomplete. */
  | {readonly kind: 'opening'; readonly connection: StitchBody; readonly line: Uint8Array}
  /** The replay still agrees with the tail: all its lines may be old. */
  | {
      readonly kind: 'matching';
      readonly connection: StitchBody;
      readonly index: number;
      readonly overlap: Overlap;
      /** The fresh start is ours: the epoch needs no further proof. */
      readonly sameEpoch: boolean;
      /** The replay's first line, if it is a fresh start. */
      readonly freshStart: Uint8Array | undefined;
      readonly proof: EpochProof;
    }
  /** Every further byte is new. */
  | {readonly kind: 'live'};

type Matching = Phase & {readonly kind: 'matching'};

const nothing = new Uint8Array(0);
/** Milliseconds after a sleep in which what comes may be older than it. */
const lateAfterSleep = 60_000;

/**
 * Makes one gapless log of the bodies of many connections, each of which replays the server's whole ring.
 *
 * Within one epoch of the server's log, the ring is the end of all that was written, and what we received is a
 * beginning of it. So a replay begins with an end of what we have (the overlap) and continues with what is new. Two
 * independent facts find the border. *The index*: a body's first line gives the number of entries before the replay,
 * and we count the entries that we received (a range: an entry may be several lines). *The bytes*: we keep as much of
 * the tail as a ring can hold, and search in it for the beginning of the replay.
 * Two unique, dated lines prove the epoch and the border. Other bytes may be written again and prove nothing: then the
 * index chooses, on the condition that the log was not cleared, and what may be new is kept. Nothing is appended before
 * it is decided, so that after a cut the tail is still the reference.
 *
 * Live, a chunk costs one copy into the tail and a search for newlines.
 */
export class Stitch {
  readonly #sink: StitchSink;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #filter = new EndMarkerFilter();
  readonly #tail: RingTail;
  readonly #epoch = new LogEpoch();
  /** Count of entries; undefined until a body's first line was read. */
  #count: EntryCount | undefined;
  #appendedAt: number;
  /** The last sleep: Unix times in ms of the last byte before it, and of its end. */
  #sleep = {since: 0, until: Number.NEGATIVE_INFINITY};
  #phase: Phase = {kind: 'idle'};
  /** The format of the runner of this body, if its first line shows it. */
  #isJson: boolean | undefined;

  /** `ring`: smaller limits make small tests overflow. `packer`: for `pack`. */
  constructor(options: {sink: StitchSink; clock: Pick<Clock, 'wall'>; ring?: RingLimits; packer?: Packer | undefined}) {
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#appendedAt = options.clock.wall();
    this.#tail = new RingTail(options.ring ?? serverRing, options.packer);
  }

  /** The whole replay is decided, or proved to be old: the catch-up needs no further wait. */
  get settled(): boolean {
    const phase = this.#phase;
    return phase.kind === 'live' || (phase.kind === 'matching' && isProved(this.#evidence(phase)));
  }

  /** The body has found its place: its markers are written, and all that it brings is new. */
  get decided(): boolean {
    return this.#phase.kind === 'live';
  }

  /** From the server's own first line; where that has none, from the caller. */
  get pipelineId(): string | undefined {
    return this.#epoch.pipelineId;
  }

  /** Position; undefined before the first body was read. */
  get state(): LogPosition | undefined {
    const count = this.#count;
    return count && {count: count.state, ...this.#epoch.state};
  }

  /** Continues a log that an earlier run has recorded. Only before the first body. */
  resume({state, since, tail, appendedAt}: StitchPast): void {
    this.#count = EntryCount.from(state.count);
    this.#count.append(since);
    this.#epoch.resume(state);
    this.#tail.append(tail);
    this.#appendedAt = appendedAt;
  }

  /** A new body begins. The cause of the first one is not used. */
  start(connection: StitchBody): void {
    this.end();
    this.#phase = {kind: 'opening', connection, line: nothing};
  }

  /** Adds bytes of the body, in any chunking. The array is not kept. */
  append(bytes: Uint8Array): void {
    this.#read(this.#filter.append(bytes));
  }

  /** Keeps and marks the undecided whole lines of a quiet body, unless the index and a date prove them old. */
  settle(): void {
    const phase = this.#phase;
    if (phase.kind !== 'matching' || !phase.overlap.replay.includes(newline)) return;
    const evidence = this.#evidence(phase);
    if (!isOld(evidence)) this.#apply(judgeUnfinished(evidence), phase);
  }

  /** The program slept until now: what comes next is late. */
  awake(): void {
    this.#sleep = {since: this.#appendedAt, until: this.#clock.wall()};
  }

  /** Finds out how a body that begins with these bytes continues the log. Changes nothing. */
  fit(body: Uint8Array): BodyFit {
    const count = this.#count;
    const start = readBodyStart(body);
    if (!start) return 'unknown';
    if (!count) return start.index === 0 ? 'joins' : 'unknown';
    if (this.#epoch.isEndedBy(start.freshStart) || start.index > count.range.max) return 'apart';
    const matching = this.#matching(start, count, {cause: 'unknown', downMs: 0});
    return isProved(this.#evidence(matching)) ? 'joins' : 'unknown';
  }

  /** The caller leaves for good. A held last line is written, though it may be the end marker: no body may follow. */
  release(): void {
    const held = this.#filter.release();
    if (this.decided && held.length > 0) this.#sink.append(held, newlinesIn(held));
    this.#phase = {kind: 'idle'};
  }

  /** Drops what is undecided: the next replay brings it again. */
  end(): BodySummary {
    const hasEndMarker = this.#filter.end();
    const {decided} = this;
    this.#phase = {kind: 'idle'};
    return {hasEndMarker, decided};
  }

  /** Bytes in memory with which replays are compared. */
  get memoryBytes(): number {
    return this.#tail.memoryBytes + (this.#phase.kind === 'matching' ? this.#phase.overlap.memoryBytes : 0);
  }

  /** Compresses what the next replay is compared with, within 2 ms. Returns true if it is too little, or in use. */
  pack(): boolean {
    return this.#phase.kind === 'matching' || this.#tail.pack();
  }

  /** No further body comes: frees what it would be compared with. */
  free(): void {
    this.#phase = {kind: 'idle'};
    this.#tail.reset();
  }

  /** No further body is expected: an open last line is closed as received. A later body would bring it again. */
  finish(): void {
    this.end();
    this.#sink.cutLine();
    this.#tail.dropPartialLine();
  }

  #read(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const phase = this.#phase;
    switch (phase.kind) {
      case 'idle':
        return;
      case 'opening':
        this.#readOpening(Buffer.concat([phase.line, bytes]), phase.connection);
        return;
      case 'matching':
        phase.overlap.append(bytes);
        this.#decide(phase);
        return;
      case 'live':
        this.#append(bytes);
        return;
    }
  }

  /** `head`: all bytes of the body so far. */
  #readOpening(head: Uint8Array, connection: StitchBody): void {
    const start = readBodyStart(head);
    if (!start) {
      this.#phase = {kind: 'opening', connection, line: head};
      return;
    }
    this.#isJson = start.isJson;
    const because = this.#epoch.newEpochCause(start.freshStart, start.pipelineId ?? connection.pipelineId);
    if (this.#count && !because) {
      const phase = this.#matching(start, this.#count, connection);
      this.#phase = phase;
      this.#decide(phase);
      return;
    }
    if (this.#count && because) {
      this.#sink.cutLine();
      const {cause, downMs} = connection;
      this.#sink.addMarker({kind: 'new-life', because, cause, downMs});
    }
    this.#startEpoch(start);
    this.#goLive(start.replay, true);
  }

  #matching({index, replay, freshStart}: BodyStart, count: EntryCount, connection: StitchBody): Matching {
    const tail = this.#tail.bytes;
    const overlap = new Overlap(reachableTail(tail, count.range.max - index));
    const proof = new EpochProof(tail);
    const sameEpoch = this.#epoch.isProvedBy(freshStart);
    overlap.append(replay);
    return {kind: 'matching', connection, index, overlap, sameEpoch, freshStart, proof};
  }

  #decide(phase: Matching): void {
    if (phase.overlap.complete) this.#apply(judge(this.#evidence(phase)), phase);
  }

  #evidence({index, overlap, sameEpoch, proof}: Matching): Evidence {
    const had = this.#count?.range ?? {min: 0, max: 0};
    const dates = proof.count(overlap.replay, Math.max(0, overlap.longest));
    return {index, had, cut: this.#tail.isWithinLine, overlap, sameEpoch, dates};
  }

  #apply(verdict: Verdict, {connection, index, overlap, freshStart}: Matching): void {
    const {cause, downMs} = connection;
    const oldBytes = verdict.kind === 'new-epoch' ? 0 : verdict.oldBytes;
    const to = this.#clock.wall();
    const from = to - this.#sleep.until < lateAfterSleep ? this.#sleep.since : this.#appendedAt;
    // No overlap: the open line has no continuation, and the old tail is of no further use.
    if (oldBytes === 0) {
      this.#sink.cutLine();
      this.#tail.reset();
    }
    switch (verdict.kind) {
      case 'proved':
        this.#sink.addMarker({kind: 'reconnected', cause, downMs, times: 1, since: to});
        break;
      case 'unproved': {
        const {lost, mayRepeat} = verdict;
        this.#sink.addMarker({kind: 'lost', atLeast: lost.min, atMost: lost.max, from, to});
        if (mayRepeat > 0) this.#sink.addMarker({kind: 'possible-repeat', lines: mayRepeat});
        break;
      }
      case 'new-epoch':
        this.#sink.addMarker({kind: 'new-life', because: 'cleared', cause, downMs});
        this.#startEpoch({index, freshStart});
        break;
    }
    this.#epoch.continue(freshStart);
    this.#count = new EntryCount(index);
    this.#count.append(overlap.replay.subarray(0, oldBytes));
    this.#goLive(overlap.replay.subarray(oldBytes), oldBytes === 0);
  }

  /** Compares and counts what comes next on its own, from entry `index` on. */
  #startEpoch({index, freshStart}: Pick<BodyStart, 'index' | 'freshStart'>): void {
    this.#epoch.start(freshStart);
    this.#tail.reset();
    this.#count = new EntryCount(index);
    if (index > 0) this.#sink.addMarker({kind: 'discarded', entries: index});
  }

  #goLive(bytes: Uint8Array, isEpochStart: boolean): void {
    this.#phase = {kind: 'live'};
    const {pipelineId} = this;
    if (pipelineId !== undefined) this.#sink.setRunner?.({pipelineId, isJson: this.#isJson});
    this.#sink.onPlaced({isEpochStart});
    this.#append(bytes);
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const newlines = newlinesIn(bytes);
    this.#appendedAt = this.#clock.wall();
    this.#tail.append(bytes);
    this.#count?.append(bytes, newlines);
    this.#sink.append(bytes, newlines);
  }
}
