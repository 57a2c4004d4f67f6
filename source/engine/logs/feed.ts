import type {Pause} from '../../lib/presence.ts';
import type {Pipeline} from '../api/types.ts';
import type {Marker, OutputStream} from '../buffer/markers.ts';
import type {ConnectionState} from '../connection/state.ts';
import type {RecordingState} from '../recording/recorder.ts';
import type {Capabilities} from './capabilities.ts';
import type {LogSnapshot} from './log-snapshot.ts';

/** What brings the lines of a log: it is made with the log's sink, and tells that of each change. */
export type Feed = {
  /** Of the log's tab. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** What the snapshot shows of it. */
  readonly status: FeedStatus;
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

export type FeedStatus = Pick<LogSnapshot, 'connection' | 'file' | 'events' | 'receivedAt' | 'recording'> & {
  /** In place of what the sink knows. */
  readonly lostStreams?: readonly OutputStream[];
};

/** What only the log of a pipeline can do. */
export type LogConnection = {
  readonly state: ConnectionState;
  /** Of the pipeline whose log it is; undefined: not known yet. */
  readonly pipelineId: string | undefined;
  /** The pipeline when its log last ended; undefined: it was not found, or is another one. */
  readonly pipelineAtEnd: Pipeline | undefined;
  /** Unix time in ms at which it was ended from outside; undefined: it was not, or there is another one. */
  readonly endedAt: number | undefined;
  /** It waits for the server, until a good answer to any request. */
  readonly waitsForServer: boolean;
  /** A good answer to this request ends the wait, also the one after a refusal. */
  readonly isWokenBy: (request: number) => boolean;
  readonly onServerAnswered: (request: number) => void;
  /** Connects again now, in every state. Loses nothing: the replay is stitched. */
  readonly reconnect: () => void;
  /** Frees the connection until `reconnect`. What comes meanwhile is read then, as far as the server still has it. */
  readonly rest: () => void;
  /** The connection may be dead without a sign, and may still hold what nobody else has. */
  readonly checkAfterPause: (of: Pause) => void;
  /** `pipeline`: from the newest list; undefined: not in it. Adds markers; a pipeline that is back wakes the log. */
  readonly updatePipeline: (pipeline: Pipeline | undefined) => void;
  /** The pipeline has this name now. Its log goes on over the same connection, and in the same recording. */
  readonly rename: (to: string) => void;
  /** The same, but there is another log of that name, which goes on with it: this one ends, also its recording. */
  readonly giveUp: (to: string) => void;
  /** It was given up, and no pipeline has had its name since. */
  readonly isGivenUp: boolean;
  /** A pipeline has its name, the same or another one, whose log follows what is there. */
  readonly goOn: (pipelineId: string) => void;
  /**
   * Starts or ends the recording; does nothing where logs cannot be recorded. Resolves once that is done, to the last
   * state of what has ended.
   */
  readonly setRecording: (on: boolean) => Promise<RecordingState | undefined>;
};

/** What only a merged log can be asked. */
export type MergedSources = {
  /** By origin; those of sources that were left keep their place. */
  readonly names: readonly string[];
  /** No source was left. */
  readonly isWhole: boolean;
  /** Index into `names` of an entry's log; undefined for an entry of none and one that is not held. */
  readonly originAt: (id: number) => number | undefined;
  /** Of which sources entries are missing at the entry `id`: it is the marker that says so, or another one's. */
  readonly missingAt: (id: number) => readonly Missing[];
  /** Reads what the source holds now, an open line included, and nothing later: its tab has been closed. */
  readonly leave: (name: string) => void;
  /** `names`: the new names of its pipelines, by the old ones. */
  readonly rename: (name: string, names: ReadonlyMap<string, string>) => void;
};

/** In a merged log: between the marker and the next entry of its source there are entries of other sources. */
export type Missing = {
  readonly origin: number;
  readonly marker: Marker;
  /** Unix time in ms of that next entry; undefined: none has come, or it has no time. */
  readonly until: number | undefined;
};
