import type {MarkerKind} from '../buffer/marker.ts';
import type {BodyStart} from './body-start.ts';

/** A life as it can be written down. Plain data. */
export type LifeState = {
  /** The fresh start line of the life, one character a byte. */
  readonly life?: string;
  /** Nobody knows which life it was: a fresh start proves nothing. */
  readonly isLifeUnknown?: true;
  readonly pipelineId?: string;
};

/** Why what comes is of another life than what we had. */
type NewLifeCause = Extract<MarkerKind, {kind: 'new-life'}>['because'];

/**
 * Which life of a server's log we follow: that of one pipeline, from one fresh start on. The line of a fresh start has a
 * time in it, and so names the life; we see it only while nothing has been discarded. Before Feldera 0.207 neither it nor
 * the discard notice has the pipeline's id: then the caller's counts.
 */
export class LogLife {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;
  /** No line told the id: the caller knew it before the life was seen, perhaps of the pipeline before. */
  #isIdUnsure = false;
  /** The first line of the body that was read last does not name the pipeline. */
  #isNameless = false;
  /** Another id, by the caller alone, of a body whose place is not decided yet. */
  #otherId: string | undefined;

  /** Id of the pipeline: what the server's own line said, else what the caller knew. */
  get pipelineId(): string | undefined {
    return this.#pipelineId;
  }

  get state(): LifeState {
    const life = this.#freshStart && Buffer.from(this.#freshStart).toString('latin1');
    const pipelineId = this.#pipelineId;
    return {
      ...(life !== undefined && {life}),
      ...(this.#isUnknown && {isLifeUnknown: true}),
      ...(pipelineId !== undefined && {pipelineId}),
    };
  }

  resume({life, isLifeUnknown, pipelineId}: LifeState): void {
    this.#freshStart = life === undefined ? undefined : Buffer.from(life, 'latin1');
    this.#isUnknown = isLifeUnknown ?? false;
    this.#pipelineId = pipelineId;
  }

  /** A life begins, or an unknown one turned out to have begun so; undefined: before anything that we saw. */
  begin(freshStart: Uint8Array | undefined): void {
    this.#freshStart = freshStart;
    this.#isUnknown = false;
  }

  /**
   * A body has found its place. If the life was unknown, its fresh start is the one that this body showed. `isProved`:
   * it is the same life for certain, so what was known of it holds.
   */
  goOn(freshStart: Uint8Array | undefined, isProved: boolean): void {
    this.#pipelineId = this.#otherId ?? this.#pipelineId;
    this.#otherId = undefined;
    if (!isProved && this.#isNameless) this.#isIdUnsure = true;
    if (this.#isUnknown) this.begin(freshStart);
  }

  /** The body that was read last does not say which pipeline it is of. */
  get isNameless(): boolean {
    return this.#isNameless;
  }

  /** Nobody has told the id since the life was seen. */
  get lacksId(): boolean {
    return this.#isNameless && (this.#pipelineId === undefined || this.#isIdUnsure);
  }

  /** The id of the pipeline whose log is read now, asked for meanwhile. It counts where no line told it. */
  noteId(pipelineId: string): void {
    if (this.lacksId) this.#pipelineId = pipelineId;
    this.#isIdUnsure = false;
  }

  /** If no fresh start was seen, nobody knows which life it was. */
  doubt(): void {
    this.#isUnknown ||= this.#freshStart === undefined;
  }

  /**
   * Why the first line of a body alone proves another life, if it does. Keeps its id for the next time; `callerId`: the
   * pipeline's id as the caller knows it, for a line that has none.
   */
  otherLife({freshStart, pipelineId, form}: BodyStart, callerId: string | undefined): NewLifeCause | undefined {
    const before = this.#pipelineId;
    const id = pipelineId ?? callerId ?? before;
    const hasOtherId = before !== undefined && before !== id;
    this.#isNameless = form === 'control-plane';
    this.#otherId = undefined;
    if (this.isProvedBy(freshStart)) {
      this.#pipelineId = id;
      if (this.#isFreshStart(freshStart)) return undefined;
      // Entry 0 is in the ring again: in the same life, it would be the one that we saw as entry 0.
      this.#isIdUnsure = this.#isNameless;
      return hasOtherId ? 'created-again' : 'restarted';
    }
    if (hasOtherId && this.#isNameless) {
      // The caller may have learnt late what the log has shown before: the bytes decide.
      this.#otherId = id;
      return undefined;
    }
    this.#pipelineId = id;
    if (before === undefined || !this.#isNameless) this.#isIdUnsure = this.#isNameless;
    return hasOtherId && !this.#isNameless ? 'created-again' : undefined;
  }

  /** Only the bytes can tell whether a body is of another life. What that would come from. */
  get suspected(): NewLifeCause {
    return this.#otherId === undefined ? 'cleared' : 'created-again';
  }

  /** The caller says that a body is of another pipeline than the life, whose id was certain. */
  get isDoubted(): boolean {
    return this.#otherId !== undefined && !this.#isIdUnsure;
  }

  /** Whether a fresh start that is not of another life proves that it is of this one. */
  isProvedBy(freshStart: Uint8Array | undefined): boolean {
    return freshStart !== undefined && !this.#isUnknown;
  }

  #isFreshStart(line: Uint8Array | undefined): boolean {
    return line !== undefined && this.#freshStart !== undefined && Buffer.from(this.#freshStart).equals(line);
  }
}
