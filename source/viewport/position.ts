import {
  clampTop,
  firstShown,
  type Geometry,
  lastShown,
  lastTop,
  movePlace,
  nearestShown,
  type Place,
  placeholder,
  placesFrom,
  stepBy,
} from './geometry.ts';

/**
 * Where a pane stands in a log, and how keys move it. Everything is worked out from the anchor outward: no height is
 * ever summed over the buffer, and ids are absolute, so that trimming and arriving lines never move what is on screen.
 */
/** `follow` sticks to the newest entry. `held` keeps `top` in the first screen row; `current` is the marked entry. */
export type Position =
  | {readonly kind: 'follow'}
  | {
      readonly kind: 'held';
      readonly top: Place;
      readonly current: number;
      /** Entries from here on arrived below and were not on the screen yet: they count as new. */
      readonly seen: number;
      /** The screen row that the current entry had before filters changed; until the next move (`keepCurrentRow`). */
      readonly eyeRow?: number;
    };

export const follow: Position = {kind: 'follow'};

/** The places of the screen rows, top to bottom; fewer than `height` only when the log is shorter. */
export function visiblePlaces(position: Position, geometry: Geometry): readonly Place[] {
  const top = position.kind === 'follow' ? lastTop(geometry) : clampTop(position.top, geometry);
  return top === undefined ? [] : placesFrom(top, geometry);
}

/** The marked entry: the one that the keys act on. Undefined while nothing is shown. */
export function currentOf(position: Position, geometry: Geometry): number | undefined {
  return position.kind === 'follow' ? lastShown(geometry) : placeholder(geometry, position.current);
}

/** How many entries arrived below what was on the screen since the pane stopped following. */
export function newBelow(position: Position, geometry: Geometry): number {
  if (position.kind === 'follow') return 0;
  const lowest = visiblePlaces(position, geometry).at(-1);
  return geometry.entries.countFrom(Math.max(position.seen, lowest === undefined ? 0 : lowest.id + 1));
}

/** Stops where the pane is: the same rows, the last one on the screen marked. */
export function hold(position: Position, geometry: Geometry): Position {
  return position.kind === 'held' ? position : (holdAt(position, geometry) ?? position);
}

/** Moves the marked entry by `delta` entries; down from the last entry follows again. */
export function moveBy(position: Position, geometry: Geometry, delta: number): Position {
  const held = holdAt(position, geometry);
  if (!held) return position;
  const {current} = held;
  if (delta > 0 && position.kind === 'follow') return position;
  if (delta > 0 && current === lastShown(geometry) && isEndVisible(position, geometry)) return follow;
  // An entry taller than the screen is read row by row before the mark leaves it.
  const inside = scrollInside(held, geometry, delta);
  if (inside) return look({...held, top: inside}, geometry);
  const target = stepBy(geometry, current, delta);
  return look({...held, top: topToShow(held.top, geometry, target), current: target}, geometry);
}

/** Scrolls by screen rows; the mark keeps its row on the screen. Down from the very end follows again. */
export function scrollBy(position: Position, geometry: Geometry, rows: number): Position {
  const held = holdAt(position, geometry);
  if (!held) return position;
  if (rows > 0 && isEndVisible(position, geometry)) return follow;
  const before = placesFrom(held.top, geometry);
  const markRow = Math.max(
    0,
    before.findIndex((place) => place.id === held.current),
  );
  const top = clampTop(movePlace(held.top, geometry, rows), geometry) ?? held.top;
  const moved = top.id !== held.top.id || top.row !== held.top.row;
  const after = placesFrom(top, geometry);
  const last = after.length - 1;
  // Where the log ends before the full distance, the mark goes to the end instead.
  const row = moved ? Math.min(markRow, last) : rows < 0 ? 0 : last;
  return look({...held, top, current: after[row]?.id ?? held.current}, geometry);
}

/** The oldest entry. */
export function toTop(position: Position, geometry: Geometry): Position {
  const held = holdAt(position, geometry);
  const id = firstShown(geometry);
  if (!held || id === undefined) return position;
  return look({...held, top: {id, row: 0}, current: id}, geometry);
}

/**
 * Marks `id` and shows it, or the row of it that is asked for: the screen moves only if it has to, and then puts that row
 * a third from the top.
 */
export function reveal(position: Position, geometry: Geometry, id: number, row = 0): Position {
  const held = holdAt(position, geometry);
  const target = placeholder(geometry, id);
  if (!held || target === undefined) return position;
  const wanted = target === id ? row : 0;
  const isVisible = placesFrom(held.top, geometry).some((place) => place.id === target && place.row === wanted);
  if (isVisible) return look({...held, current: target}, geometry);
  const top = movePlace({id: target, row: wanted}, geometry, -Math.floor(geometry.height / 3));
  return look({...held, top: clampTop(top, geometry) ?? top, current: target}, geometry);
}

/** Marks an entry that is on the screen, without moving it. */
export function markAt(position: Position, geometry: Geometry, id: number): Position {
  const held = holdAt(position, geometry);
  return held ? look({...held, current: id}, geometry) : position;
}

type Held = Extract<Position, {kind: 'held'}>;

/** The position with a top and a mark that are shown; undefined when nothing is. */
function holdAt(position: Position, geometry: Geometry): Held | undefined {
  const top = position.kind === 'held' ? clampTop(position.top, geometry) : lastTop(geometry);
  const current = currentOf(position, geometry);
  if (top === undefined || current === undefined) return undefined;
  const seen = position.kind === 'held' ? position.seen : Math.max(current + 1, geometry.endId ?? 0);
  return {kind: 'held', top, current, seen};
}

/** What has been on the screen is no longer new. */
function look(held: Held, geometry: Geometry): Held {
  const lowest = visiblePlaces(held, geometry).at(-1);
  if (lowest === undefined) return held;
  // What filters hide below the last shown entry is not waited for.
  const hiddenTo = lowest.id === lastShown(geometry) ? (geometry.endId ?? 0) : 0;
  return {...held, seen: Math.max(held.seen, lowest.id + 1, hiddenTo)};
}

function isEndVisible(position: Position, geometry: Geometry): boolean {
  if (position.kind === 'follow') return true;
  const lowest = visiblePlaces(position, geometry).at(-1);
  return lowest?.id === lastShown(geometry) && lowest?.row === geometry.heightOf(lowest?.id ?? 0) - 1;
}

/** The nearest top that has `id` whole on the screen (its first rows, when it is taller than the screen). */
function topToShow(top: Place, geometry: Geometry, id: number): Place {
  if (id < top.id || (id === top.id && top.row > 0)) return {id, row: 0};
  const height = geometry.heightOf(id);
  const wanted = Math.min(height, geometry.height) - 1;
  if (placesFrom(top, geometry).some((place) => place.id === id && place.row === wanted)) return top;
  return height >= geometry.height ? {id, row: 0} : movePlace({id, row: height - 1}, geometry, 1 - geometry.height);
}

/** The next top when the marked entry still has rows outside the screen in the direction of `delta`. */
function scrollInside({top, current}: Held, geometry: Geometry, delta: number): Place | undefined {
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

/** The position just before filters or folds change: from then on the pane may be higher or lower than it was. */
export function setCurrentRow(position: Position, geometry: Geometry): Position {
  if (position.kind === 'follow' || position.eyeRow !== undefined) return position;
  const current = currentOf(position, geometry);
  const eyeRow = visiblePlaces(position, geometry).findIndex((place) => place.id === current);
  return eyeRow === -1 ? position : {...position, eyeRow};
}

/**
 * The position once other entries are shown (filters or folds changed): the current entry, or the nearest that is
 * still shown, stays in its screen row. Where the log is too short for that, the row is remembered until the next
 * move, so that a filter taken back puts the entry where it was. `rowFor`: the entry in whose row another one is shown,
 * as in that of a fold.
 */
export function keepCurrentRow(
  position: Position,
  before: Geometry,
  after: Geometry,
  rowFor: (id: number) => number = (id) => id,
): Position {
  if (position.kind === 'follow') return position;
  const current = currentOf(position, before) ?? position.current;
  const target = nearestShown(after, rowFor(current));
  const places = visiblePlaces(position, before);
  const index = places.findIndex((place) => place.id === current);
  const eyeRow = position.eyeRow ?? Math.max(0, index);
  // Nothing is left to look at; what was looked at comes back with the filter.
  if (target === undefined) return {...position, eyeRow};
  // An entry whose first rows are above the screen keeps the row of it that is at the top.
  const rowOf = target === current ? Math.min(places[index]?.row ?? 0, after.heightOf(target) - 1) : 0;
  // The row that lists the filters may have taken the one that is remembered.
  const wanted = movePlace({id: target, row: rowOf}, after, -Math.min(eyeRow, after.height - 1));
  return {...position, top: clampTop(wanted, after) ?? wanted, current: target, eyeRow};
}
