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

/**
 * Whether lines are missing at a marker, or may be: a line after it may belong to a record whose head is not above it.
 */
export function losesLines({kind}: Marker): boolean {
  return ['lost', 'line-cut', 'discarded', 'possible-repeat', 'not-merged', 'not-recorded'].includes(kind);
}

/** What a log lost and how often it began anew, in all. Ids are those of the last marker that tells of it. */
export type LossCount = {
  /** Gaps, and lines that were cut. */
  readonly gaps: number;
  /** Entries lost in them; some gaps are known only within bounds. */
  readonly atLeast: number;
  readonly atMost: number;
  readonly gapId: number | undefined;
  /** Times that the server's log was cleared, with what it held: what was lost then is unknown. */
  readonly lives: number;
  readonly lifeId: number | undefined;
};

/** The markers of a log buffer under their ids. */
export class MarkerStore {
  /** In the order of their ids. */
  readonly #markers = new Map<number, Marker>();
  #lastId = -1;

  get(id: number): Marker | undefined {
    return this.#markers.get(id);
  }

  last(): {id: number; marker: Marker} | undefined {
    const marker = this.#markers.get(this.#lastId);
    return marker && {id: this.#lastId, marker};
  }

  entries(): Iterable<readonly [id: number, marker: Marker]> {
    return this.#markers.entries();
  }

  /** `id` is above all others. */
  add(id: number, marker: Marker): void {
    this.#markers.set(id, marker);
    this.#lastId = id;
  }

  /** Answers false, and changes nothing, if there is no marker under `id`. */
  replace(id: number, marker: Marker): boolean {
    const isHeld = this.#markers.has(id);
    if (isHeld) this.#markers.set(id, marker);
    return isHeld;
  }

  dropBelow(id: number): void {
    for (const markerId of this.#markers.keys()) {
      if (markerId >= id) return;
      this.#markers.delete(markerId);
    }
  }
}

export const noLosses: LossCount = {gaps: 0, atLeast: 0, atMost: 0, gapId: undefined, lives: 0, lifeId: undefined};

/** Counts a marker that was put under `id`; the same object for markers that tell of no loss. */
export function countLoss(toll: LossCount, marker: Marker, id: number): LossCount {
  switch (marker.kind) {
    case 'lost':
      // 0 entries: what follows may be all.
      if (marker.atMost === 0) return toll;
      return {
        ...toll,
        gaps: toll.gaps + 1,
        atLeast: toll.atLeast + marker.atLeast,
        atMost: toll.atMost + marker.atMost,
        gapId: id,
      };
    case 'line-cut':
      return {...toll, gaps: toll.gaps + 1, gapId: id};
    case 'new-life':
      return {...toll, lives: toll.lives + 1, lifeId: id};
    default:
      return toll;
  }
}
