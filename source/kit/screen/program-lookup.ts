import type {ApiFailure, Pipeline, PipelineDetail} from '../../engine/api/types.ts';
import {type ExcerptLine, excerptOf, excerptSteps, type ProgramPlace} from '../../engine/program/program-excerpt.ts';
import type {Clock} from '../../lib/clock.ts';
import {readTime} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {Services} from './services.ts';

/** Program of a pipeline, as far as it is known. `file`: a log that is a file has none. */
export type KnownProgram =
  | {readonly kind: 'loading'}
  | {readonly kind: 'file'}
  | {readonly kind: 'known'; readonly detail: PipelineDetail}
  | {readonly kind: 'failure'; readonly failure: ApiFailure};

/** Lines around a place in a program; undefined: the program is not known, or lacks it. `reading`: for milliseconds. */
type Excerpt = readonly ExcerptLine[] | undefined | 'reading';

/** Programs that are kept, each of which may be a megabyte. */
const mostPrograms = 4;
/** Characters of a program in which a place is found in less than a frame. */
const mostAtOnce = 64 * 1024;

type Kept = {readonly program: KnownProgram; readonly excerpts: Map<string, Excerpt>};

/**
 * The programs of pipelines, for the pages that show lines of them: each is requested once, when a page needs it, and
 * again once the list tells of another pipeline under this name, or of another status of its program.
 */
export class ProgramLookup {
  readonly #describe: Services['describe'];
  readonly #pipeline: (name: string) => Pick<Pipeline, 'id' | 'createdAt' | 'programStatusSince'> | undefined;
  readonly #clock: Clock;
  readonly #changes = createStore(0);
  /** By the pipeline's name, those used last at the end. */
  readonly #kept = new Map<string, Kept>();
  #request: {readonly name: string; readonly abort: AbortController} | undefined;
  readonly #closing = new AbortController();

  constructor(
    {describe, clock}: Pick<Services, 'describe' | 'clock'>,
    pipeline: (name: string) => Pipeline | undefined,
  ) {
    this.#describe = describe;
    this.#clock = clock;
    this.#pipeline = pipeline;
  }

  /** Counts what has become known. */
  get changes(): ReadableStore<number> {
    return this.#changes;
  }

  /** Returns the program of a pipeline; undefined: it was not requested, was dropped, or may have changed since. */
  get(name: string): KnownProgram | undefined {
    return this.#current(name)?.program;
  }

  /** Requests the program, unless that is in progress, or it is known. A later request replaces an earlier one. */
  want(name: string): void {
    if (this.#current(name)) return;
    this.stop();
    const abort = new AbortController();
    this.#request = {name, abort};
    this.#keep(name, {kind: 'loading'});
    void this.#describe(name, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      this.#request = undefined;
      this.#keep(name, answer.kind === 'detail' ? {kind: 'known', detail: answer.detail} : answer);
    });
  }

  /** No page needs the request in progress, nor what has failed: it is tried again when one does. */
  stop(): void {
    this.#request?.abort.abort();
    this.#request = undefined;
    for (const [name, {program}] of this.#kept) if (program.kind !== 'known') this.#kept.delete(name);
  }

  dispose(): void {
    this.#closing.abort();
    this.#request?.abort.abort();
  }

  excerpt(name: string, place: ProgramPlace): Excerpt {
    const kept = this.#current(name);
    if (kept?.program.kind !== 'known') return undefined;
    const {excerpts, program} = kept;
    const key = JSON.stringify(place);
    if (excerpts.has(key)) return excerpts.get(key);
    const {programCode: code} = program.detail;
    if (code.length <= mostAtOnce) {
      const excerpt = excerptOf(code, place);
      excerpts.set(key, excerpt);
      return excerpt;
    }
    excerpts.set(key, 'reading');
    const options = {clock: this.#clock, signal: this.#closing.signal};
    void runInSlices(excerptSteps(code, place), options).then((excerpt) => {
      excerpts.set(key, excerpt);
      this.#tell();
    }, ignoreAbort);
    return 'reading';
  }

  #current(name: string): Kept | undefined {
    const kept = this.#kept.get(name);
    if (kept?.program.kind !== 'known') return kept;
    const {detail} = kept.program;
    const listed = this.#pipeline(name);
    // The list may be older than the answer.
    const isLater = (time: 'createdAt' | 'programStatusSince') =>
      listed && readTime(listed[time]) > readTime(detail[time]);
    const isAnother = listed?.id !== detail.id && isLater('createdAt');
    return isAnother || isLater('programStatusSince') ? undefined : kept;
  }

  #keep(name: string, program: KnownProgram): void {
    this.#kept.delete(name);
    this.#kept.set(name, {program, excerpts: new Map()});
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostPrograms) break;
      this.#kept.delete(oldest);
    }
    this.#tell();
  }

  #tell(): void {
    this.#changes.set(this.#changes.get() + 1);
  }
}

/** The screen ends. */
function ignoreAbort(): void {}
