import stringWidth from 'string-width';
import {graphemeSegments} from 'unicode-segmenter';
import {simpleCharacters, withoutSgr} from './simple-text.ts';

/** UTF-16 offsets and a width in cells. One grapheme, or, if `splittable`, simple characters of one cell each. */
type Span = {
  readonly start: number;
  readonly end: number;
  readonly cells: number;
  readonly splittable: boolean;
};

const notSimple = new RegExp(`[^${simpleCharacters}]`, 'g');
const twoSimple = new RegExp(`[${simpleCharacters}]{2}`, 'g');

/** In cells. All terminals agree on the width of sanitised text (`sanitise.ts`). */
export function textWidth(text: string): number {
  notSimple.lastIndex = 0;
  if (!notSimple.test(text)) return text.length;
  let cells = 0;
  for (const span of spans(text)) cells += span.cells;
  return cells;
}

/** Characters that are looked at for one span: a row shows the beginning of a line of 64 KiB, in each frame. */
const longestSpan = 1024;

/** Lazy, since a line may be long. A span that is not splittable has at most 2 cells. */
export function* spans(text: string): Generator<Span, void, undefined> {
  let at = 0;
  while (at < text.length) {
    const isPart = text.length - at > longestSpan;
    const part = isPart ? text.slice(at, at + longestSpan) : text;
    const partStart = isPart ? at : 0;
    notSimple.lastIndex = at - partStart;
    const found = notSimple.exec(part)?.index;
    const other = partStart + (found ?? part.length);
    // The character before one that is not simple may be the base of a combining mark.
    const simpleEnd = other === text.length ? other : Math.max(at, other - 1);
    if (simpleEnd > at) yield {start: at, end: simpleEnd, cells: simpleEnd - at, splittable: true};
    if (simpleEnd === text.length) return;
    if (found === undefined) {
      at = simpleEnd;
      continue;
    }
    // Between two simple characters there is always a border: the segmenter may stop there.
    twoSimple.lastIndex = other;
    const pair = twoSimple.exec(text);
    const end = pair === null ? text.length : pair.index + 1;
    for (const {segment, index} of graphemeSegments(text.slice(simpleEnd, end))) {
      yield* graphemeSpans(segment, simpleEnd + index);
    }
    at = end;
  }
}

/** The spans of a grapheme: itself, unless it is so wide that it may have to be broken at the end of a row. */
function* graphemeSpans(grapheme: string, start: number): Generator<Span, void, undefined> {
  const cells = graphemeCells(grapheme);
  if (cells <= 2) {
    yield {start, end: start + grapheme.length, cells, splittable: false};
    return;
  }
  // A line can have any number of spacing marks in a row, each in its own cell.
  let at = 0;
  let width = 0;
  let next = 0;
  for (const character of grapheme) {
    const more = graphemeCells(character);
    if (more > 0 && next > at) {
      yield {start: start + at, end: start + next, cells: width, splittable: false};
      at = next;
      width = 0;
    }
    width += more;
    next += character.length;
  }
  yield {start: start + at, end: start + next, cells: width, splittable: false};
}

/** Measured widths: string-width takes 1.5 µs for a grapheme, and text repeats its letters. */
const measured = new Map<string, number>();
const mostMeasured = 4096;
const longestMeasured = 16;

function graphemeCells(grapheme: string): number {
  let cells = measured.get(grapheme);
  if (cells === undefined) {
    // Terminals show the sum: in sanitised text nothing joins but marks, and vowels and finals of Hangul.
    cells = 0;
    for (const character of grapheme) cells += joined.test(character) ? 0 : stringWidth(character);
    if (measured.size >= mostMeasured) measured.clear();
    if (grapheme.length <= longestMeasured) measured.set(grapheme, cells);
  }
  return cells;
}

const joined = /[\p{Mn}\p{Me}\u1160-\u11ff]/v;

/** In cells. `painted`: returned by `paint`. */
export function paintedWidth(painted: string): number {
  return textWidth(withoutSgr(painted));
}
