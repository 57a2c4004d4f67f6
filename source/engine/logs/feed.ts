import type {Pause} from '../../lib/presence.ts';
import type {Pipeline} from '../api/types.ts';
import type {Marker, OutputStream} from '../buffer/markers.ts';
import type {ConnectionState} from '../connection/state.ts';
import type {Capabilities} from '../opened/found-log.ts';
import type {RecordingState} from '../recording/recorder.ts';
import type {LogSnapshot} from './log-snapshot.ts';

/** Source of a log's lines: it writes them to the log's sink, and tells the sink of each change. */
export type Feed = {
  /** Name of the log's tab. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** State that the snapshot shows of it. */
  readonly status: Pick<LogSnapshot, 'connection' | 'file' | 'events' | 'receivedAt' | 'recording'> & {
    /** Lost streams, in place of those that the sink knows. */
    readonly lostStreams?: readonly OutputStream[];
  };
  /** Present if a connection brings the lines. */
  readonly connection?: LogConnection | undefined;
  /** Present if they are those of other logs. */
  readonly merge?: MergedSources | undefined;
  /** See `Log.tailBytes`. Default: nothing. */
  readonly tailBytes?: number;
  readonly packTail?: () => boolean;
  /** Brings lines from now on. Called once. */
  readonly start: () => void;
  /** The log has changed, by the feed or by the user. */
  readonly onChange?: () => void;
  /** Frees what it holds at once. Resolves when that is done. */
  readonly close?: () => Promise<void> | undefined;
  /** It was closed for good: frees what `tailBytes` counts. */
  readonly free?: () => void;
};

/** State and operations that only the log of a pipeline has. */
export type LogConnection = {
  readonly state: ConnectionState;
  /** Id of the pipeline whose log it is; undefined: not known yet. */
  readonly pipelineId: string | undefined;
  /** The pipeline when its log last ended; undefined: it was not found, or is another one. */
  readonly pipelineAtEnd: Pipeline | undefined;
  /** Unix time in ms at which it was ended from outside; undefined: it was not, or there is another one. */
  readonly endedAt: number | undefined;
  /** It waits for the server, until a good answer to any request. */
  readonly waitsForServer: boolean;
  /** Tells whether a good answer to this request ends the wait, also the one after a refusal. */
  readonly isWokenBy: (request: number) => boolean;
  readonly onServerAnswered: (request: number) => void;
  /** Connects again now, in every state. Loses nothing: the replay is stitched. */
  readonly reconnect: () => void;
  /** Frees the connection until `reconnect`. What comes meanwhile is read then, as far as the server still has it. */
  readonly rest: () => void;
  /** Checks the connection, which may be dead without a sign, and may still hold what nobody else has. */
  readonly checkAfterPause: (of: Pause) => void;
  /**
   * Takes the pipeline of the newest list; undefined: not there. Adds markers; a pipeline that is back wakes the log.
   */
  readonly updatePipeline: (pipeline: Pipeline | undefined) => void;
  /** Takes the new name of its pipeline. The log goes on over the same connection, and in the same recording. */
  readonly rename: (to: string) => void;
  /** Ends the log and its recording: another log has the new name `to` of its pipeline, and goes on with it. */
  readonly suspend: (to: string) => void;
  /** It was given up, and no pipeline has had its name since. */
  readonly isGivenUp: boolean;
  /** Follows the pipeline that has its name now, the same or another one. */
  readonly attachTo: (pipelineId: string) => void;
  /**
   * Starts or ends the recording; does nothing where logs cannot be recorded. Resolves once that is done, to the last
   * state of what has ended.
   */
  readonly setRecording: (on: boolean) => Promise<RecordingState | undefined>;
};

/** State and operations that only a merged log has. */
export type MergedSources = {
  /** Names of the sources, by origin; those of sources that were left keep their place. */
  readonly names: readonly string[];
  /** No source was left. */
  readonly isWhole: boolean;
  /** Index into `names` of an entry's log; undefined for an entry of none and one that is not held. */
  readonly originAt: (id: number) => number | undefined;
  /** Returns the gaps at the entry `id`: it is the marker of one, or an entry of another source within it. */
  readonly missingAt: (id: number) => readonly Missing[];
  /** Reads what the source holds now, an open line included, and nothing later: its tab has been closed. */
  readonly leave: (name: string) => void;
  /** `names`: the new names of its pipelines, by the old ones. */
  readonly rename: (name: string, names: ReadonlyMap<string, string>) => void;
};

/** Gap of a source of a merged log: entries of other sources stand between its marker and the source's next entry. */
export type Missing = {
  readonly origin: number;
  readonly marker: Marker;
  /** Unix time in ms of that next entry; undefined: none has come, or it has no time. */
  readonly until: number | undefined;
};
