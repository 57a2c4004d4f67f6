import {clampTop, type Geometry, movePlace, nearestShown} from './geometry.ts';
import {currentOf, type Position, visiblePlaces} from './position.ts';

/** The position just before filters or folds change: from then on the pane may be higher or lower than it was. */
export function noteEyeRow(position: Position, geometry: Geometry): Position {
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
export function keepUnderEye(
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
