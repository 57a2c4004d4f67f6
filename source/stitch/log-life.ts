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
 * time and an id in it, and so names the life; we see it only while nothing has been discarded.
 */
export class LogLife {
  #freshStart: Uint8Array | undefined;
  #isUnknown = false;
  #pipelineId: string | undefined;

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

  /** A body has gone on with the life. If it was unknown, its fresh start is the one that this body showed. */
  goOn(freshStart: Uint8Array | undefined): void {
    if (this.#isUnknown) this.begin(freshStart);
  }

  /**
   * Why the first line of a body alone proves another life, if it does. Keeps its id for the next time; `callerId`: the
   * pipeline's id as the caller knows it, for a line that has none.
   */
  otherLife({freshStart, pipelineId}: BodyStart, callerId: string | undefined): NewLifeCause | undefined {
    const before = this.#pipelineId;
    this.#pipelineId = pipelineId ?? callerId ?? before;
    if (before !== undefined && before !== this.#pipelineId) return 'created-again';
    // Entry 0 is in the ring again: in the same life, it would be the one that we saw as entry 0.
    if (freshStart && !this.#isUnknown && !this.#isFreshStart(freshStart)) return 'restarted';
    return undefined;
  }

  /** Whether a fresh start that is not of another life proves that it is of this one. */
  isProvedBy(freshStart: Uint8Array | undefined): boolean {
    return freshStart !== undefined && !this.#isUnknown;
  }

  #isFreshStart(line: Uint8Array): boolean {
    return this.#freshStart !== undefined && Buffer.from(this.#freshStart).equals(line);
  }
}
