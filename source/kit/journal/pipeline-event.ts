import type {RunnerMark} from '../../engine/buffer/log-buffer.ts';
import type {Marker} from '../../engine/buffer/markers.ts';
import type {ErrorGroup} from '../../engine/records/error-log.ts';
import {reportsEnd} from '../../engine/records/line-kind.ts';
import type {ConnectorIncrease} from '../facts/connectors.ts';

/**
 * Something that happened to a pipeline, once or several times. Times are Unix time in ms, undefined where they are not
 * known; states are in the server's spelling.
 */
export type PipelineEvent = {
  readonly pipeline: string;
  /** Who tells it. */
  readonly from: 'log' | 'API' | 'pipetail';
  /** When it began; of several, the time of the last. */
  readonly at?: number | undefined;
  /** Time of the first of several. */
  readonly firstAt?: number | undefined;
  /** When it was over; undefined: it has no length, or goes on. */
  readonly until?: number | undefined;
  /** Number of times that it happened; of errors, the number of those in the log. */
  readonly count: number;
  /** Errors besides them that are not in the log, as lines of it report. */
  readonly suppressed?: number;
  /** Its entry in the log, of several the last and the first; it may have left the scrollback. */
  readonly id?: number | undefined;
  readonly firstId?: number | undefined;
} & (
  | {
      readonly kind: 'failed';
      readonly why: string;
      /** The runner ended it, after this Unix time in ms, which its log may report, too. */
      readonly endedAfter?: number;
    }
  /** It runs, and the server cannot reach it. */
  | {readonly kind: 'unavailable'; readonly why: string}
  /** No list came: the server or its database is away. Of no pipeline. */
  | {readonly kind: 'outage'; readonly why: string}
  /** The log cannot be followed: the server does not answer, or refuses. */
  | {readonly kind: 'disconnected'; readonly why: string}
  /** It can again; it was disconnected since `since`. */
  | {readonly kind: 'reconnected'; readonly since: number | undefined}
  /** The list has it no more, or has it for the first time. */
  | {readonly kind: 'removed' | 'created'}
  /** The pipeline of an open log was deleted. */
  | {readonly kind: 'deleted'}
  /**
   * `stopped`, `paused`: without a failure. `started`: it is not known to have run before. `resumed`: the same process runs
   * again. `renamed`: from the name before. `state`: any other change.
   */
  | {
      readonly kind: ChangeKind;
      /** State before, or name; undefined: not known. */
      readonly before: string | undefined;
      readonly now: string;
    }
  /** Another process runs; `marker`: the server's log began anew, the log's own of the last time. */
  | {readonly kind: 'restarted'; readonly from: 'API'; readonly before: string; readonly now: string}
  | {readonly kind: 'restarted'; readonly from: 'log'; readonly marker?: Marker | undefined}
  /** `count`: of gaps. `marker`: the log's own, of the last gap. */
  | {
      readonly kind: 'lost';
      readonly atLeast: number;
      readonly atMost: number;
      readonly marker?: Marker | undefined;
    }
  /** A stream of the process is lost: nobody reads it until the next start. */
  | {readonly kind: 'stream-lost'; readonly marker?: Marker | undefined; readonly isOver?: boolean}
  /** `isNew`: the log had no error of this group before. `ends`: the first and the last of those that are counted. */
  | {
      readonly kind: 'errors' | 'watched';
      readonly group: ErrorGroup;
      readonly ends: ErrorEnds;
      readonly isNew: boolean;
    }
  /**
   * Errors that the API counts. `besides`: an open log does not have them: suppressed, or it lacks lines.
   * `increase`: their connectors, where they are known.
   */
  | {
      readonly kind: 'connectors';
      readonly besides?: 'suppressed' | 'suppressed-or-missing' | undefined;
      readonly increase: ConnectorIncrease;
    }
  /** It runs, and a part of it does not, or nothing moves, in words. */
  | {readonly kind: 'degraded'; readonly words: string}
  /** A connector stopped with a fatal error. */
  | {readonly kind: 'ended'; readonly connector: string; readonly message: string}
  /** The change that the user asked to be told of. */
  | {readonly kind: 'changed'; readonly words: string; readonly isFailure?: boolean | undefined}
  /** A marker of the log: lines are missing there, or what else happened to the log. */
  | {readonly kind: 'gap' | 'log'; readonly marker: Marker}
  | {readonly kind: 'run' | 'connector' | 'checkpoint'; readonly text: string}
);

type ChangeKind =
  | 'stopped'
  | 'paused'
  | 'started'
  | 'resumed'
  | 'renamed'
  | 'state'
  | 'desired'
  | 'program'
  | 'storage';

/** The events of one kind, or of several. */
export type EventOf<Kind extends PipelineEvent['kind']> = PipelineEvent & {readonly kind: Kind};

/** Errors of one group: the first and the last of those that are told. */
export type ErrorEnds = Pick<ErrorGroup, 'key' | 'example' | 'latest'>;

/** Event of the log or the process itself, not of what they say. */
export type Incident = EventOf<'unavailable' | 'disconnected' | 'deleted' | 'lost' | 'stream-lost' | 'restarted'>;

export function isOfErrors(event: PipelineEvent): event is EventOf<'errors' | 'watched'> {
  return event.kind === 'errors' || event.kind === 'watched';
}

/** These errors report how the process ended. `runner`: of the log that has them. */
export function isOfEnd({example}: Pick<ErrorGroup, 'example'>, runner?: RunnerMark): boolean {
  return reportsEnd(Buffer.from(example.buffer, example.byteOffset, example.length), runner);
}

/** The last of both, with the number of both: a new error stays where it came first. */
export function sumOfEvents(before: PipelineEvent | undefined, event: PipelineEvent): PipelineEvent {
  if (!before) return event;
  const sum = {
    count: before.count + event.count,
    suppressed: (before.suppressed ?? 0) + (event.suppressed ?? 0),
    firstAt: before.firstAt ?? before.at,
    firstId: before.firstId ?? before.id,
    id: event.id ?? before.id,
  };
  if (before.kind === 'lost' && event.kind === 'lost')
    return {...event, ...sum, atLeast: before.atLeast + event.atLeast, atMost: before.atMost + event.atMost};
  if (!isOfErrors(before) || !isOfErrors(event)) return {...event, ...sum};
  const {isNew, at, id} = before;
  return {...event, ...sum, ends: {...event.ends, example: before.ends.example}, ...(isNew && {isNew, at, id})};
}

/** Moves the values of `names`, which are all new names by the old ones, two of which may be exchanged. */
export function rekey<Value>(values: Map<string, Value>, names: ReadonlyMap<string, string>): void {
  const moved = [...names].flatMap(([from, to]) => {
    const value = values.get(from);
    return value === undefined ? [] : [[to, value] as const];
  });
  for (const from of names.keys()) values.delete(from);
  for (const [to, value] of moved) values.set(to, value);
}
