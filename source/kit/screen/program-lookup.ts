import type {ApiFailure, Pipeline, PipelineDetail} from '../../engine/api/types.ts';
import {type ExcerptLine, excerptOf, excerptSteps, type ProgramPlace} from '../../engine/program/program-excerpt.ts';
import {readTime} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {Services} from './services.ts';

/** Program of a pipeline, as far as it is known. `file`: a log that is a file has none. */
type KnownProgram =
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

export type ProgramLookup = ReturnType<typeof programLookup>;

/**
 * The programs of pipelines, for the pages that show lines of them: each is requested once, when a page needs it, and
 * again once the list tells of another pipeline under this name, or of another status of its program.
 */
export function programLookup(
  {describe, clock}: Pick<Services, 'describe' | 'clock'>,
  pipeline: (name: string) => Pick<Pipeline, 'id' | 'createdAt' | 'programStatusSince'> | undefined,
) {
  const changes = createStore(0);
  /** By the pipeline's name, those used last at the end. */
  const all = new Map<string, Kept>();
  let request: AbortController | undefined;
  const closing = new AbortController();

  function current(name: string): Kept | undefined {
    const kept = all.get(name);
    if (kept?.program.kind !== 'known') return kept;
    const {detail} = kept.program;
    const listed = pipeline(name);
    // The list may be older than the answer.
    const isLater = (time: 'createdAt' | 'programStatusSince') =>
      listed && readTime(listed[time]) > readTime(detail[time]);
    const isAnother = listed?.id !== detail.id && isLater('createdAt');
    return isAnother || isLater('programStatusSince') ? undefined : kept;
  }

  function keep(name: string, program: KnownProgram): void {
    all.delete(name);
    all.set(name, {program, excerpts: new Map()});
    for (const oldest of all.keys()) {
      if (all.size <= mostPrograms) break;
      all.delete(oldest);
    }
    tell();
  }

  function tell(): void {
    changes.set(changes.get() + 1);
  }

  /** No page needs the request in progress, nor what has failed: it is tried again when one does. */
  function stop(): void {
    request?.abort();
    for (const [name, {program}] of all) if (program.kind !== 'known') all.delete(name);
  }

  return {
    /** Counts what has become known. */
    changes: changes as ReadableStore<number>,
    /** Returns the program of a pipeline; undefined: it was not requested, was dropped, or may have changed since. */
    get: (name: string): KnownProgram | undefined => current(name)?.program,
    /** Requests the program, unless that is in progress, or it is known. A later request replaces an earlier one. */
    want(name: string): void {
      if (current(name)) return;
      stop();
      const controller = new AbortController();
      request = controller;
      const {signal} = controller;
      keep(name, {kind: 'loading'});
      void describe(name, signal).then((answer) => {
        if (!signal.aborted) keep(name, answer.kind === 'detail' ? {kind: 'known', detail: answer.detail} : answer);
      });
    },
    stop,
    dispose() {
      closing.abort();
      request?.abort();
    },
    /** Returns the lines of a program around a place; those of a long program are read in slices, and `changes` then changes. */
    excerpt(name: string, place: ProgramPlace): Excerpt {
      const kept = current(name);
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
      // Rejects when the screen ends.
      void runInSlices(excerptSteps(code, place), {clock, signal: closing.signal}).then(
        (excerpt) => {
          excerpts.set(key, excerpt);
          tell();
        },
        () => {},
      );
      return 'reading';
    },
  };
}
