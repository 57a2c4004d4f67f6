import type {ErrorShape} from './error-shapes.ts';
import type {Toll} from './toll.ts';

/** What there was to know of one open log at a moment. */
export type LogSight = {
  readonly name: string;
  /** Lines received, ever. */
  readonly lines: number;
  /** One past the newest entry. */
  readonly endId: number;
  readonly shapes: ReadonlyMap<number, ErrorShape>;
  readonly toll: Toll;
  /** Why it is not followed at the moment, in words; undefined while it is, or may be soon. */
  readonly silent: string | undefined;
};

/** What the list said of one pipeline. */
export type PipelineSight = {
  readonly name: string;
  /** Why somebody should look at it, in words; undefined: it is well. */
  readonly failing: string | undefined;
  /** The state in words: `Running`, `Stopped`. */
  readonly state: string;
  readonly running: boolean;
  /** It is stopped, or on its way to run: what fails next is its start. */
  readonly unstarted: boolean;
  /** Which start of it this is, as the server says; empty while there is none. */
  readonly deployment: string;
  /** Wall milliseconds of its last change of state. */
  readonly since: number;
  /** Errors of its connectors, as the server counts them. */
  readonly connectorErrors: number;
};

/** What there was to know at a moment, wall milliseconds. */
export type Sight = {
  readonly at: number;
  readonly logs: readonly LogSight[];
  /** By name; undefined before the first list. */
  readonly pipelines: ReadonlyMap<string, PipelineSight> | undefined;
};
