import type {FoundRecording} from '../recording/read-recording.ts';
import type {Packing} from './file-form.ts';
import type {Collection} from './find-bundle.ts';

/** A log that `pipetail open` shows in one tab. `name`: one line that is safe to show; `path`: as typed, or within it. */
export type FoundLog = {readonly name: string; readonly path: string} & (
  | {readonly kind: 'recording'; readonly recordings: readonly FoundRecording[]}
  | {readonly kind: 'file'; readonly packed: Packing}
  /** `path` is `-`, or a named pipe, which can be read once. */
  | {readonly kind: 'stdin'}
  /** Several are several logs only where their bytes do not overlap (`findOpened` of logs/bundle-log.ts). */
  | {readonly kind: 'bundle'; readonly collections: readonly Collection[]}
);

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
  /** Another logger than Feldera's may have written it. */
  readonly hasOthers?: boolean;
  /** Source of its lines, in a sentence; absent: a connection, or several logs. */
  readonly readFrom?: string;
};

const ofPipeline: Capabilities = {hasServer: true, recordable: true, canReopen: true, isRecorded: false};
const ofFile: Capabilities = {hasServer: false, recordable: false, canReopen: true, isRecorded: false};
const ofFound: Readonly<Record<FoundLog['kind'], Capabilities>> = {
  file: {...ofFile, hasOthers: true, readFrom: 'a file'},
  bundle: {...ofFile, readFrom: 'a support bundle'},
  recording: {...ofFile, isRecorded: true, readFrom: 'a recording'},
  stdin: {...ofFile, hasOthers: true, canReopen: false, readFrom: 'stdin'},
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
