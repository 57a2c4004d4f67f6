import type {LossCause} from '../buffer/marker.ts';
import type {LifeProof} from './life-proof.ts';
import type {Overlap} from './overlap.ts';
import type {RunnerForm} from './protocol-lines.ts';

/** Where a body comes from. */
export type Connection = {
  /** Why the previous body ended, and how long ago, in milliseconds. */
  readonly cause: LossCause;
  readonly downMs: number;
  /** The pipeline's id, if the caller knows it; the server's own first line is believed first. */
  readonly pipelineId?: string;
};

/** What a body turned out to be. */
export type BodySummary = {
  /** It ended in the server's end sentinel. */
  readonly sentinel: boolean;
  /** Its place in the log was found: it was live. Otherwise it added nothing. */
  readonly decided: boolean;
};

/** A body passes through these in order. What is undecided in the first two was never appended. */
export type Phase =
  | {readonly kind: 'idle'}
  /** Its first line is coming in. */
  | {readonly kind: 'opening'; readonly connection: Connection; readonly line: Uint8Array}
  /** The replay still agrees with the tail: its lines may all be known. */
  | {
      readonly kind: 'matching';
      readonly connection: Connection;
      readonly index: number;
      readonly form: RunnerForm;
      readonly overlap: Overlap;
      /** The fresh start line is ours: the life needs no further proof. */
      readonly sameLife: boolean;
      /** The replay's first line, when it is one. */
      readonly freshStart: Uint8Array | undefined;
      readonly proof: LifeProof;
    }
  /** Every further byte is new. */
  | {readonly kind: 'live'};

export type Matching = Phase & {readonly kind: 'matching'};
