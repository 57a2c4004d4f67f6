import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {ReadableStore} from '../lib/store.ts';
import type {RecordingState} from '../storage/recording/recorder.ts';
import type {ConnectionEvent, ConnectionState} from './connection/state.ts';

/** What one tab shows beside its lines. A new object at most `fps` times a second, and only after a change. */
export type LogSnapshot = {
  readonly version: number;
  readonly firstId: number;
  readonly endId: number;
  readonly lineCount: number;
  readonly byteLength: number;
  readonly droppedLines: number;
  readonly connection: ConnectionState;
  /** The last connection events, oldest first. */
  readonly events: readonly ConnectionEvent[];
  /** Id of the pipeline as the last list or look-up showed it; undefined until there was one. */
  readonly pipelineId: string | undefined;
  /** Unix time in ms of the last byte. */
  readonly receivedAt: number | undefined;
  /** What becomes of the recording; absent: it is off. */
  readonly recording?: RecordingState | undefined;
};

/** The part of a snapshot about the lines. */
type BufferInfo = Pick<LogSnapshot, 'version' | 'firstId' | 'endId' | 'lineCount' | 'byteLength' | 'droppedLines'>;

/** What a pane shows a log of: a pipeline's stream, or several of them merged. */
export type LogSource = {
  readonly name: string;
  readonly buffer: LogBuffer;
  readonly snapshot: ReadableStore<LogSnapshot>;
  /** Adds a dated line at the end of the log. */
  readonly addDivider: () => void;
  /** Names of the pipelines whose logs are merged here. */
  readonly sourceNames?: readonly string[];
  /** Index into `sourceNames` of the pipeline that an entry is of. */
  readonly originAt?: (id: number) => number | undefined;
};

/** A copy: a snapshot does not change with the buffer. */
export function bufferInfo(buffer: LogBuffer): BufferInfo {
  const {version, firstId, endId, lineCount, byteLength, droppedLines} = buffer;
  return {version, firstId, endId, lineCount, byteLength, droppedLines};
}
