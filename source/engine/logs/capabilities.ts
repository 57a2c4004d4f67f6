import type {FoundLog} from '../opened/find-logs.ts';

/** Abilities of a log besides its lines: known before it is open, and constant as long as it is. */
export type Capabilities = {
  /** A connection to a server brings its lines, and that server tells of its pipeline. */
  readonly hasServer: boolean;
  /** Its lines can be recorded while they come. */
  readonly recordable: boolean;
  /** Once closed, it can be read again. */
  readonly canReopen: boolean;
  /** pipetail recorded it, with its markers. */
  readonly isRecorded: boolean;
  /** Kind of what its lines are read from; undefined: a connection, or several logs. */
  readonly readFrom?: FoundLog['kind'];
};

const ofPipeline: Capabilities = {hasServer: true, recordable: true, canReopen: true, isRecorded: false};
const ofFile: Capabilities = {hasServer: false, recordable: false, canReopen: true, isRecorded: false};
const ofFound: Readonly<Record<FoundLog['kind'], Capabilities>> = {
  file: {...ofFile, readFrom: 'file'},
  bundle: {...ofFile, readFrom: 'bundle'},
  recording: {...ofFile, isRecorded: true, readFrom: 'recording'},
  stdin: {...ofFile, canReopen: false, readFrom: 'stdin'},
};

/** Returns what a log can do. `found`: what was opened; undefined: the log of a pipeline. */
export function capabilitiesOf(found: FoundLog | undefined): Capabilities {
  return found ? ofFound[found.kind] : ofPipeline;
}

/** Returns what several logs shown as one can do. */
export function mergedCapabilities(logs: readonly Capabilities[]): Capabilities {
  return {
    hasServer: logs.some(({hasServer}) => hasServer),
    recordable: false,
    canReopen: logs.every(({canReopen}) => canReopen),
    isRecorded: logs.every(({isRecorded}) => isRecorded),
  };
}
