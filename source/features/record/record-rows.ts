import {newline} from '../../engine/buffer/segment.ts';
import {visibleBytes} from '../../engine/buffer/style-joints.ts';
import type {Level} from '../../engine/records/level.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {panicText} from '../../engine/records/panic.ts';
import {type LogRecord, recordFields} from '../../engine/records/parse-record.ts';
import {clip, padTo, wordOffsets} from '../../kit/terminal/fit.ts';
import {sanitise} from '../../kit/terminal/sanitise.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText, slice} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {levelStyles, lineAsSent, panicSummary, readLine} from '../../kit/viewport/line-text.ts';
import type {ZoneOffset} from '../../kit/viewport/time-column.ts';
import {byteSize, counted, preciseTime, timeOfText} from '../../lib/format.ts';
import {parseJson} from '../../lib/json.ts';
import {textWidth} from '../../lib/width.ts';

export type RecordRowsOptions = {
  /** Cells of a row. */
  readonly width: number;
  readonly offsetAt: ZoneOffset;
  readonly symbols: Symbols;
  /** The first line as Feldera's logger writes it, where another one wrote it. */
  readonly canonical?: Uint8Array | undefined;
  /** Level and time (Unix time in ms) of a panic, whose first line has neither. */
  readonly level?: Level | undefined;
  readonly at?: number | undefined;
  /** Finished rows above the JSON, each part below a blank row: what else is known of the record. */
  readonly more?: readonly StyledText[];
};

const titleStyle: Style = {bold: true};
/** Longer records are cut: megabytes would block the program. These limits take 3 ms in ASCII, 13 ms in wide text. */
const maxRows = 2000;
/** Rows of these that are left for head and fields, below a record that is cut. */
const rowsForFields = 500;
const maxBytes = 96 * 1024;
/** Cells of the names in the head, including the space after them. */
const headCells = 8;
const widestKey = 24;
/** Deeper levels get no more indentation: 64 KiB of brackets would become gigabytes of spaces. */
const deepest = 20;
const tokenPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * A whole record in rows of at most `width` cells: its message and other lines, the parts of its head, its fields as a
 * table, and for a line in JSON also the JSON, indented. The lines of a panic are below its head, which they may push off
 * the screen. `lines`: the record's lines as received, head first.
 */
export function recordRows(lines: readonly Uint8Array[], options: RecordRowsOptions): readonly StyledText[] {
  const [head = new Uint8Array(), ...rest] = lines;
  const {asSent, record, text} = readLine(head, options.canonical);
  const fields = record ? recordFields(record, text.text) : [];
  const facts = headFacts(record, options);
  const reserved = fields.length + facts.length === 0 ? 0 : rowsForFields;
  const rows = new RowList(options.width, maxRows - reserved);
  const isPanic = addPanic(rows, lines);
  if (isPanic) addHead(rows, facts);
  if (isPanic && head.length > 0) rows.add(plain(''));
  for (const line of record ? messageLines(record, text) : [asSent]) rows.add(line);
  addCut(rows, head, options);
  let shownBytes = Math.min(head.length, visibleBytes);
  for (const line of rest) {
    shownBytes += Math.min(line.length, visibleBytes);
    if (shownBytes > maxBytes) rows.end();
    if (rows.isFull) break;
    rows.add(lineAsSent(line));
    addCut(rows, line, options);
  }
  const isCut = rows.isFull;
  if (isCut) rows.replaceLast(cutRow(lines, options));
  rows.addRoom(reserved);
  if (!isPanic) addHead(rows, facts);
  addFields(rows, fields);
  rows.addFinished(options.more ?? []);
  if (!isCut) addJson(rows, asSent.text);
  if (rows.isFull) rows.replaceLast(cutRow(lines, options));
  return rows.rows;
}

function cutRow(lines: readonly Uint8Array[], {symbols}: RecordRowsOptions): StyledText {
  const bytes = lines.reduce((sum, line) => sum + line.length, 0);
  const size = `${counted(lines.length, 'line', 'lines')}, ${byteSize(bytes)}`;
  return plain(`${symbols.ellipsis} cut here: the record has ${size}`, titleStyle);
}

/** Indents JSON; undefined for other text. Works on the text, as printing a parsed value would change large numbers. */
export function prettyJson(text: string, maxLines: number): readonly string[] | undefined {
  if (!/^\s*[[{]/.test(text) || parseJson(text) === undefined) return undefined;
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const breakLine = () => {
    lines.push(line);
    line = '  '.repeat(Math.min(depth, deepest));
  };
  let previous = '';
  for (const [token] of text.matchAll(tokenPattern)) {
    const isClosing = token === '}' || token === ']';
    const isInside = previous === '{' || previous === '[';
    if (isClosing) depth -= 1;
    // An empty object or array stays on one line.
    if (previous === ',' || isInside !== isClosing) breakLine();
    if (lines.length >= maxLines) return lines;
    line += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    previous = token;
  }
  lines.push(line);
  return lines;
}

type HeadFact = {readonly name: string; readonly value: string; readonly style?: Style};

function headFacts(
  record: LogRecord | undefined,
  {offsetAt, level, at, canonical}: RecordRowsOptions,
): readonly HeadFact[] {
  const facts: HeadFact[] = [];
  const add = (name: string, value: string, style: Style = {}) => facts.push({name, value, style});
  const time = record ? timeOfText(record.timeText) : at;
  if (record) add('time', record.timeText.replace(/^(\d{4}-\d\d-\d\d)T([\d:.]+)Z$/, '$1 $2 UTC'));
  else if (at !== undefined) add('time', `${preciseTime(at)} UTC, of the record before`);
  if (time !== undefined && offsetAt(time) !== 0) add('local', localTime(time, offsetAt(time)));
  const shownLevel = record ? record.level : level;
  if (shownLevel) add('level', shownLevel, levelStyles[shownLevel]);
  if (record) {
    if (record.container !== undefined) add('source', `container ${record.container}`);
    else if (!canonical) add('source', record.source === 'manager' ? 'runner' : `pipeline ${record.name}`);
    if (record.host !== undefined) add('host', record.host);
    if (record.target !== '') add('target', record.target);
    if (record.span !== undefined) add('span', record.span);
  }
  return facts;
}

function addHead(rows: RowList, facts: readonly HeadFact[]): void {
  if (facts.length > 0) rows.add(plain(''));
  for (const {name, value, style} of facts) rows.addNamed(plain(name, {dim: true}), headCells, [plain(value, style)]);
}

/** Adds what the log shows of a closed panic; false: nothing, since it is none, or has no message. */
function addPanic(rows: RowList, lines: readonly Uint8Array[]): boolean {
  const [head = new Uint8Array(), next] = lines[0]?.length === 0 ? lines.slice(1) : lines;
  const text = isPanicLine(head, 0, head.length) ? panicText(head, next) : undefined;
  // Without a message it is the line below.
  if (!text?.includes(newline)) return false;
  rows.add(plain(`panic: ${panicSummary(text)}`, titleStyle));
  return true;
}

function messageLines(record: LogRecord, asSent: StyledText): readonly StyledText[] {
  if (record.format === 'json') return record.message.split('\n').map(sanitise);
  return [slice(asSent, record.messageStart, record.fieldsStart ?? asSent.text.length)];
}

function addFields(rows: RowList, fields: ReturnType<typeof recordFields>): void {
  if (fields.length === 0) return;
  rows.add(plain(''));
  rows.add(plain('fields', titleStyle));
  const keys = fields.map(([key]) => sanitise(key));
  const longest = Math.max(...keys.map(({text}) => text.length));
  const cells = Math.min(longest, widestKey, Math.floor(rows.width / 3)) + 2;
  for (const [index, [, value]] of fields.entries()) {
    if (rows.isFull) return;
    const lines = prettyJson(value, maxRows) ?? value.split('\n');
    rows.addNamed(keys[index] ?? plain(''), cells, lines.map(sanitise));
  }
}

function addJson(rows: RowList, text: string): void {
  const lines = rows.isFull ? undefined : prettyJson(text, maxRows);
  if (!lines) return;
  rows.add(plain(''));
  rows.add(plain('JSON', titleStyle));
  for (const line of lines) rows.add(plain(line));
}

function addCut(rows: RowList, line: Uint8Array, {symbols}: RecordRowsOptions): void {
  if (line.length <= visibleBytes) return;
  rows.add(plain(`${symbols.ellipsis} cut here: the line has ${byteSize(line.length)}`, titleStyle));
}

/** `2026-11-25 10:08:47.372 UTC+01:00`. `at`: Unix time in ms; `offset`: minutes ahead of UTC. */
function localTime(at: number, offset: number): string {
  const ahead = Math.abs(offset);
  const hours = String(Math.floor(ahead / 60)).padStart(2, '0');
  const minutes = String(ahead % 60).padStart(2, '0');
  return `${preciseTime(at + offset * 60_000)} UTC${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
}

/** At most `limit` rows of a page, wrapped at words to `width` cells. */
class RowList {
  readonly width: number;
  #limit: number;
  readonly #rows: StyledText[] = [];

  constructor(width: number, limit: number) {
    this.width = width;
    this.#limit = limit;
  }

  get rows(): readonly StyledText[] {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#limit;
  }

  add(line: StyledText): void {
    if (this.isFull) return;
    for (const row of wrapped(line, this.width)) this.#addRow(row);
  }

  /** Adds lines beside a name in a column of `nameCells` cells; a longer name is in rows above them. */
  addNamed(name: StyledText, nameCells: number, lines: readonly StyledText[]): void {
    const isBeside = textWidth(name.text) < nameCells;
    if (!isBeside) this.add(name);
    let left = padTo(isBeside ? name : plain(''), nameCells);
    for (const line of lines) {
      if (this.isFull) return;
      for (const row of wrapped(line, Math.max(2, this.width - nameCells))) {
        this.#addRow(clip(concat([left, row]), 0, this.width));
        left = plain(' '.repeat(nameCells));
      }
    }
  }

  /** Rows besides those of the limit. */
  addFinished(rows: readonly StyledText[]): void {
    if (rows.length === 0) return;
    // It is full no more: the sign of a cut replaces none of these.
    this.addRoom(rows.length + 1);
    for (const row of rows) this.#addRow(row);
  }

  addRoom(rows: number): void {
    this.#limit += rows;
  }

  /** Ignores all further lines. */
  end(): void {
    this.#limit = this.#rows.length;
  }

  replaceLast(line: StyledText): void {
    this.#rows.splice(-1, 1, clip(line, 0, this.width));
  }

  #addRow(row: StyledText): void {
    if (!this.isFull) this.#rows.push(row);
  }
}

function wrapped(line: StyledText, cells: number): readonly StyledText[] {
  // Fast path: a character is at most two cells wide.
  if (line.text.length * 2 <= cells) return [line];
  const offsets = wordOffsets(line.text, cells);
  // Spaces at the end of a row may be too many.
  return offsets.map((start, index) => clip(slice(line, start, offsets[index + 1] ?? line.text.length), 0, cells));
}
