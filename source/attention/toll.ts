import type {Marker} from '../buffer/marker.ts';

/** What a log lost and how often it began anew, in all. Ids are those of the last marker that tells of it. */
export type Toll = {
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

export const noToll: Toll = {gaps: 0, atLeast: 0, atMost: 0, gapId: undefined, lives: 0, lifeId: undefined};

/** Counts a marker that was put under `id`; the same object for markers that tell of no loss. */
export function addToll(toll: Toll, marker: Marker, id: number): Toll {
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
