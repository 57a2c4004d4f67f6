import {simpleCharacters} from './simple-text.ts';
import {spans} from './width.ts';

/** A painted row as the cells of a terminal; after its text they are blank. */
export type Cells = {
  readonly row: string;
  /** A number for what each cell shows; `secondHalf` in the second cell of a wide character. */
  readonly characters: Int32Array;
  /** UTF-16 offsets of the cells' characters in the row; only those before `length` are valid. */
  readonly offsets: Uint32Array;
  /** A number for the style of each cell (`parametersOf`); 0 is plain. */
  readonly pens: Uint16Array;
  /** Cells before the blank and plain ones at the end. */
  readonly length: number;
};

const blank = 0x20;
export const secondHalf = -1;

let blanks: Cells | undefined;

export function blankCells(columns: number): Cells {
  if (blanks?.pens.length !== columns) blanks = {...newArrays(columns), row: '', length: 0};
  return blanks;
}

type CellArrays = Pick<Cells, 'characters' | 'offsets' | 'pens'>;

/** The arrays of rows that are no longer shown. A frame of 200×50 needs 100 kB, and a busy log draws 30 a second. */
const spare: CellArrays[] = [];

/** Lets later rows use the arrays of these cells. The caller must not read the cells again. */
export function releaseCells({characters, offsets, pens}: Cells): void {
  spare.push({characters, offsets, pens});
}

/** The arrays may still hold another row. */
function takeArrays(columns: number): CellArrays {
  const arrays = spare.pop();
  if (arrays?.pens.length === columns) return arrays;
  spare.length = 0;
  return newArrays(columns);
}

/** Blank cells. */
function newArrays(columns: number): CellArrays {
  const characters = new Int32Array(columns).fill(blank);
  return {characters, offsets: new Uint32Array(columns), pens: new Uint16Array(columns)};
}

const esc = 0x1b;
const simple = new RegExp(`^[${simpleCharacters}]$`);
/** For each character up to the last simple one: 1 if it is simple. Made at the first use. */
let simpleTable: Uint8Array | undefined;

/** Some terminals show no cell for a spacing mark. Others have one width in all of them, see `sanitise.ts`. */
const spacingMark = /\p{Mc}/u;

/**
 * Undefined for a row of which it is not certain what each cell shows: with other controls than SGR, with spacing marks,
 * or wider than the terminal.
 */
export function readCells(row: string, columns: number): Cells | undefined {
  const arrays = takeArrays(columns);
  const length = readInto(arrays, row);
  if (length !== undefined) return {row, ...arrays, length};
  spare.push(arrays);
  return undefined;
}

/** Returns the `length` of the cells; undefined where `readCells` returns it. */
function readInto({characters, offsets, pens}: CellArrays, row: string): number | undefined {
  simpleTable ??= Uint8Array.from({length: 0x2900}, (_, code) => (simple.test(String.fromCharCode(code)) ? 1 : 0));
  let cell = 0;
  let length = 0;
  let pen = 0;
  /** The first cell since the last SGR sequence. */
  let start = 0;
  for (let at = 0; at < row.length; ) {
    const code = row.charCodeAt(at);
    if (simpleTable[code] === 1) {
      if (cell === pens.length) return undefined;
      characters[cell] = code;
      offsets[cell] = at++;
      pens[cell++] = pen;
      if (code !== blank || pen !== 0) length = cell;
    } else if (code === esc) {
      const end = endOfSgr(row, at);
      const next = end === undefined ? undefined : penAfter(pen, row.slice(at + 2, end - 1));
      if (end === undefined || next === undefined) return undefined;
      pen = next;
      at = end;
      start = cell;
    } else {
      // The character before may be the base of a mark.
      if (cell > start) {
        cell -= 1;
        at -= 1;
      }
      const after = readOthers(row, at, {characters, offsets, cell});
      if (after === undefined) return undefined;
      pens.fill(pen, cell, after.cell);
      length = cell = after.cell;
      at = after.offset;
    }
  }
  characters.fill(blank, cell);
  pens.fill(0, cell);
  return length;
}

/** Where the SGR sequence ends that begins at `from`; undefined: it is another sequence. */
function endOfSgr(row: string, from: number): number | undefined {
  if (row[from + 1] !== '[') return undefined;
  for (let at = from + 2; at < row.length; at++) {
    const code = row.charCodeAt(at);
    if (code === 0x6d) return at + 1;
    // Digits, colons and semicolons.
    if (code < 0x30 || code > 0x3b) return undefined;
  }
  return undefined;
}

type CellPosition = {readonly cell: number; readonly offset: number};

/** Reads up to the next sequence. Returns the place after it; undefined as `readCells`. */
function readOthers(
  row: string,
  from: number,
  {characters, offsets, cell: first}: Pick<Cells, 'characters' | 'offsets'> & {readonly cell: number},
): CellPosition | undefined {
  const sequence = row.indexOf('\x1b', from);
  const offset = sequence === -1 ? row.length : sequence;
  const text = row.slice(from, offset);
  if (spacingMark.test(text)) return undefined;
  let cell = first;
  for (const {start, end, cells, splittable} of spans(text)) {
    if (cell + cells > characters.length) return undefined;
    if (splittable) {
      for (let index = start; index < end; index++) {
        offsets[cell] = from + index;
        characters[cell++] = text.charCodeAt(index);
      }
      continue;
    }
    const character = cells === 0 ? undefined : numberOf(text.slice(start, end));
    if (character === undefined) return undefined;
    offsets[cell] = from + start;
    characters[cell++] = character;
    if (cells === 2) {
      offsets[cell] = from + end;
      characters[cell++] = secondHalf;
    }
  }
  return {cell, offset};
}

/** Graphemes of several code points are numbered from here on; a single code point is its own number. */
const firstCluster = 0x11_0000;
const clusters = new Map<string, number>();
const clusterLengths: number[] = [];
/** Of graphemes, and of styles. A log has a few; rows with more are not read, so that memory has a bound. */
const mostNumbers = 16_384;

function numberOf(grapheme: string): number | undefined {
  const code = grapheme.codePointAt(0) ?? 0;
  if (grapheme.length === (code > 0xffff ? 2 : 1)) return code;
  const known = clusters.get(grapheme);
  if (known !== undefined || clusters.size === mostNumbers) return known;
  const number = firstCluster + clusters.size;
  clusters.set(grapheme, number);
  clusterLengths.push(grapheme.length);
  return number;
}

/** The text of some cells, with the sequences between them. `from` is no second half. */
export function textOf({row, characters, offsets}: Cells, from: number, to: number): string {
  const last = characters[to - 1] ?? blank;
  const start = offsets[to - 1] ?? 0;
  if (last === secondHalf) return row.slice(offsets[from], start);
  const length = last < firstCluster ? (last > 0xffff ? 2 : 1) : (clusterLengths[last - firstCluster] ?? 0);
  return row.slice(offsets[from], start + length);
}

/** A style is all SGR parameters since the last reset: whatever they mean, to send them again has the same effect. */
type Pen = {readonly parameters: string; readonly after: Map<string, number | undefined>};

const allPens: Pen[] = [{parameters: '', after: new Map()}];
const penNumbers = new Map<string, number>([['', 0]]);
/** Of a style's parameters, in characters. A true colour on another has 35. */
const longestPen = 120;
/** Parameters that mean the same alone and behind others: no colour that continues in the next sequence. */
const complete = /^(?:(?:(?![345]8(?:;|$))\d{1,3}(?::\d*)*|[345]8;5;\d{1,3}|[345]8;2(?:;\d{1,3}){3})(?:;(?!$)|$))+$/;

/** The style after an SGR sequence; undefined if it cannot be told from its parameters. */
function penAfter(number: number, parameters: string): number | undefined {
  const pen = allPens[number];
  if (!pen) return undefined;
  const known = pen.after.get(parameters);
  if (known !== undefined) return known;
  const next = numberOfPen(afterParameters(pen.parameters, parameters));
  if (pen.after.size < mostNumbers) pen.after.set(parameters, next);
  return next;
}

function afterParameters(open: string, parameters: string): string {
  if (parameters === '' || parameters === '0') return '';
  if (parameters.startsWith('0;')) return parameters.slice(2);
  return open === '' ? parameters : `${open};${parameters}`;
}

function numberOfPen(parameters: string): number | undefined {
  const known = penNumbers.get(parameters);
  if (known !== undefined) return known;
  if (allPens.length === mostNumbers || parameters.length > longestPen || !complete.test(parameters)) return undefined;
  penNumbers.set(parameters, allPens.length);
  return allPens.push({parameters, after: new Map()}) - 1;
}

/** The SGR parameters of a style in `Cells`; empty for the plain one. */
export function parametersOf(pen: number): string {
  return allPens[pen]?.parameters ?? '';
}
