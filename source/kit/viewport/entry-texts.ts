import type {LineStart} from '../../engine/buffer/cold-segments.ts';
import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import type {Marker} from '../../engine/buffer/markers.ts';
import type {Pattern} from '../../engine/buffer/pattern.ts';
import {visibleBytes} from '../../engine/buffer/style-joints.ts';
import {openingBrace} from '../../engine/records/bytes.ts';
import type {Level} from '../../engine/records/level.ts';
import {levelIn} from '../../engine/records/line-head.ts';
import {isPanicLine, kindIn} from '../../engine/records/line-kind.ts';
import type {LongRecord} from '../../engine/records/long-records.ts';
import {panicText} from '../../engine/records/panic.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {byteSize, timeOfText} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import type {PaneOptions} from '../settings/option-table.ts';
import {wordOffsets} from '../terminal/fit.ts';
import type {Style} from '../terminal/style.ts';
import {joinLines, overlay, plain, type StyledText, type TextRange} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {markerText, markerTone} from '../words/marker-words.ts';
import {
  type CompactForm,
  compactnessFor,
  compactText,
  hasTarget,
  levelEnd,
  lineAsSent,
  messageColumn,
  panicAsError,
  readLine,
} from './line-text.ts';
import type {ZoneOffset} from './time-column.ts';

type Highlight = {readonly pattern: Pattern; readonly style: Style};

/** Shape of an entry's rows. */
type EntryShape = {
  /** The entry continues the record of a line with a time and a level. */
  readonly isContinuation: boolean;
  /** Rows of each line of its message, at most: 1, or as many as it needs. */
  readonly mostRows: number;
};

/** One row: `[start, end)` of the entry's text behind `indent` blanks. It may be too wide for the pane. */
type EntryRow = {readonly start: number; readonly end: number; readonly indent: number};

/** The text of an entry on the screen: the part that depends only on the entry and the options. */
export type EntryText = {
  readonly shape: EntryShape | undefined;
  /** The message's lines are separated by newlines. */
  readonly styled: StyledText;
  /** At least one. */
  readonly rows: readonly EntryRow[];
  /** Length of time and level and what is before them, in UTF-16 units; 0 if the text is not that of a record. */
  readonly headLength: number;
  /** A record that is shown as sent: time and level are too far to the right to stay in place while it is panned. */
  readonly isAsSent: boolean;
  /** The line's length, shown at the right border; undefined if the whole line is shown. */
  readonly label: string | undefined;
  /** Rows that are left out while following. */
  readonly hiddenRows: number;
  /** Unix time in ms; undefined if the entry is no record. */
  readonly at: number | undefined;
  /** Cells of the time column, with which `styled.text` begins; 0 for none. */
  readonly timeCells: number;
  /** The matches of the search in `styled.text`. */
  readonly matches: readonly TextRange[];
};

/** Form in which lines become text: as sent if `compact` is undefined. */
type EntryForm = {
  /** Cells of a row. */
  readonly cells: number;
  readonly symbols: Symbols;
  readonly compact: CompactForm | undefined;
  /** Rows of a line, at most. */
  readonly mostRows: number;
  /** Zone of the times in the words of markers. */
  readonly zone: ZoneOffset;
  readonly highlights: readonly Highlight[];
  readonly search: Pattern | undefined;
};

/**
 * The options of the layout of entries. With `wrap: 'errors'` lines of WARN and worse continue in the next row, but for the
 * frames of a backtrace.
 */
export type EntryOptions = PaneOptions & {
  /** The index of the log's records, which may be behind. */
  readonly records: Pick<RecordIndex, 'indexedTo' | 'levelAt' | 'isContinuation'>;
  /** Unless all lines are to be wrapped, a line has three rows at most: what comes must not leave at once. */
  readonly isFollowing: boolean;
  readonly offsetAt: ZoneOffset;
  readonly symbols: Symbols;
  /** Painted under the matches, a later one over an earlier one. */
  readonly highlights: readonly Highlight[];
  readonly search: Pattern | undefined;
  /** The long record whose summary is the row of an entry: mostly a closed one. */
  readonly summarisedAt: (id: number) => Pick<LongRecord, 'first' | 'lines'> | undefined;
  /** The entry whose text a row shows: where one row stands for several equal records, the last of them. */
  readonly textOf: (id: number) => number;
  /** Its Unix time in ms. */
  readonly timeAt: (id: number) => number | undefined;
};

/** The time is omitted if the text has fewer cells. Beside the list, at 40 columns, it has 22. */
const leastForTime = 28;
/** Rows of a line while following, at most. */
const followedRows = 3;
/** Texts in the cache, enough for any screen. Others are made again in microseconds. */
const cacheLimit = 2000;

/** An object for each kind of shape, so that shapes can be compared. */
const shapes = [1, Number.POSITIVE_INFINITY].flatMap((mostRows): readonly EntryShape[] => [
  {isContinuation: false, mostRows},
  {isContinuation: true, mostRows},
]);

/** Facts on which a line's shape depends, beside its record. */
type LineHead = {readonly isError: boolean; readonly isFrame: boolean; readonly opensJson: boolean};

/** The texts of the entries of one buffer. Reads a complete line once: most lines on the screen may be compressed. */
export class EntryTexts {
  readonly #options: EntryOptions;
  readonly #form: EntryForm;
  readonly #buffer: LogBuffer;
  /** Texts of complete lines, which no longer change. */
  readonly #texts = new Map<number, EntryText>();
  /** Heads of complete lines. */
  readonly #heads = new Map<number, LineHead>();
  /** Texts of closed long records, by head, which change with the number of lines. */
  readonly #closedTexts = new Map<number, {readonly lines: number; readonly text: EntryText}>();

  /** `cells`: of a row. */
  constructor(buffer: LogBuffer, options: EntryOptions, cells: number) {
    const {asSent, time, offsetAt, isFollowing, wrap, symbols} = options;
    this.#options = options;
    this.#buffer = buffer;
    const compact = {
      compactness: compactnessFor(cells),
      time: cells < leastForTime ? ('off' as const) : time,
      offsetAt,
      toTheSecond: isFollowing,
      ellipsis: symbols.ellipsis,
    };
    const zone = time === 'local' && !asSent ? offsetAt : () => 0;
    const held = wrap === 'errors' ? errorLimit : wrapLimit;
    const mostRows = isFollowing && wrap !== 'all' ? followedRows : held;
    this.#form = {...options, cells, compact: asSent ? undefined : compact, zone, mostRows};
  }

  /** Number of rows of an entry's text: more than 1 if it wraps, or its message has several lines. */
  rowsOf(id: number): number {
    const mayHaveRows =
      // Unpacked now, it is read for its rows and its text at once.
      id < this.#buffer.unpackedFirstId ||
      this.#buffer.markerAt(id) !== undefined ||
      this.#shapeOf(id).mostRows > 1 ||
      this.#mayHaveLines(id);
    return mayHaveRows ? this.at(id).rows.length : 1;
  }

  /** The text of the row `row`; empty if the entry is not held. */
  at(row: number): EntryText {
    const id = this.#options.textOf(row);
    const marker = this.#buffer.markerAt(id);
    // A marker may be replaced, and the open line grows: neither is cached.
    if (marker) return markerEntry(marker, this.#form);
    const shape = this.#shapeOf(id);
    const summarised = this.#options.summarisedAt(id);
    if (summarised) return this.#closedText(id, summarised, shape);
    const cached = this.#texts.get(id);
    // The index may have learned that the line is part of a record.
    if (cached?.shape === shape) return cached;
    const line = this.#lineAt(id) ?? {bytes: Buffer.of(), length: 0};
    const {format} = this.#buffer;
    const read = format && {
      canonical: this.#buffer.canonicalAt(id, line.bytes),
      prefix: format.prefixLength?.(line.bytes, id),
    };
    const text = lineEntry({...line, ...read}, this.#form, shape);
    if (id < this.#buffer.endedTo) cache(this.#texts, id, text);
    return text;
  }

  #closedText(head: number, {first, lines}: Pick<LongRecord, 'first' | 'lines'>, shape: EntryShape): EntryText {
    const cached = this.#closedTexts.get(head);
    if (cached?.lines === lines && cached.text.shape === shape) return cached.text;
    const firstLines = first.flatMap((id) => this.#buffer.canonicalAt(id) ?? []);
    const bytes = closedLine(firstLines, this.#options.timeAt(head), this.#form.compact);
    const text = lineEntry({bytes}, this.#form, shape);
    // The open line grows.
    if ((first.at(-1) ?? 0) < this.#buffer.endedTo) cache(this.#closedTexts, head, {lines, text});
    return text;
  }

  #shapeOf(id: number): EntryShape {
    const {wrap, records} = this.#options;
    const isContinuation = records.isContinuation(id);
    return shapeOf(wrap === 'all' || (wrap === 'errors' && this.#isErrorLine(id)), isContinuation);
  }

  /** Returns whether it is a line of a record of WARN or worse, and no frame of a backtrace. */
  #isErrorLine(id: number): boolean {
    const {records} = this.#options;
    const isKnown = id < records.indexedTo;
    if (isKnown && !isError(records.levelAt(id))) return false;
    const head = this.#headOf(id);
    return head !== undefined && (isKnown || head.isError) && !head.isFrame;
  }

  /** Reads what can be shown of a line; all of one in JSON, whose level may be at its end. */
  #lineAt(id: number): LineStart | undefined {
    const start = this.#buffer.lineStartAt(id);
    if (!start || start.bytes.length === start.length || start.bytes[0] !== openingBrace) return start;
    const bytes = this.#buffer.lineAt(id);
    return bytes && {bytes, length: bytes.length};
  }

  /** Returns undefined for an entry that is no line, or not held. */
  #headOf(id: number): LineHead | undefined {
    const known = this.#heads.get(id);
    if (known) return known;
    const sent = this.#lineAt(id)?.bytes;
    const line = sent && this.#buffer.canonicalAt(id, sent);
    if (!line) return undefined;
    const kind = kindIn(line, 0, line.length);
    const isFrame = kind === 'frame' || kind === 'place';
    const head = {isError: isError(levelIn(line)), isFrame, opensJson: line[0] === openingBrace};
    if (id < this.#buffer.endedTo) cache(this.#heads, id, head);
    return head;
  }

  /** Returns whether an entry may have several rows without wrapping: only messages in JSON contain newlines. */
  #mayHaveLines(id: number): boolean {
    return this.#form.compact !== undefined && this.#headOf(id)?.opensJson === true;
  }
}

function shapeOf(isWrapped: boolean, isContinuation: boolean): EntryShape {
  return shapes[(isWrapped ? 2 : 0) + (isContinuation ? 1 : 0)] ?? {isContinuation, mostRows: 1};
}

function cache<Text>(texts: Map<number, Text>, id: number, text: Text): void {
  if (texts.size >= cacheLimit) texts.clear();
  texts.set(id, text);
}

function isError(level: Level | undefined): boolean {
  return level === 'WARN' || level === 'ERROR';
}

/**
 * The line for a closed panic or configuration: what the record is. `first`: its first lines, at most three. `at`: Unix time
 * in ms.
 */
function closedLine(
  first: readonly Uint8Array[],
  at: number | undefined,
  compact: CompactForm | undefined,
): Uint8Array {
  // A panic may begin with an empty line.
  const [head = Buffer.of(), next] = first[0]?.length === 0 ? first.slice(1) : first;
  if (!compact) return head;
  if (isPanicLine(head, 0, head.length)) return panicAsError(panicText(head, next), at, hasTarget(compact));
  const isBeginning = lineAsSent(head).text.startsWith('P');
  return isBeginning ? head : Buffer.from('the rest of a pipeline configuration');
}

const matchStyle: Style = {inverse: true};

const markerStyles: Readonly<Record<ReturnType<typeof markerTone>, Style>> = {
  quiet: {dim: true},
  notice: {fg: 6},
  loss: {fg: 1, bold: true},
};
/** Rows of an entry, at most: 64 KiB at 80 columns are 820. */
const wrapLimit = 1000;
/** Rows of an error that nobody asked to wrap, at most; also those that are counted of one that has fewer. */
const errorLimit = 100;

/** Cells of the rules on both sides of a marker, in a row of `cells` cells. */
export function ruleCells(cells: number): number {
  return cells >= 60 ? 4 : 1;
}

/** A marker between rules, wrapped at words. Only its words are searched. */
function markerEntry(marker: Marker, {cells, symbols, zone, search, highlights}: EntryForm): EntryText {
  const rule = symbols.rule.repeat(ruleCells(cells));
  const words = markerText(marker, zone);
  const opened = `${rule} ${words}`;
  // Without room the closing rule is omitted: it must not make a second row.
  const closed = `${opened} ${rule}`;
  const text = textWidth(closed) <= cells ? closed : opened;
  const rangesOf = (pattern: Pattern) =>
    pattern.ranges(words).map(({start, end}) => ({start: start + rule.length + 1, end: end + rule.length + 1}));
  const found = search ? rangesOf(search) : [];
  let styled = plain(text, markerStyles[markerTone(marker)]);
  for (const {pattern, style} of highlights) styled = overlay(styled, rangesOf(pattern), style);
  styled = overlay(styled, found, matchStyle);
  const offsets = wordOffsets(text, cells);
  const rows = offsets.map((start, row) => ({start, end: offsets[row + 1] ?? text.length, indent: 0}));
  return {
    shape: undefined,
    styled,
    rows,
    matches: found,
    headLength: 0,
    isAsSent: false,
    label: undefined,
    hiddenRows: 0,
    at: undefined,
    timeCells: 0,
  };
}

/** `length`: of the whole line, where its `bytes` may be what is visible. `canonical`, `prefix`: see `readLine`. */
type EntryLine = {
  readonly bytes: Uint8Array;
  readonly length?: number;
  readonly canonical?: Uint8Array | undefined;
  readonly prefix?: number | undefined;
};

/** A line in its compact form; as sent if it is no record, or if the compact form would hide all its matches. */
function lineEntry(line: EntryLine, form: EntryForm, shape: EntryShape): EntryText {
  const {bytes, length = bytes.length, canonical, prefix} = line;
  const {compact, search, highlights} = form;
  const {asSent, record, text: read} = readLine(bytes, canonical, prefix);
  let styled = asSent;
  let isAsSent = record !== undefined;
  let headLength = record && read === asSent ? levelEnd(asSent.text, record) : 0;
  let cells = 0;
  let searchedFrom = 0;
  // Rows that continue a record are below its message.
  let column = compact && shape.isContinuation ? messageColumn(compact, form.cells) : 0;
  if (compact && record) {
    const shown = compactText(read, record, compact);
    const text = joinLines(shown.rows);
    const {timeCells} = shown;
    // A search finds nothing in a time column whose text is not in the line.
    const from = compact.time === 'sent' || compact.time === 'utc' ? 0 : timeCells;
    const isShown = (pattern: Pattern) => matchRanges(pattern, text.text, from).length > 0;
    if (!search || isShown(search) || search.ranges(asSent.text).length === 0) {
      styled = text;
      isAsSent = false;
      ({headLength} = shown);
      cells = timeCells;
      searchedFrom = from;
      column = messageColumn(compact, form.cells);
    }
  }
  for (const {pattern, style} of highlights)
    styled = overlay(styled, matchRanges(pattern, styled.text, searchedFrom), style);
  const found = search ? matchRanges(search, styled.text, searchedFrom) : [];
  styled = overlay(styled, found, matchStyle);
  const limit = Math.max(form.mostRows, errorLimit);
  const rows = layOut(styled.text, {cells: form.cells, column, shape, limit});
  const isCut = length > visibleBytes || rows.length > limit;
  return {
    shape,
    styled,
    headLength,
    isAsSent,
    rows: rows.slice(0, form.mostRows),
    matches: found,
    label: isCut ? `${form.symbols.ellipsis} ${byteSize(length)}` : undefined,
    hiddenRows: isCut ? 0 : Math.max(0, rows.length - form.mostRows),
    at: record && timeOfText(record.timeText),
    timeCells: cells,
  };
}

/** The matches in an entry's text from `searchedFrom` on. */
function matchRanges(pattern: Pattern, text: string, searchedFrom: number): readonly TextRange[] {
  const ranges = pattern.ranges(text);
  return searchedFrom === 0 ? ranges : ranges.filter(({start}) => start >= searchedFrom);
}

/** The row that contains the offset `at` of the entry's text. */
export function rowAt({rows}: EntryText, at: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({start}) => start <= at),
  );
}

type Room = {readonly cells: number; readonly column: number; readonly shape: EntryShape; readonly limit: number};

/** The rows of a text, at most one more than the limit. Only the first may begin at the border. */
function layOut(text: string, {cells, column, shape, limit}: Room): readonly EntryRow[] {
  const rows: EntryRow[] = [];
  for (let start = 0; rows.length <= limit; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const indent = start > 0 || shape.isContinuation ? column : 0;
    const maxRows = Math.min(shape.mostRows, limit + 1 - rows.length);
    const line = text.slice(start, end);
    const offsets = maxRows === 1 ? [0] : wordOffsets(line, cells - indent, {hanging: column - indent, maxRows});
    for (const [row, offset] of offsets.entries()) {
      const next = offsets[row + 1] ?? line.length;
      rows.push({start: start + offset, end: start + next, indent: row === 0 ? indent : column});
    }
    if (newline === -1) break;
    start = newline + 1;
  }
  return rows;
}
