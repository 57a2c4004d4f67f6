import {clampTop, type Geometry, movePlace, nearestShown} from './geometry.ts';
import {currentOf, type Position, visiblePlaces} from './position.ts';

/**
 * The position once other entries are shown (filters or folds changed): the current entry, or the nearest that is
 * still shown, stays in its screen row. Where the log is too short for that, the row is remembered until the next
 * move, so that a filter taken back puts the entry where it was.
 */
export function keepUnderEye(position: Position, before: Geometry, after: Geometry): Position {
  if (position.kind === 'follow') return position;
  const current = currentOf(position, before) ?? position.current;
  const target = nearestShown(after, current);
  const places = visiblePlaces(position, before);
  const index = places.findIndex((place) => place.id === current);
  const eyeRow = position.eyeRow ?? Math.max(0, index);
  // Nothing is left to look at; what was looked at comes back with the filter.
  if (target === undefined) return {...position, eyeRow};
  // An entry whose first rows are above the screen keeps the row of it that is at the top.
  const rowOf = target === current ? Math.min(places[index]?.row ?? 0, after.heightOf(target) - 1) : 0;
  const top = movePlace({id: target, row: rowOf}, after, -eyeRow);
  return {...position, top: clampTop(top, after) ?? top, current: target, eyeRow};
}
