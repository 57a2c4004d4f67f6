import type {Advice} from '../words/guide.ts';
import type {PipelineFacts} from './pipeline-facts.ts';

/** Something that is so with a pipeline, and who says it. Texts are safe to show. */
export type Finding = {
  /** Its name, which stays while numbers and reasons change: `failed orders.web`. */
  readonly key: string;
  /**
   * `failed`: the pipeline does not work. `degraded`: it runs, but a part of it does not, or nothing moves. `notice`: not
   * normal, and no harm by itself. `fine`: nothing is wrong.
   */
  readonly severity: 'failed' | 'degraded' | 'notice' | 'fine';
  /** A sentence in one line, without a full stop at its end. */
  readonly text: string;
  /** A shorter form for a row that may be cut, with the reason in front; absent: `text` is short. */
  readonly brief?: string;
  readonly source: 'log' | 'API';
  /** Unix times in ms: since when it is so, and when it was so last. */
  readonly since?: number | undefined;
  readonly last?: number | undefined;
  /** Number of times, in words: `1,362 errors`. */
  readonly often?: string | undefined;
  /** Words for what it stops. */
  readonly stops?: string | undefined;
  readonly place?: Place | undefined;
  /** An event of its own has told it: it is no news. */
  readonly isTold?: boolean;
  /** Words of Feldera's own guide about it. */
  readonly advice?: Advice | undefined;
};

/** `entry`: in the log, by its id. `connector`: see `KnownConnector.key`. An entry may have left the scrollback. */
type Place = {readonly entry?: number | undefined; readonly connector?: string | undefined};

/** Says how a pipeline is: what is found of it as a whole, then what is not normal, the worst first. */
export type Diagnose = (facts: PipelineFacts) => readonly Finding[];

/** Finds what is not normal of its kind, the worst first; an entry of a list that `features/why/diagnose` joins. */
export type Check = (facts: PipelineFacts) => Finding | readonly Finding[] | undefined;

/** It runs, and a part of it does not, or nothing moves. `findings`: of `diagnose`. */
export function isDegraded(findings: readonly Finding[]): boolean {
  return findings[0]?.severity === 'degraded';
}
