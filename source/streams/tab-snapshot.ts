import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {RecordingState} from '../storage/recording-state.ts';
import type {ConnectionEvent, ConnectionState} from './connection-state.ts';

/** What one tab shows beside its lines. A new object at most `fps` times a second, and only after a change. */
export type TabSnapshot = {
  readonly version: number;
  readonly firstId: number;
  readonly endId: number;
  readonly lineCount: number;
  readonly byteLength: number;
  readonly droppedLines: number;
  readonly connection: ConnectionState;
  /** Lines of level ERROR received so far, whether they are still held or not. */
  readonly errorCount: number;
  /** The last 20 connection events, oldest first. */
  readonly events: readonly ConnectionEvent[];
  /** Id of the pipeline as last known; undefined until the list or a look-up told. */
  readonly pipelineId: string | undefined;
  /** Wall milliseconds of the last byte. */
  readonly lastByteAt: number | undefined;
  /** What becomes of the recording; absent: it is off. */
  readonly recording?: RecordingState | undefined;
};

/** The part of a snapshot that tells of the lines. */
export type BufferFacts = Pick<
  TabSnapshot,
  'version' | 'firstId' | 'endId' | 'lineCount' | 'byteLength' | 'droppedLines'
>;

/** A copy: a snapshot stays as it is while the buffer goes on. */
export function bufferFacts(buffer: LogBuffer): BufferFacts {
  const {version, firstId, endId, lineCount, byteLength, droppedLines} = buffer;
  return {version, firstId, endId, lineCount, byteLength, droppedLines};
}
