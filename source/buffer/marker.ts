/** Why a connection was lost, in the words of the API's table "How a stream ends" and what we can tell ourselves. */
export type LossCause =
  | 'server-lost'
  | 'runner-lost'
  | 'runner-stopped'
  | 'dropped-as-slow'
  | 'silent'
  | 'asked'
  | 'slept'
  /** pipetail itself was not running; what it had had before came from a recording. */
  | 'not-running'
  | 'unknown';

/** What a marker says. Markers are entries of the pane; they are never part of copied, saved or piped text. */
export type MarkerKind =
  /** The server had already discarded `entries` when we first connected. */
  | {readonly kind: 'discarded'; readonly entries: number}
  /** Back after `downMs` with nothing lost. `times` > 1: a run of cuts folded into one, the first at `since`. */
  | {
      readonly kind: 'reconnected';
      readonly cause: LossCause;
      readonly downMs: number;
      readonly times: number;
      readonly since: number;
    }
  /**
   * So many entries were lost to the server's full buffer, if its log was not cleared meanwhile: once nothing of the
   * old log is left in a replay, nothing in it proves the life. 0: what follows may be all, and may be another life's.
   */
  | {
      readonly kind: 'lost';
      readonly atLeast: number;
      readonly atMost: number;
      /** Wall milliseconds of the last byte before the gap and of the first after it. */
      readonly from: number;
      readonly to: number;
    }
  /** The server's log was cleared: a new life begins here; what the old one lost at its end is unknown. */
  | {readonly kind: 'new-life'; readonly because: 'restarted' | 'created-again' | 'cleared'}
  /** The lines from here on may repeat lines above: their bytes cannot tell. */
  | {readonly kind: 'possible-repeat'; readonly lines: number}
  /** The line above was cut and its rest is lost. */
  | {readonly kind: 'line-cut'}
  /** The stream ended and the look-up told why. */
  | {readonly kind: 'ended'; readonly because: 'deleted' | 'restarted' | 'created-again' | 'stopped' | 'unknown'}
  /** The list reported another state; `error` is the cause of a new `deployment_error`. */
  | {
      readonly kind: 'state';
      readonly from: string;
      readonly to: string;
      readonly error?: string;
      /** It never got to run. */
      readonly startFailed?: boolean;
    }
  /** The list reported another state of the program: the compiler's. */
  | {readonly kind: 'program'; readonly from: string; readonly to: string}
  /** In a recording: `lines` came while nothing could be written; undefined: nobody counted them. */
  | {readonly kind: 'not-recorded'; readonly lines: number | undefined}
  /** In a merged log: `lines` of a source left its scrollback before they could be taken. */
  | {readonly kind: 'not-merged'; readonly lines: number}
  /** A dated line that the user drew. */
  | {readonly kind: 'drawn'};

/** A marker with the wall time (milliseconds since the epoch) at which it happened. */
export type Marker = {readonly at: number} & MarkerKind;
