/** Why a connection was lost: by the API's table "How a stream ends", or for a reason of our own. */
export type LossCause =
  | 'server-lost'
  | 'runner-lost'
  | 'runner-stopped'
  | 'dropped-as-slow'
  | 'silent'
  | 'asked'
  | 'slept'
  /** It was not followed while other logs were. */
  | 'turn'
  /** pipetail was not running; what was before came from a recording. */
  | 'not-running'
  /** No connection: a support bundle has what was collected later, too. */
  | 'collected-again'
  | 'unknown';

/** Streams of the pipeline's process. */
export type OutputStream = 'stdout' | 'stderr';

/** Event at a marker. Copied and saved text has markers only on request. */
export type MarkerKind =
  /** The server had discarded `entries` before we first connected. */
  | {readonly kind: 'discarded'; readonly entries: number}
  /** Nothing is lost after `downMs` ms. `times` > 1: several cuts, the first at `since`, Unix time in ms. */
  | {
      readonly kind: 'reconnected';
      readonly cause: LossCause;
      readonly downMs: number;
      readonly times: number;
      readonly since: number;
    }
  /**
   * Lost to the server's full ring, unless its log was cleared meanwhile: a replay with nothing of the old log does not
   * prove the epoch. 0: what follows may be all, or of another epoch.
   */
  | {
      readonly kind: 'lost';
      readonly atLeast: number;
      readonly atMost: number;
      /** Unix times in ms of the last byte before the gap and of the first one after it. */
      readonly from: number;
      readonly to: number;
    }
  /** A new epoch of the server's log begins; what the old one lost at its end is unknown. */
  | {
      readonly kind: 'new-life';
      readonly because: 'restarted' | 'created-again' | 'cleared';
      /** Why the connection before was lost, and for how many ms there was none; absent in older recordings. */
      readonly cause?: LossCause;
      readonly downMs?: number;
      /** In memory only: the folder of the recording that continues the log. */
      readonly folder?: string;
    }
  /** The next `lines` lines may repeat lines above: their bytes do not show it. */
  | {readonly kind: 'possible-repeat'; readonly lines: number}
  /** The rest of the line above is lost. */
  | {readonly kind: 'line-cut'}
  /** The stream ended; the look-up showed why. */
  | {readonly kind: 'ended'; readonly because: 'deleted' | 'restarted' | 'created-again' | 'stopped' | 'unknown'}
  /** The list reported another state. `error`: cause of a new `deployment_error`. */
  | {
      readonly kind: 'state';
      readonly from: string;
      readonly to: string;
      readonly error?: string;
      /** By the code of the error, it never ran. */
      readonly startFailed?: boolean;
    }
  /** The pipeline has another name; its log goes on. */
  | {readonly kind: 'renamed'; readonly from: string; readonly to: string}
  /** The program has another status, or changed. */
  | {readonly kind: 'program'; readonly from: string; readonly to: string}
  /** In a recording: `lines` came while nothing could be written; undefined: an unknown number. */
  | {readonly kind: 'not-recorded'; readonly lines: number | undefined}
  /**
   * `bytes` of a recording that is read are missing; undefined: all of it. `damaged-marker`: no bytes, but what happened
   * here. Only that is ever written, in place of the damaged one. `cut-short`, `rest-damaged`: `file` can be read up to
   * here; `bytes`: what is left of it as it is on disk. `not-read`: what follows in it is not, because of `why`.
   */
  | {
      readonly kind: 'unreadable';
      readonly bytes: number | undefined;
      readonly because:
        | 'deleted-to-make-room'
        | 'deleted-or-damaged'
        | 'damaged-marker'
        | 'cut-short'
        | 'rest-damaged'
        | 'not-read';
      /** In memory only: its name, safe to show. */
      readonly file?: string;
      /** In memory only: a sentence, safe to show. */
      readonly why?: string;
    }
  /** The log reports a lost stream: nobody reads it from here to the next start. `why`: the server's words. */
  | {readonly kind: 'unread'; readonly stream: OutputStream; readonly why: string}
  /** In a merged log: `lines` of a source left its scrollback before they were merged. */
  | {readonly kind: 'not-merged'; readonly lines: number}
  /** In a merged log: the lines of a source have no times, so that they are in their own order alone. */
  | {readonly kind: 'not-ordered'}
  /** In a merged log: the next line is the rest of one that was open for long, and stands above. */
  | {readonly kind: 'line-continued'}
  /** In an opened file. `rotated`: another file has its name now; what was between the two is unknown. */
  | {readonly kind: 'file'; readonly turn: 'truncated' | 'rotated' | 'removed'};

/** A marker with the Unix time in ms at which it happened. */
export type Marker = {readonly at: number} & MarkerKind;

type Loss = {readonly marker: Marker; readonly id: number};

/** All losses of a log. */
export type LossCount = {
  /** Cut lines, and what a recording or a file lacks, included. */
  readonly gaps: number;
  /** Entries lost in the gaps, within these bounds. */
  readonly atLeast: number;
  readonly atMost: number;
  /** The last one. */
  readonly gap: Loss | undefined;
  /** Times that the server's log was cleared; what was lost then is unknown. */
  readonly clears: number;
  readonly clear: Loss | undefined;
  /** Times that a stream of the process was lost; what it wrote from then on is in no log. */
  readonly lostStreams: number;
  readonly lostStream: Loss | undefined;
};

const losing: ReadonlySet<Marker['kind']> = new Set([
  ...(['lost', 'line-cut', 'discarded', 'possible-repeat', 'not-merged', 'not-recorded', 'unreadable'] as const),
  ...(['file', 'line-continued'] as const),
]);

/** Lines may be missing, or come from above: a line after it may belong to a record whose head is not right above. */
export function losesLines({kind}: Marker): boolean {
  return losing.has(kind);
}

/** Entries are missing at the marker, in whatever number; not only the end of one, or what came twice. */
export function lacksEntries(marker: Marker): boolean {
  switch (marker.kind) {
    case 'discarded':
    case 'new-life':
    case 'not-merged':
    case 'not-recorded':
      return true;
    case 'lost':
      return marker.atMost > 0;
    case 'unreadable':
      return marker.because !== 'damaged-marker';
    default:
      return false;
  }
}

/** Tells whether the marker says that data is damaged or missing, other than by the deletion that makes room. */
export function isDamage(marker: Marker): boolean {
  return marker.kind === 'unreadable' && marker.because !== 'deleted-to-make-room';
}

export const noLosses: LossCount = {
  gaps: 0,
  atLeast: 0,
  atMost: 0,
  gap: undefined,
  clears: 0,
  clear: undefined,
  lostStreams: 0,
  lostStream: undefined,
};

/** `id`: of the marker. Returns the same object if it is no loss. */
export function countLoss(count: LossCount, marker: Marker, id: number): LossCount {
  const last = {marker, id};
  const gap = ({atLeast, atMost}: Pick<LossCount, 'atLeast' | 'atMost'>) => ({
    ...count,
    gaps: count.gaps + 1,
    atLeast: count.atLeast + atLeast,
    atMost: count.atMost + atMost,
    gap: last,
  });
  switch (marker.kind) {
    case 'lost':
      // 0 entries: what follows may be all.
      return marker.atMost === 0 ? count : gap(marker);
    case 'not-recorded':
    case 'not-merged': {
      const {lines = 0} = marker;
      return gap({atLeast: lines, atMost: lines});
    }
    case 'unreadable':
      return isDamage(marker) ? gap(noLosses) : count;
    case 'line-cut':
      return gap(noLosses);
    case 'new-life':
      return {...count, clears: count.clears + 1, clear: last};
    case 'unread':
      return {...count, lostStreams: count.lostStreams + 1, lostStream: last};
    default:
      return count;
  }
}

/** `later`: of entries after those of `count`. */
export function sumOfLosses(count: LossCount, later: LossCount): LossCount {
  return {
    gaps: count.gaps + later.gaps,
    atLeast: count.atLeast + later.atLeast,
    atMost: count.atMost + later.atMost,
    gap: later.gap ?? count.gap,
    clears: count.clears + later.clears,
    clear: later.clear ?? count.clear,
    lostStreams: count.lostStreams + later.lostStreams,
    lostStream: later.lostStream ?? count.lostStream,
  };
}

export class MarkerStore {
  /** In the order of ids. */
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

  /** Returns false if there is no marker under `id`. */
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
