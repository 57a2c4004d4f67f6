import {clip} from '../terminal/fit.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import {type ErrorEnds, rangeWords, variablePart} from './event-words.ts';

/** UTF-16 offsets in a text, the end exclusive. */
type Part = {readonly start: number; readonly end: number};

/** A text with each of its variable parts as one character, and the offset in the text of each character, and its end. */
type Shape = {readonly shape: string; readonly offsets: readonly number[]};

/** Of errors whose last one is `latest`. `cells`: the room, on which the words depend. */
type ErrorText = Shape & {readonly words: StyledText; readonly latest: Uint8Array; readonly cells: number};

/** By example. A page makes its rows again with each frame. */
const texts = new WeakMap<Uint8Array, ErrorText>();

const placeholder = '\0';

/** Errors on each side in the list that an error is compared with: those that may be on the screen with it. */
const mostNear = 50;
/** Share of the room for the beginning of a text that is cut in the middle. */
const headShare = 1 / 4;
/** Share of the rest of the room, without the part, for the text before the part. */
const beforeShare = 3 / 4;
/** Cells by which the text after a cut may begin later, to begin with a word. */
const wordSlack = 12;

/**
 * The words of errors that are listed together, cut where the room is small: the part in which an error differs from
 * the most similar other one stays visible.
 */
export class ErrorExcerpts {
  readonly #groups: readonly ErrorEnds[];
  readonly #cells: number;
  readonly #ellipsis: string;

  /** `groups`: in the order of the list; `cells`: the room for each. */
  constructor(groups: readonly ErrorEnds[], {cells, ellipsis}: {readonly cells: number; readonly ellipsis: string}) {
    this.#groups = groups;
    this.#cells = cells;
    this.#ellipsis = ellipsis;
  }

  /** The words of one of the groups. `taken`: cells of the room that are needed for other text. */
  of(group: ErrorEnds, taken = 0): StyledText {
    const {words} = this.#textOf(group);
    const cells = this.#cells - taken;
    if (textWidth(words.text) <= cells) return words;
    return shortenAround(words, cells, this.#differingPart(group), this.#ellipsis);
  }

  #textOf(group: ErrorEnds): ErrorText {
    const cells = this.#cells;
    const cached = texts.get(group.example);
    const {latest} = group;
    if (cached?.cells === cells && cached.latest === latest) return cached;
    const words = rangeWords(group, cells, this.#ellipsis);
    const text = {words, latest, cells, ...shapeOf(words.text)};
    texts.set(group.example, text);
    return text;
  }

  /** Whole words. The start of the text if no other error is similar. */
  #differingPart(group: ErrorEnds): Part {
    const {words, shape, offsets} = this.#textOf(group);
    let common = -1;
    let nearest = '';
    const index = this.#groups.indexOf(group);
    for (const other of this.#groups.slice(Math.max(0, index - mostNear), index + mostNear + 1)) {
      const otherShape = other === group ? shape : this.#textOf(other).shape;
      const length = otherShape === shape ? -1 : commonStart(shape, otherShape);
      if (length > common) {
        common = length;
        nearest = otherShape;
      }
    }
    if (common <= 0) return {start: 0, end: 0};
    const tail = commonEnd(shape, nearest, common);
    const {text} = words;
    const start = text.lastIndexOf(' ', (offsets[common] ?? text.length) - 1) + 1;
    const end = text.indexOf(' ', offsets[shape.length - tail] ?? text.length);
    return {start, end: end === -1 ? text.length : Math.max(start, end)};
  }
}

/**
 * The text in at most `cells` cells. Where it is cut, there is an ellipsis, which has one cell: at the end if the part
 * is visible then, else between the beginning of the text and the part, which has the text before it as far as it fits.
 */
export function shortenAround(styled: StyledText, cells: number, part: Part, ellipsis: string): StyledText {
  const {text} = styled;
  const total = textWidth(text);
  if (total <= cells) return styled;
  if (cells <= 0) return plain('');
  const cut = plain(ellipsis, {dim: true});
  const cutAtEnd = concat([clip(styled, 0, cells - 1), cut]);
  const partStart = textWidth(text.slice(0, part.start));
  const partEnd = textWidth(text.slice(0, part.end));
  const headCells = Math.floor(cells * headShare);
  const room = cells - headCells - 1;
  if (partEnd < cells || room < 2) return cutAtEnd;
  const spare = Math.max(0, room - 1 - (partEnd - partStart));
  const from = Math.min(total - room, partStart - Math.floor(spare * beforeShare));
  if (from <= headCells + 1) return cutAtEnd;
  const head = clip(styled, 0, headCells);
  const at = wordFrom(styled, from, partStart);
  const rest = clip(styled, at, total - at);
  const isCut = textWidth(rest.text) > room;
  return concat([head, cut, isCut ? clip(rest, 0, room - 1) : rest, ...(isCut ? [cut] : [])]);
}

/** The cell at which the next word begins, if that is near and not after `limit`; else `from`. */
function wordFrom(styled: StyledText, from: number, limit: number): number {
  const ahead = clip(styled, from - 1, wordSlack).text;
  const space = ahead.indexOf(' ');
  const at = from + space;
  return space >= 0 && at <= limit ? at : from;
}

function shapeOf(text: string): Shape {
  let shape = '';
  const offsets: number[] = [];
  const copy = (from: number, to: number) => {
    shape += text.slice(from, to);
    for (let at = from; at < to; at++) offsets.push(at);
  };
  let next = 0;
  for (const {0: match, index} of text.matchAll(variablePart)) {
    copy(next, index);
    shape += placeholder;
    offsets.push(index);
    next = index + match.length;
  }
  copy(next, text.length);
  offsets.push(text.length);
  return {shape, offsets};
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

/** Without the first `from` characters. */
function commonEnd(a: string, b: string, from: number): number {
  const most = Math.min(a.length, b.length) - from;
  let length = 0;
  while (length < most && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length;
}
