import type {Entries} from '../../engine/buffer/log-buffer.ts';

/** One screen row of an entry, which may have several. */
export type RowPosition = {readonly id: number; readonly row: number};

/** The entries of a pane of `height` screen rows. `heightOf`: rows of a shown entry, at least 1. */
export type Geometry = {
  readonly entries: Entries;
  /** One past the newest entry of the log, shown or hidden; default: one past the newest shown entry. */
  readonly endId?: number;
  readonly height: number;
  readonly heightOf: (id: number) => number;
};

export function firstShown({entries}: Geometry): number | undefined {
  return entries.atOrAfter(0);
}

export function lastShown({entries}: Geometry): number | undefined {
  return entries.atOrBefore(Number.MAX_SAFE_INTEGER);
}

/** The entry itself if it is shown, else the next shown one, else the last. */
export function placeholder({entries}: Geometry, id: number): number | undefined {
  return entries.atOrAfter(id) ?? entries.atOrBefore(id);
}

/** The shown entry with the closest id; of two, the later one. */
export function nearestShown({entries}: Geometry, id: number): number | undefined {
  const after = entries.atOrAfter(id);
  const before = entries.atOrBefore(id);
  if (after === undefined || before === undefined) return after ?? before;
  return id - before < after - id ? before : after;
}

/** The shown entry `delta` entries after `id`, or before it if negative; at most the first or last one. */
export function stepBy({entries}: Geometry, id: number, delta: number): number {
  let at = id;
  for (let left = Math.abs(delta); left > 0; left--) {
    const next = delta > 0 ? entries.atOrAfter(at + 1) : entries.atOrBefore(at - 1);
    if (next === undefined) break;
    at = next;
  }
  return at;
}

/** The place `rows` screen rows below, or above if negative; at most the first or last row of the log. */
export function movePlace(place: RowPosition, geometry: Geometry, rows: number): RowPosition {
  const {entries, heightOf} = geometry;
  let {id, row} = place;
  let left = Math.abs(rows);
  if (rows < 0) {
    while (left > row) {
      const above = entries.atOrBefore(id - 1);
      if (above === undefined) return {id, row: 0};
      left -= row + 1;
      id = above;
      row = heightOf(id) - 1;
    }
    return {id, row: row - left};
  }
  for (;;) {
    const lastRow = heightOf(id) - 1;
    if (left <= lastRow - row) return {id, row: row + left};
    const below = entries.atOrAfter(id + 1);
    if (below === undefined) return {id, row: lastRow};
    left -= lastRow - row + 1;
    id = below;
    row = 0;
  }
}

/** The top with which the log's last row is in the last screen row; undefined if nothing is shown. */
export function lastTop(geometry: Geometry): RowPosition | undefined {
  const id = lastShown(geometry);
  return id === undefined ? undefined : movePlace({id, row: geometry.heightOf(id) - 1}, geometry, 1 - geometry.height);
}

/** Moves a top to a shown entry, and up if there would be empty screen rows below. Undefined if nothing is shown. */
export function clampTop(top: RowPosition, geometry: Geometry): RowPosition | undefined {
  const last = lastTop(geometry);
  const id = geometry.entries.atOrAfter(top.id);
  if (last === undefined || id === undefined) return last;
  const row = id === top.id ? Math.min(top.row, geometry.heightOf(id) - 1) : 0;
  return id > last.id || (id === last.id && row > last.row) ? last : {id, row};
}

/** The places of the screen rows from `top` on; fewer than `height` at the end of the log. */
export function placesFrom(top: RowPosition, {entries, height, heightOf}: Geometry): readonly RowPosition[] {
  const places: RowPosition[] = [];
  let row = top.row;
  for (let id: number | undefined = top.id; id !== undefined && places.length < height; ) {
    for (const rows = heightOf(id); row < rows && places.length < height; row++) places.push({id, row});
    id = entries.atOrAfter(id + 1);
    row = 0;
  }
  return places;
}
