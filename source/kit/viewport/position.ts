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

/**
 * The position of a pane in a log. `follow` stays at the newest entry. `held` keeps `top` in the first screen row. Rows
 * are computed from there: heights are never summed over the buffer. As ids are absolute, dropped and new lines move
 * nothing on the screen.
 */
export type Position =
  | {readonly kind: 'follow'}
  | {
      readonly kind: 'anchored';
      readonly top: RowPosition;
      readonly current: number;
      /** Entries from this id on have not been on the screen and count as new. */
      readonly seen: number;
      /** The current entry's screen row before filters changed; kept until the next move (`anchorCurrentRow`). */
      readonly anchoredRow?: number;
      /** The entry that was the current one before a filter was typed: it is again, or the next one, for other entries. */
      readonly typedFrom?: number;
      /** The beginning of a log that is still read: it is followed once all is read, unless there was a move. */
      readonly untilRead?: true;
    };

export const follow: Position = {kind: 'follow'};

/** The first entry of a log that is still read: what comes is not new. */
export function beginningAt(id: number): Position {
  return {kind: 'anchored', top: {id, row: 0}, current: id, seen: Number.MAX_SAFE_INTEGER, untilRead: true};
}

/** The position once the log is read up to `endId`. */
export function onceRead(position: Position, endId: number): Position {
  if (position.kind === 'follow' || position.untilRead) return follow;
  return position.seen > endId ? {...position, seen: endId} : position;
}

/** The places of the screen rows, top to bottom; fewer than `height` if the log is shorter. */
export function visiblePlaces(position: Position, geometry: Geometry): readonly RowPosition[] {
  const top = position.kind === 'follow' ? lastTop(geometry) : heldTop(position, geometry);
  return top === undefined ? [] : placesFrom(top, geometry);
}

/** The entry to which keys apply; undefined if nothing is shown. */
export function currentOf(position: Position, geometry: Geometry): number | undefined {
  return position.kind === 'follow' ? lastShown(geometry) : placeholder(geometry, position.current);
}

/** Number of new entries below the screen since the pane stopped following. */
export function newBelow(position: Position, geometry: Geometry): number {
  if (position.kind === 'follow') return 0;
  const lowest = visiblePlaces(position, geometry).at(-1);
  return geometry.entries.countFrom(Math.max(position.seen, lowest === undefined ? 0 : lowest.id + 1));
}

/** Stops following. The screen stays as it is, with the last entry as the current one. */
export function hold(position: Position, geometry: Geometry): Position {
  return position.kind === 'anchored' ? position : (holdAt(position, geometry) ?? position);
}

/** Moves the current entry by `delta` entries. A move down from the last one follows again. */
export function moveBy(position: Position, geometry: Geometry, delta: number): Position {
  const held = holdAt(position, geometry);
  if (!held) return position;
  const {current} = held;
  if (delta > 0 && position.kind === 'follow') return position;
  if (delta > 0 && current === lastShown(geometry) && isEndVisible(position, geometry)) return follow;
  // An entry taller than the screen is first scrolled row by row.
  const inside = scrollInside(held, geometry, delta);
  if (inside) return withSeen({...held, top: inside}, geometry);
  const target = stepBy(geometry, current, delta);
  return withSeen({...held, top: topToShow(held.top, geometry, target), current: target}, geometry);
}

/** Scrolls by screen rows. The current entry is then the one in the same screen row; down from the end follows again. */
export function scrollBy(position: Position, geometry: Geometry, rows: number): Position {
  const held = holdAt(position, geometry);
  if (!held) return position;
  if (rows > 0 && isEndVisible(position, geometry)) return follow;
  const before = placesFrom(held.top, geometry);
  const currentRow = Math.max(
    0,
    before.findIndex((place) => place.id === held.current),
  );
  const top = clampTop(movePlace(held.top, geometry, rows), geometry) ?? held.top;
  const moved = top.id !== held.top.id || top.row !== held.top.row;
  const after = placesFrom(top, geometry);
  const last = after.length - 1;
  // At an end of the log, the first or last entry becomes the current one.
  const row = moved ? Math.min(currentRow, last) : rows < 0 ? 0 : last;
  return withSeen({...held, top, current: after[row]?.id ?? held.current}, geometry);
}

export function toTop(position: Position, geometry: Geometry): Position {
  const held = holdAt(position, geometry);
  const id = geometry.entries.atOrAfter(0);
  if (!held || id === undefined) return position;
  return withSeen({...held, top: {id, row: 0}, current: id}, geometry);
}

/** Makes `id` the current entry and shows its row `row`, a third from the top if it is not on the screen yet. */
export function reveal(position: Position, geometry: Geometry, id: number, row = 0): Position {
  const held = holdAt(position, geometry);
  const target = placeholder(geometry, id);
  if (!held || target === undefined) return position;
  const wanted = target === id ? row : 0;
  const isVisible = placesFrom(held.top, geometry).some((place) => place.id === target && place.row === wanted);
  if (isVisible) return withSeen({...held, current: target}, geometry);
  const top = movePlace({id: target, row: wanted}, geometry, -Math.floor(geometry.height / 3));
  return withSeen({...held, top: clampTop(top, geometry) ?? top, current: target}, geometry);
}

/** Sets `anchoredRow`, before a change of filters or folds, which may also change the height of the pane. */
export function setCurrentRow(position: Position, geometry: Geometry): Position {
  if (position.kind === 'follow' || position.anchoredRow !== undefined) return position;
  const current = currentOf(position, geometry);
  const anchoredRow = visiblePlaces(position, geometry).findIndex((place) => place.id === current);
  return anchoredRow === -1 ? position : {...position, anchoredRow};
}

/**
 * The position after a change of filters or folds: the current entry, or the nearest shown one, stays in its screen row.
 * If the log is too short for that, `anchoredRow` keeps the row until the next move, so that the entry returns to it when
 * the filter is removed. `rowFor`: the entry whose row shows an entry, such as the head of its fold.
 */
export function anchorCurrentRow(
  position: Position,
  before: Geometry,
  after: Geometry,
  rowFor: (id: number) => number = (id) => id,
): Position {
  if (position.kind === 'follow') return position;
  const {typedFrom, ...others} = position;
  if (typedFrom !== undefined && before.entries !== after.entries)
    return anchorCurrentRow({...others, current: typedFrom}, after, after, rowFor);
  const current = currentOf(position, before) ?? position.current;
  const target = nearestShown(after, rowFor(current));
  const places = visiblePlaces(position, before);
  const index = places.findIndex((place) => place.id === current);
  const anchoredRow = position.anchoredRow ?? Math.max(0, index);
  // Nothing is shown: the current entry is kept until the filter is removed.
  if (target === undefined) return {...position, anchoredRow};
  // Of an entry whose first rows are above the screen, the row at the top stays there.
  const rowOf = target === current ? Math.min(places[index]?.row ?? 0, after.heightOf(target) - 1) : 0;
  // The row that lists the filters may have reduced the height of the pane.
  const wanted = movePlace({id: target, row: rowOf}, after, -Math.min(anchoredRow, after.height - 1));
  return {...position, top: clampTop(wanted, after) ?? wanted, current: target, anchoredRow};
}

type Held = Extract<Position, {kind: 'anchored'}>;

/** The position as `held`, with a shown top and a shown current entry; undefined if nothing is shown. */
function holdAt(position: Position, geometry: Geometry): Held | undefined {
  const top = position.kind === 'anchored' ? heldTop(position, geometry) : lastTop(geometry);
  const current = currentOf(position, geometry);
  if (top === undefined || current === undefined) return undefined;
  const seen = position.kind === 'anchored' ? position.seen : Math.max(current + 1, geometry.endId ?? 0);
  return {kind: 'anchored', top, current, seen};
}

/**
 * The top in force. After a change of the size or of the form of lines, rows above the current entry may need more room:
 * then the screen moves so far that the entry is on it, and back if the change is undone.
 */
function heldTop({top, current}: Held, geometry: Geometry): RowPosition | undefined {
  const clamped = clampTop(top, geometry);
  const shown = placeholder(geometry, current);
  if (clamped === undefined || shown === undefined) return clamped;
  const isVisible = placesFrom(clamped, geometry).some(({id}) => id === shown);
  return isVisible ? clamped : topToShow(clamped, geometry, shown);
}

/** Updates `seen`: entries on the screen are no longer new. */
function withSeen(held: Held, geometry: Geometry): Held {
  const lowest = visiblePlaces(held, geometry).at(-1);
  if (lowest === undefined) return held;
  // Hidden entries below the last shown one are not new.
  const hiddenTo = lowest.id === lastShown(geometry) ? (geometry.endId ?? 0) : 0;
  return {...held, seen: Math.max(held.seen, lowest.id + 1, hiddenTo)};
}

function isEndVisible(position: Position, geometry: Geometry): boolean {
  if (position.kind === 'follow') return true;
  const lowest = visiblePlaces(position, geometry).at(-1);
  return lowest?.id === lastShown(geometry) && lowest?.row === geometry.heightOf(lowest?.id ?? 0) - 1;
}

/** The nearest top with all rows of `id` on the screen, or its first rows if it is taller. */
function topToShow(top: RowPosition, geometry: Geometry, id: number): RowPosition {
  if (id < top.id || (id === top.id && top.row > 0)) return {id, row: 0};
  const height = geometry.heightOf(id);
  const wanted = Math.min(height, geometry.height) - 1;
  if (placesFrom(top, geometry).some((place) => place.id === id && place.row === wanted)) return top;
  return height >= geometry.height ? {id, row: 0} : movePlace({id, row: height - 1}, geometry, 1 - geometry.height);
}

/** The top one row further if the current entry has hidden rows in the direction of `delta`; else undefined. */
function scrollInside({top, current}: Held, geometry: Geometry, delta: number): RowPosition | undefined {
  const height = geometry.heightOf(current);
  if (height <= geometry.height) return undefined;
  const places = placesFrom(top, geometry).filter((place) => place.id === current);
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (delta > 0 && last.row < height - 1) return movePlace(top, geometry, 1);
  if (delta < 0 && first.row > 0) return movePlace(top, geometry, -1);
  return undefined;
}

function lastShown({entries}: Geometry): number | undefined {
  return entries.atOrBefore(Number.MAX_SAFE_INTEGER);
}

/** The entry itself if it is shown, else the next shown one, else the last. */
function placeholder({entries}: Geometry, id: number): number | undefined {
  return entries.atOrAfter(id) ?? entries.atOrBefore(id);
}

/** The shown entry with the closest id; of two, the later one. */
function nearestShown({entries}: Geometry, id: number): number | undefined {
  const after = entries.atOrAfter(id);
  const before = entries.atOrBefore(id);
  if (after === undefined || before === undefined) return after ?? before;
  return id - before < after - id ? before : after;
}

/** The shown entry `delta` entries after `id`, or before it if negative; at most the first or last one. */
function stepBy({entries}: Geometry, id: number, delta: number): number {
  let at = id;
  for (let left = Math.abs(delta); left > 0; left--) {
    const next = delta > 0 ? entries.atOrAfter(at + 1) : entries.atOrBefore(at - 1);
    if (next === undefined) break;
    at = next;
  }
  return at;
}

/** The place `rows` screen rows below, or above if negative; at most the first or last row of the log. */
function movePlace(place: RowPosition, geometry: Geometry, rows: number): RowPosition {
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
function lastTop(geometry: Geometry): RowPosition | undefined {
  const id = lastShown(geometry);
  return id === undefined ? undefined : movePlace({id, row: geometry.heightOf(id) - 1}, geometry, 1 - geometry.height);
}

/** Moves a top to a shown entry, and up if there would be empty screen rows below. Undefined if nothing is shown. */
function clampTop(top: RowPosition, geometry: Geometry): RowPosition | undefined {
  const last = lastTop(geometry);
  const id = geometry.entries.atOrAfter(top.id);
  if (last === undefined || id === undefined) return last;
  const row = id === top.id ? Math.min(top.row, geometry.heightOf(id) - 1) : 0;
  return id > last.id || (id === last.id && row > last.row) ? last : {id, row};
}

/** The places of the screen rows from `top` on; fewer than `height` at the end of the log. */
function placesFrom(top: RowPosition, {entries, height, heightOf}: Geometry): readonly RowPosition[] {
  const places: RowPosition[] = [];
  let row = top.row;
  for (let id: number | undefined = top.id; id !== undefined && places.length < height; ) {
    for (const rows = heightOf(id); row < rows && places.length < height; row++) places.push({id, row});
    id = entries.atOrAfter(id + 1);
    row = 0;
  }
  return places;
}
