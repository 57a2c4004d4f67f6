import type {EntryCountState} from './entry-count.ts';
import type {LifeState} from './log-life.ts';

/** What has to be known, beside the end of the log, to go on with it in another run. Plain data. */
export type StitchState = LifeState & {readonly count: EntryCountState};

/** A log that an earlier run has written down. */
export type StitchPast = {
  readonly state: StitchState;
  /** The log's bytes since that state. */
  readonly since: Uint8Array;
  /** The end of the log as far as it is a reference, as much as a ring can hold; begins a line. */
  readonly tail: Uint8Array;
  /** Wall milliseconds of the last byte. */
  readonly lastByteAt: number;
};
