import type {Pipeline, PipelineDetail, RunnerHealth} from '../../engine/api/types.ts';
import type {LossCount, OutputStream} from '../../engine/buffer/markers.ts';
import {degradedEvery, type KnownStats} from '../../engine/pipelines/stats-poller.ts';
import type {ErrorGroup} from '../../engine/records/error-log.ts';
import type {LogReading} from '../journal/log-readings.ts';
import type {NoAnswer} from '../words/failures.ts';
import type {Advice} from '../words/guide.ts';
import type {FailedCheckpoints} from './checkpoint-failures.ts';
import type {KnownConnector} from './connectors.ts';

/**
 * `failed`: the pipeline does not work. `degraded`: it runs, but a part of it does not, or nothing moves. `notice`: not
 * normal, and no harm by itself. `fine`: nothing is wrong. The worst comes first.
 */
export const severities = ['failed', 'degraded', 'notice', 'fine'] as const;

export type Severity = (typeof severities)[number];

/** Something that is so with a pipeline, and who says it. Texts are safe to show. */
export type Statement = {
  /** What is known by it while its numbers and reasons change: `failed orders.web`. */
  readonly key: string;
  readonly severity: Severity;
  /** A sentence in one line, without a full stop at its end. */
  readonly text: string;
  readonly source: 'log' | 'API';
  /** Unix times in ms: since when it is so, and when it was so last. */
  readonly since?: number | undefined;
  readonly last?: number | undefined;
  /** How often, in words: `1,362 errors`. */
  readonly often?: string | undefined;
  /** What it stops, in words. */
  readonly stops?: string | undefined;
  readonly place?: Place | undefined;
  /** What Feldera's own guide says of it. */
  readonly advice?: Advice | undefined;
};

/** `entry`: in the log, by its id. `connector`: see `KnownConnector.key`. An entry may have left the scrollback. */
type Place = {readonly entry?: number | undefined; readonly connector?: string | undefined};

/** What only the answer about one pipeline has: where it was asked for. */
export type AskedDetail = Partial<Pick<PipelineDetail, 'programError' | 'memoryLimit'>>;

/** What statements are made of. Nothing of it is of an earlier run, apart from `pipeline`. */
export type WhyFacts = {
  /** Undefined: no list has it; its log may be a file. */
  readonly pipeline: (Pipeline & AskedDetail) | undefined;
  /** The server does not answer: all is as it was known last. */
  readonly noAnswer?: NoAnswer | undefined;
  /** There is a process that can answer, or the statistics are those of a support bundle. */
  readonly hasProcess: boolean;
  readonly known: KnownStats | undefined;
  /** As far as the server was asked for it: something speaks against the runner. */
  readonly runner?: RunnerHealth | undefined;
  /** Unix time in ms; undefined: `known` is of now. */
  readonly now?: number | undefined;
  readonly connectors: readonly KnownConnector[];
  readonly log: LogFacts | undefined;
  /** Undefined: it does not run, or its log is a file. */
  readonly reading: LogReading | undefined;
  /** Only where the log was read for them. */
  readonly failedCheckpoints?: FailedCheckpoints | undefined;
};

/** An open log. */
export type LogFacts = {
  readonly errors: ReadonlyMap<number, ErrorGroup>;
  /** Id of the first entry of the newest run; 0: not known. */
  readonly firstId: number;
  /** The start of the run is in it. */
  readonly isWhole: boolean;
  readonly losses: LossCount;
  readonly lostStreams: readonly OutputStream[];
};

/** A cause is an entry of the registry in `why.ts`: it says what is not normal of its kind, the worst first. */
export type Cause = (facts: WhyFacts) => readonly Statement[];

/** It runs, and a part of it does not, or nothing moves. `statements`: as of `whyOf`. */
export function isDegraded(statements: readonly Statement[]): boolean {
  return statements[0]?.severity === 'degraded';
}

/** Milliseconds after which statistics are not those of now: twice the time in which those of a degraded pipeline come. */
export const lateFrom = 2 * degradedEvery;

type Asked = Pick<WhyFacts, 'now' | 'noAnswer'> & {readonly known: Pick<KnownStats, 'at'> | undefined};

/** When the last statistics came, if that was a while ago. Without an answer, all is as it was known last, and said so. */
export function lateSince({known, now, noAnswer}: Asked): number | undefined {
  const at = noAnswer ? undefined : known?.at;
  return at !== undefined && now !== undefined && now - at >= lateFrom ? at : undefined;
}
