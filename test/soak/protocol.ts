/** Requests to the server's process. The reply to each is its state. */
export type SoakRequest = {readonly id: number} & (
  | {readonly kind: 'state'}
  /** Cuts every connection, or those of one pipeline, with a reset or without. */
  | {readonly kind: 'cut'; readonly name?: string; readonly reset: boolean}
  /** Stops the pipeline and starts it: a new life. */
  | {readonly kind: 'restart'; readonly name: string}
  /** Nothing is written until `resume`, so that two samples can be compared. */
  | {readonly kind: 'pause' | 'resume'}
);

export type SoakState = {
  readonly id: number;
  readonly url: string;
  /** Lines written since the start, all pipelines together. */
  readonly lines: number;
  /** Log connections since the start, and now. */
  readonly connections: number;
  readonly open: number;
  /** Entries that followers have not taken yet. */
  readonly queued: number;
  readonly cpuMs: number;
};

export const soakPipelines: readonly string[] = Array.from({length: 6}, (_, index) => `soak-${index + 1}`);
