import {spans} from './width.ts';

/**
 * The offset (UTF-16) at which each row of sanitised text begins when it is wrapped at `cells` cells; the first is
 * always 0. Rows break at characters, like those of `less`: logs are not prose. Stops after `maxRows` rows, so that
 * the first rows of a long line do not cost its length; ask for one more than wanted to know whether there are more.
 */
export function wrapOffsets(text: string, cells: number, maxRows = Number.POSITIVE_INFINITY): readonly number[] {
  const room = Math.max(2, cells);
  const offsets = [0];
  let used = 0;
  for (const span of spans(text)) {
    if (span.splittable) {
      let at = span.start + room - used;
      for (; at < span.end && offsets.length < maxRows; at += room) offsets.push(at);
      // `at` is now where the next row would begin, at or after the end of the span.
      used = room - (at - span.end);
    } else {
      if (used + span.cells > room) {
        if (offsets.length >= maxRows) return offsets;
        offsets.push(span.start);
        used = 0;
      }
      used += span.cells;
    }
    if (offsets.length >= maxRows) return offsets;
  }
  return offsets;
}
