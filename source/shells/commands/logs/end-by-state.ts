import type {Pipeline} from '../../../engine/api/types.ts';
import type {UnaskedEnds} from '../../../engine/logs/log-states.ts';
import {attendedEvery} from '../../../engine/pipelines/list-poller.ts';
import {CatchUp, type CatchUpInput, type Ending} from '../../../kit/shell/catch-up.ts';
import {
  failedWords,
  failureSentence,
  hasStopped,
  isCompiling,
  isFailing,
  stateWord,
} from '../../../kit/words/pipeline-words.ts';
import {readTime} from '../../../lib/format.ts';

/** Milliseconds that a stop lasts until it is an end: a restart stops the pipeline, and the next list tells of it. */
const restartAtMost = attendedEvery + 500;
/** Milliseconds in which the end of a run is read from the log, after a list has the next one. */
const readWithin = 500;

type Stop = {
  /** Pipeline as the list has it; undefined: it was deleted. */
  readonly pipeline: Pipeline | undefined;
  /** Monotonic milliseconds. */
  readonly since: number;
  /** Bytes of the log until then. */
  readonly received: number;
  readonly lastLines: CatchUp;
};

/**
 * Decides when a log that is followed ends with its pipeline. Feldera keeps the stream of a pipeline that is stopped or has
 * failed, so only the list tells. The end comes once the last lines are there.
 */
export class EndByState {
  readonly #waits: boolean;
  /** It was in a list. */
  #isKnown = false;
  /** It has run since the first list, or was to be started. */
  #hasBegun = false;
  /** The date of its state in the first list: if it is stopped with another one, it ran between two lists. */
  #firstSince: string | undefined;
  #stop: Stop | undefined;
  /** The first deployment that a list had. `since`: of its state then, Unix time in ms. */
  #deployment: {readonly id: string; readonly since: number} | undefined;
  /** Monotonic milliseconds of the first list with another one, which began since the list before. */
  #restartedAt: number | undefined;

  /** `waits`: something in the log is waited for, so that a stopped pipeline may be one that is started later. */
  constructor({waits}: {readonly waits: boolean}) {
    this.#waits = waits;
  }

  /** `check` has to be called at intervals. */
  get isEnding(): boolean {
    return this.#stop !== undefined || this.#restartedAt !== undefined;
  }

  /**
   * Call at each new list; undefined: the pipeline is not in it. `received`: bytes of the log so far. Returns a line for
   * the user.
   */
  onListed(
    pipeline: Pipeline | undefined,
    {now, received}: Pick<CatchUpInput, 'now' | 'received'>,
  ): string | undefined {
    if (!this.#waits && pipeline) this.#findRestart(pipeline, now);
    const isFirst = pipeline !== undefined && !this.#isKnown;
    this.#isKnown ||= isFirst;
    const isFailed = pipeline !== undefined && isFailing(pipeline);
    const isStopped = pipeline ? hasStopped(pipeline) : this.#isKnown;
    if (isFirst) this.#firstSince = pipeline.deploymentStatusSince;
    const isOtherStop = isStopped && pipeline?.deploymentStatusSince !== this.#firstSince;
    this.#hasBegun ||= pipeline !== undefined && (isStopped ? isOtherStop : !isCompiling(pipeline));
    if (!isStopped || (this.#waits && !this.#hasBegun && !isFailed)) {
      this.#stop = undefined;
      const isWaiting = isFirst && isStopped;
      return isWaiting
        ? `the pipeline is ${stateWord(pipeline.deploymentStatus)} · waiting for it to start`
        : undefined;
    }
    const {since = now, lastLines = new CatchUp(now)} = this.#stop ?? {};
    this.#stop = {pipeline, since, lastLines, received: this.#stop?.received ?? received};
    return undefined;
  }

  /** Checks as `CatchUp.check` does; undefined: the log goes on. `ends`: that the log tells of. */
  check(input: CatchUpInput, ends: UnaskedEnds): Ending | undefined {
    if (this.#restartedAt !== undefined && input.now - this.#restartedAt >= readWithin) return this.#endBefore(ends);
    if (!this.#stop) return undefined;
    const {pipeline, since, received, lastLines} = this.#stop;
    const logEnded = input.logEnded && input.connection.kind === 'gone';
    const ending = lastLines.check({...input, received: input.received - received, logEnded});
    if (!ending) return undefined;
    if (!pipeline || !isFailing(pipeline)) {
      return this.#waits && input.now - since < restartAtMost ? undefined : ending;
    }
    return {...ending, failed: true, say: failureSentence(pipeline) ?? ''};
  }

  #findRestart({deploymentId: id, deploymentStatusSince}: Pipeline, now: number): void {
    if (id === '') return;
    this.#deployment ??= {id, since: readTime(deploymentStatusSince)};
    if (id !== this.#deployment.id) this.#restartedAt ??= now;
  }

  /** Feldera drops the error of a run when the next start is asked for: only the log tells whether that run failed. */
  #endBefore({last}: UnaskedEnds): Ending {
    const {since = 0} = this.#deployment ?? {};
    const error = last.findLast(({at = since, cause}) => cause !== undefined && !(at < since))?.cause;
    if (error === undefined) return {failed: false, continues: true};
    return {failed: true, continues: true, say: failedWords({state: 'Failed', error, endedStart: false})};
  }
}
