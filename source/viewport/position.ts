/**
 * Where a pane stands in a log, and how keys move it. Everything is worked out from the anchor outward: no height is
 * ever summed over the buffer, and ids are absolute, so that trimming and arriving lines never move what is on screen.
 */

/** One screen row of an entry: an entry that wraps has several. */
export type Place = {readonly id: number; readonly row: number};

/** `follow` sticks to the newest entry. `held` keeps `top` in the first screen row; `current` is the marked entry. */
export type Position =
  | {readonly kind: 'follow'}
  | {
      readonly kind: 'held';
      readonly top: Place;
      readonly current: number;
      /** Entries from here on arrived below and were not on the screen yet: they count as new. */
      readonly seen: number;
    };

/** What the pane shows: entries [firstId, endId), `height` screen rows, and how many rows an entry takes (≥ 1). */
export type Geometry = {
  readonly firstId: number;
  readonly endId: number;
  readonly height: number;
  readonly heightOf: (id: number) => number;
};

export const follow: Position = {kind: 'follow'};

/** The places of the screen rows, top to bottom; fewer than `height` only when the log is shorter. */
export function visiblePlaces(position: Position, geometry: Geometry): readonly Place[] {
  const top = position.kind === 'follow' ? lastTop(geometry) : clampTop(position.top, geometry);
  const places: Place[] = [];
  for (let id = top.id, row = top.row; id < geometry.endId && places.length < geometry.height; id++, row = 0) {
    const height = geometry.heightOf(id);
    for (; row < height && places.length < geometry.height; row++) places.push({id, row});
  }
  return places;
}

/** The marked entry: the one that the keys act on. Undefined while the log is empty. */
export function currentOf(position: Position, geometry: Geometry): number | undefined {
  if (geometry.endId === geometry.firstId) return undefined;
  if (position.kind === 'follow') return geometry.endId - 1;
  return clamp(position.current, geometry.firstId, geometry.endId - 1);
}

/** How many entries arrived below what was on the screen since the pane stopped following. */
export function newBelow(position: Position, geometry: Geometry): number {
  if (position.kind === 'follow') return 0;
  const lastShown = visiblePlaces(position, geometry).at(-1);
  const seen = Math.max(position.seen, lastShown === undefined ? 0 : lastShown.id + 1);
  return Math.max(0, geometry.endId - Math.max(seen, geometry.firstId));
}

/** Stops where the pane is: the same rows, the last one on the screen marked. */
export function hold(position: Position, geometry: Geometry): Position {
  if (position.kind === 'held' || geometry.endId === geometry.firstId) return position;
  return {kind: 'held', top: lastTop(geometry), current: geometry.endId - 1, seen: geometry.endId};
}

/** Moves the marked entry by `delta` entries; down from the last entry follows again. */
export function moveBy(position: Position, geometry: Geometry, delta: number): Position {
  const current = currentOf(position, geometry);
  if (current === undefined) return position;
  if (delta > 0 && current === geometry.endId - 1 && isEndVisible(position, geometry)) return follow;
  if (position.kind === 'follow' && delta > 0) return position;
  const held = holdAt(position, geometry);
  // An entry taller than the screen is read row by row before the mark leaves it.
  const inside = scrollInside(held, geometry, current, delta);
  if (inside) return look({...held, top: inside, current}, geometry);
  const target = clamp(current + delta, geometry.firstId, geometry.endId - 1);
  return look({...held, top: topToShow(held.top, geometry, target), current: target}, geometry);
}

/** Scrolls by screen rows; the mark keeps its row on the screen. Down from the very end follows again. */
export function scrollBy(position: Position, geometry: Geometry, rows: number): Position {
  if (geometry.endId === geometry.firstId) return position;
  if (rows > 0 && isEndVisible(position, geometry)) return follow;
  const held = holdAt(position, geometry);
  const before = visiblePlaces(held, geometry);
  const markRow = Math.max(
    0,
    before.findIndex((place) => place.id === held.current),
  );
  const top = clampTop(movePlace(clampTop(held.top, geometry), geometry, rows), geometry);
  const moved = top.id !== held.top.id || top.row !== held.top.row;
  const after = visiblePlaces({...held, top}, geometry);
  const last = after.length - 1;
  // Where the log ends before the full distance, the mark goes to the end instead.
  const row = moved ? Math.min(markRow, last) : rows < 0 ? 0 : last;
  return look({...held, top, current: after[row]?.id ?? held.current}, geometry);
}

/** The oldest entry. */
export function toTop(position: Position, geometry: Geometry): Position {
  if (geometry.endId === geometry.firstId) return position;
  const held = holdAt(position, geometry);
  return look({...held, top: {id: geometry.firstId, row: 0}, current: geometry.firstId}, geometry);
}

/** Marks `id` and shows it: the screen moves only if it has to, and then puts the entry a third from the top. */
export function reveal(position: Position, geometry: Geometry, id: number): Position {
  if (geometry.endId === geometry.firstId) return position;
  const held = holdAt(position, geometry);
  const target = clamp(id, geometry.firstId, geometry.endId - 1);
  const visible = visiblePlaces(held, geometry).some((place) => place.id === target && place.row === 0);
  const top = visible
    ? held.top
    : clampTop(movePlace({id: target, row: 0}, geometry, -Math.floor(geometry.height / 3)), geometry);
  return look({...held, top, current: target}, geometry);
}

type Held = Extract<Position, {kind: 'held'}>;

function holdAt(position: Position, geometry: Geometry): Held {
  const held = hold(position, geometry);
  if (held.kind === 'held') {
    return {...held, current: clamp(held.current, geometry.firstId, geometry.endId - 1)};
  }
  const id = geometry.firstId;
  return {kind: 'held', top: {id, row: 0}, current: id, seen: geometry.endId};
}

/** What has been on the screen is no longer new. */
function look(held: Held, geometry: Geometry): Held {
  const lastShown = visiblePlaces(held, geometry).at(-1);
  return lastShown === undefined ? held : {...held, seen: Math.max(held.seen, lastShown.id + 1)};
}

function isEndVisible(position: Position, geometry: Geometry): boolean {
  if (position.kind === 'follow') return true;
  const last = visiblePlaces(position, geometry).at(-1);
  return last?.id === geometry.endId - 1 && last.row === geometry.heightOf(last.id) - 1;
}

/** The top that puts the very last row in the last screen row. */
function lastTop(geometry: Geometry): Place {
  const lastId = Math.max(geometry.firstId, geometry.endId - 1);
  if (geometry.endId === geometry.firstId) return {id: lastId, row: 0};
  return movePlace({id: lastId, row: geometry.heightOf(lastId) - 1}, geometry, 1 - geometry.height);
}

/** Keeps a top within the log and never lets the screen run past the end while there is something above to show. */
function clampTop(top: Place, geometry: Geometry): Place {
  if (geometry.endId === geometry.firstId || top.id < geometry.firstId) return {id: geometry.firstId, row: 0};
  const last = lastTop(geometry);
  if (top.id > last.id || (top.id === last.id && top.row > last.row)) return last;
  return {id: top.id, row: Math.min(top.row, geometry.heightOf(top.id) - 1)};
}

/** The place `rows` screen rows away, stopping at both ends of the log. */
function movePlace(place: Place, geometry: Geometry, rows: number): Place {
  let {id, row} = place;
  let left = Math.abs(rows);
  if (rows < 0) {
    while (left > row && id > geometry.firstId) {
      left -= row + 1;
      id--;
      row = geometry.heightOf(id) - 1;
    }
    return {id, row: Math.max(0, row - left)};
  }
  let height = geometry.heightOf(id);
  while (left > height - 1 - row && id < geometry.endId - 1) {
    left -= height - row;
    id++;
    row = 0;
    height = geometry.heightOf(id);
  }
  return {id, row: Math.min(height - 1, row + left)};
}

/** The nearest top that has `id` whole on the screen (its first rows, when it is taller than the screen). */
function topToShow(top: Place, geometry: Geometry, id: number): Place {
  const from = clampTop(top, geometry);
  if (id < from.id || (id === from.id && from.row > 0)) return {id, row: 0};
  const places = visiblePlaces({kind: 'held', top: from, current: id, seen: 0}, geometry);
  const height = geometry.heightOf(id);
  if (places.some((place) => place.id === id && place.row === Math.min(height, geometry.height) - 1)) return from;
  if (height >= geometry.height) return {id, row: 0};
  return clampTop(movePlace({id, row: height - 1}, geometry, 1 - geometry.height), geometry);
}

/** The next top when the marked entry still has rows outside the screen in the direction of `delta`. */
function scrollInside(held: Held, geometry: Geometry, current: number, delta: number): Place | undefined {
  const height = geometry.heightOf(current);
  if (height <= geometry.height) return undefined;
  const rows = visiblePlaces(held, geometry)
    .filter((place) => place.id === current)
    .map((place) => place.row);
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (delta > 0 && last < height - 1) return movePlace(clampTop(held.top, geometry), geometry, 1);
  if (delta < 0 && first > 0) return movePlace(clampTop(held.top, geometry), geometry, -1);
  return undefined;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
