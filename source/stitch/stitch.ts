import type {LossCause, MarkerKind} from '../buffer/markers.ts';
import {newline, newlinesIn} from '../buffer/segment.ts';
import type {Clock} from '../lib/clock.ts';
import {EntryCount, LogEpoch, type LogPosition, type StitchPast, unknownCount} from './log-position.ts';
import {EpochProof, Overlap} from './overlap.ts';
import {type RingLimits, RingTail, serverRing} from './ring-tail.ts';
import {type BodyStart, EndMarkerFilter, type RunnerForm, readBodyStart} from './server-lines.ts';
import {type Evidence, isKnown, isProved, judge, judgeUnfinished, reach, type Verdict} from './verdict.ts';

const nothing = new Uint8Array(0);

/**
 * Makes one gapless log out of the bodies of many connections, each of which replays the server's whole ring.
 *
 * The idea: within one life of the server's log, the ring is the end of everything that was ever written, and what we
 * have received is a beginning of it. So the replay begins with an end of what we have (the overlap) and goes on with
 * what is new. Two independent facts find the border. *The index*: a body's first line says how many entries precede
 * the replay, and we count the entries that we have received (a range: an entry may be several lines). *The bytes*: we
 * keep as much of the tail as a ring can hold, and search in it for where the replay begins, as it comes in.
 * Two unique, dated lines prove the life and the border. Other bytes prove nothing, for they may be written again; then
 * the index chooses, the claim is made on the condition that the log was not cleared, and what may be new is kept.
 * Nothing is appended before it is decided, so a cut at any time leaves the tail as the reference.
 *
 * Live, a chunk costs one copy into the tail and a search for newlines; all else happens at a reconnect.
 */
export class Stitch {
  readonly #sink: StitchSink;
  readonly #clock: Pick<Clock, 'wall'>;
  readonly #gate = new EndMarkerFilter();
  readonly #tail: RingTail;
  readonly #life = new LogEpoch();
  /** Counts the entries received; undefined until a body's first line was read. */
  #count: EntryCount | undefined;
  #appendedAt: number;
  #phase: Phase = {kind: 'idle'};

  /** @param options.ring the server's limits; smaller ones make small tests overflow */
  constructor(options: {sink: StitchSink; clock: Pick<Clock, 'wall'>; ring?: RingLimits}) {
    this.#sink = options.sink;
    this.#clock = options.clock;
    this.#appendedAt = options.clock.wall();
    this.#tail = new RingTail(options.ring ?? serverRing);
  }

  /** Everything replayed is decided, or proved to be known: the catch-up needs no further waiting. */
  get settled(): boolean {
    const phase = this.#phase;
    return phase.kind === 'live' || (phase.kind === 'matching' && isProved(this.#evidence(phase)));
  }

  /** The body has found its place in the log: markers tell of all that was before it, and what it brings is new. */
  get decided(): boolean {
    return this.#phase.kind === 'live';
  }

  /** Unix time in ms of the last byte that was appended. */
  get appendedAt(): number {
    return this.#appendedAt;
  }

  /** Id of the pipeline whose log it is: what the server's own first line said, else what the caller knew. */
  get pipelineId(): string | undefined {
    return this.#life.pipelineId;
  }

  /** What another run needs to go on from here; undefined before the first body was read. */
  get state(): LogPosition | undefined {
    const count = this.#count?.state;
    return count && {count, ...this.#life.state};
  }

  /** Goes on with a log that an earlier run has written down. Only before the first body. */
  resume({state, since, tail, appendedAt}: StitchPast): void {
    this.#count = EntryCount.from(state.count);
    this.#count.append(since);
    this.#life.resume(state);
    this.#tail.append(tail);
    this.#appendedAt = appendedAt;
  }

  /** A body was read whose first line does not name the pipeline: who knows it should tell with each body. */
  get isNameless(): boolean {
    return this.#life.isNameless;
  }

  /** The body has found its place, and nobody has told since then which pipeline it is of: it is worth asking. */
  get lacksId(): boolean {
    return this.decided && this.#life.lacksId;
  }

  /** The pipeline's id, asked for while the body is read. It counts where no line tells it. */
  setPipelineId(pipelineId: string): void {
    if (this.decided) this.#life.setPipelineId(pipelineId);
  }

  /** A new body begins. The first one has nothing to reconnect to; its cause is not used. */
  start(connection: StitchBody): void {
    this.end();
    this.#phase = {kind: 'opening', connection, line: nothing};
  }

  /** Bytes of the body, in any chunking. The array is the caller's again afterwards. */
  append(bytes: Uint8Array): void {
    this.#take(this.#gate.append(bytes));
  }

  /**
   * A quiet moment, or the time cap: complete lines that are still undecided are kept and marked. What looks known by
   * the index and by its date stays away, and the beginning of a line waits for its rest.
   */
  settle(): void {
    const phase = this.#phase;
    if (phase.kind !== 'matching' || !phase.overlap.replay.includes(newline)) return;
    const evidence = this.#evidence(phase);
    if (!isKnown(evidence)) this.#apply(judgeUnfinished(evidence), phase);
  }

  /**
   * The caller leaves the log for good while the body goes on: a last line that looks like the sentinel is taken for
   * the log's own. It is written and not kept as a reference, for nobody can know: no body may follow.
   */
  release(): void {
    const held = this.#gate.release();
    if (this.decided && held.length > 0) this.#sink.append(held, newlinesIn(held));
    this.#phase = {kind: 'idle'};
  }

  /** The body ended. What is undecided is forgotten: the next replay brings it again. */
  end(): BodySummary {
    const sentinel = this.#gate.end();
    const {decided} = this;
    this.#phase = {kind: 'idle'};
    return {sentinel, decided};
  }

  /** No further body is expected: an open last line is closed as it stands. Should one come, it brings the line again. */
  finish(): void {
    this.end();
    this.#sink.cutLine();
    this.#tail.dropPartialLine();
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const phase = this.#phase;
    switch (phase.kind) {
      case 'idle':
        return;
      case 'opening':
        this.#takeOpening(Buffer.concat([phase.line, bytes]), phase.connection);
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

  /** @param head everything of the body so far */
  #takeOpening(head: Uint8Array, connection: StitchBody): void {
    const start = readBodyStart(head);
    if (!start) {
      this.#phase = {kind: 'opening', connection, line: head};
      return;
    }
    // Of a log in this form a pipetail that did not know it has counted from anywhere, and saw no life begin.
    if (this.#count?.form === 'manager' && start.form === 'control-plane') {
      this.#count = EntryCount.from(unknownCount);
      this.#life.doubt();
    }
    const because = this.#life.otherLife(start, connection.pipelineId);
    if (this.#count && !because) {
      this.#match(start, this.#count, connection);
      return;
    }
    if (this.#count && because) {
      this.#sink.cutLine();
      this.#sink.addMarker({kind: 'new-life', because});
    }
    this.#startLife(start);
    this.#goLive(start.replay, true);
  }

  #match({index, replay, freshStart, form}: BodyStart, count: EntryCount, connection: StitchBody): void {
    const tail = this.#tail.bytes;
    const overlap = new Overlap(reach(tail, count.range.max - index, form));
    const proof = new EpochProof(tail);
    const sameLife = this.#life.isProvedBy(freshStart);
    const phase = {kind: 'matching', connection, index, form, overlap, sameLife, freshStart, proof} as const;
    this.#phase = phase;
    overlap.append(replay);
    this.#decide(phase);
  }

  #decide(phase: Matching): void {
    if (phase.overlap.complete) this.#apply(judge(this.#evidence(phase)), phase);
  }

  #evidence({index, form, overlap, sameLife, proof}: Matching): Evidence {
    const had = this.#count?.range ?? {min: 0, max: 0};
    const dates = proof.count(overlap.replay, Math.max(0, overlap.longest));
    const {isDoubted} = this.#life;
    return {index, form, had, cut: this.#tail.isWithinLine, overlap, sameLife, isDoubted, dates};
  }

  #apply(verdict: Verdict, {connection, index, form, overlap, freshStart}: Matching): void {
    const {cause, downMs} = connection;
    const known = verdict.kind === 'new-life' ? 0 : verdict.known;
    const to = this.#clock.wall();
    const from = this.#appendedAt;
    // Nothing known: the open line has no continuation, and the old tail is of no further use.
    if (known === 0) {
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
      case 'new-life':
        this.#sink.addMarker({kind: 'new-life', because: this.#life.suspected});
        this.#startLife({index, freshStart, form});
        break;
    }
    this.#life.goOn(freshStart, verdict.kind === 'proved');
    this.#count = new EntryCount(index, form);
    this.#count.append(overlap.replay.subarray(0, known));
    this.#goLive(overlap.replay.subarray(known), known === 0);
  }

  /** What comes next is compared and counted on its own, from the entry `index` on. */
  #startLife({index, freshStart, form}: Pick<BodyStart, 'index' | 'freshStart' | 'form'>): void {
    this.#life.start(freshStart);
    this.#tail.reset();
    this.#count = new EntryCount(index, form);
    if (index > 0) this.#sink.addMarker({kind: 'discarded', entries: index});
  }

  #goLive(bytes: Uint8Array, fresh: boolean): void {
    this.#phase = {kind: 'live'};
    this.#sink.onPlaced({fresh});
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

/** Where the stitched log goes. */
export type StitchSink = {
  /**
   * Log bytes to append, newlines included; may end within a line. The array is the caller's again afterwards.
   * `newlines`: where they are in it.
   */
  readonly append: (bytes: Uint8Array, newlines: Uint32Array) => void;
  /** The rest of the last line is lost, if it has not ended: it is closed as received, and a `line-cut` follows it. */
  readonly cutLine: () => void;
  /** Something happened here. Within a line, its row follows that line. */
  readonly addMarker: (marker: MarkerKind) => void;
  /**
   * A body has found its place in the log: what is appended from here on continues the log at the stitch's present
   * `state`. `fresh`: nothing before this place is a reference for what comes.
   */
  readonly onPlaced: (place: {readonly fresh: boolean}) => void;
};

/** Where a body comes from. */
type StitchBody = {
  /** Why the previous body ended, and how long ago, in milliseconds. */
  readonly cause: LossCause;
  readonly downMs: number;
  /** The pipeline's id, if the caller knows it; the server's own first line is believed first. */
  readonly pipelineId?: string;
};

/** What a body turned out to be. */
type BodySummary = {
  /** It ended in the server's end sentinel. */
  readonly sentinel: boolean;
  /** Its place in the log was found: it was live. Otherwise it added nothing. */
  readonly decided: boolean;
};

/** A body passes through these in order. What is undecided in the first two was never appended. */
type Phase =
  | {readonly kind: 'idle'}
  /** Its first line is coming in. */
  | {readonly kind: 'opening'; readonly connection: StitchBody; readonly line: Uint8Array}
  /** The replay still agrees with the tail: its lines may all be known. */
  | {
      readonly kind: 'matching';
      readonly connection: StitchBody;
      readonly index: number;
      readonly form: RunnerForm;
      readonly overlap: Overlap;
      /** The fresh start line is ours: the life needs no further proof. */
      readonly sameLife: boolean;
      /** The replay's first line, when it is one. */
      readonly freshStart: Uint8Array | undefined;
      readonly proof: EpochProof;
    }
  /** Every further byte is new. */
  | {readonly kind: 'live'};

type Matching = Phase & {readonly kind: 'matching'};
