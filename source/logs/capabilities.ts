import type {FoundLog} from '../storage/opened/find-logs.ts';

/** What can be asked of a log besides its lines: known before it is open, and the same as long as it is. */
export type Capabilities = {
  /** A connection to a server brings its lines, and that server tells of its pipeline. */
  readonly hasServer: boolean;
  /** Its lines can be recorded while they come. */
  readonly recordable: boolean;
  /** Once closed, it can be read again. */
  readonly canReopen: boolean;
  /** What its lines are read from; undefined: a connection, or several files. */
  readonly readFrom?: FoundLog['kind'];
};

const ofPipeline: Capabilities = {hasServer: true, recordable: true, canReopen: true};

/** `found`: what was opened; undefined: the log of a pipeline. */
export function capabilitiesOf(found: FoundLog | undefined): Capabilities {
  if (!found) return ofPipeline;
  return {hasServer: false, recordable: false, canReopen: found.kind !== 'stdin', readFrom: found.kind};
}

/** Of several logs as one. */
export function mergedCapabilities(logs: readonly Capabilities[]): Capabilities {
  return {
    hasServer: logs.some(({hasServer}) => hasServer),
    recordable: false,
    canReopen: logs.every(({canReopen}) => canReopen),
  };
}
