import {newline} from '../../engine/buffer/segment.ts';
import {visibleBytes} from '../../engine/buffer/style-joints.ts';
import {openingBrace} from '../../engine/records/bytes.ts';
import {withShortMessage} from '../../engine/records/json-members.ts';
import type {Level} from '../../engine/records/level.ts';
import {levelStartIn} from '../../engine/records/line-head.ts';
import {type LogRecord, parseRecord, type TextRecord} from '../../engine/records/parse-record.ts';
import {clean} from '../../lib/clean.ts';
import {inZone, isoTime, timeOfText} from '../../lib/format.ts';
import {hidden, maskCredentials, masked} from '../../lib/secrets.ts';
import {clip, padTo, shorten} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {type TimeMode, timeCells, type ZoneOffset} from './time-column.ts';

export type CompactForm = {
  readonly compactness: Compactness;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
  /** Times have no fraction: while following nobody compares them. */
  readonly toTheSecond?: boolean;
  /** In a target that is cut. */
  readonly ellipsis?: string;
};

/** A record in its compact form. */
type CompactText = {
  /** One for each line of the message; only a line in JSON has several. */
  readonly rows: readonly StyledText[];
  /** Length of time and level, with which the first row begins, in UTF-16 units. */
  readonly headLength: number;
  /** Cells of the time column, without the space after it; 0: no column. */
  readonly timeCells: number;
};

/**
 * Extent of the text before the message. `short-target`: target and span are cut; `no-target`: neither of them, nor
 * milliseconds; `no-host`: nor host.
 */
type Compactness = 'full' | 'short-target' | 'no-target' | 'no-host';

type LineText = {
  readonly asSent: StyledText;
  /** Record of the line; undefined: no logger wrote it that is known. */
  readonly record: LogRecord | undefined;
  /** Text of the record: as sent, or as Feldera's logger writes what another one sent. */
  readonly text: StyledText;
};

/** Styles of the levels: what is not a problem is dim; green is kept for health. ERROR is bold for screens without colours. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  TRACE: {dim: true},
  DEBUG: {dim: true},
  INFO: {dim: true},
  WARN: {fg: 3},
  ERROR: {fg: 1, bold: true},
};

const quiet: Style = {dim: true};
/** Cells of the level, with the space after it. */
export const levelCells = 6;
/** Cells of the target; a longer one has more where there is room. */
const targetCells = 10;
const afterTarget = 2;
/** Characters of a span. A longer one is shown without its fields, to leave room for the message. */
const longestSpan: Readonly<Partial<Record<Compactness, number>>> = {full: 40, 'short-target': 12};
/** Lines of a message, at most: an entry has 1000 rows at most, and one more shows that it is cut. */
const maxRows = 1001;
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
/** `thread 'dbsp-worker-0' (31761) panicked at src/main.rs:64:21:`, with the message in the next line. */
const threadPattern = /^thread '(.*)'(?: \(\d+\))? panicked at (.+):$/;

/**
 * Reads a line for the screen. Colours the level if the server did not (NO_COLOR, JSON). `canonical`: the line as
 * Feldera's logger writes it. `prefix`: bytes before what a container wrote.
 */
export function readLine(bytes: Uint8Array, canonical = bytes, prefix = 0): LineText {
  const asSent = lineAsSent(bytes);
  const end = prefix === 0 ? 0 : lineAsSent(bytes.subarray(0, prefix)).text.length;
  if (canonical !== bytes) return {...readLine(canonical), asSent: overlay(asSent, [{start: 0, end}], quiet)};
  const isLongJson = bytes.length > visibleBytes && bytes[0] === openingBrace;
  // The level may follow a message that is longer than the visible part.
  const whole = isLongJson ? lineAsSent(withShortMessage(bytes, visibleBytes)) : asSent;
  const record = parseRecord(whole.text);
  const text = record ? withLevelColor(asSent, record) : asSent;
  return {asSent: text, record, text};
}

/** The visible part of a line as sent, sanitised. */
export function lineAsSent(bytes: Uint8Array): StyledText {
  return sanitise(decoder.decode(bytes.length > visibleBytes ? bytes.subarray(0, visibleBytes) : bytes));
}

/** Text that shows the kind of a record, without credentials: one line, or two of a panic. */
export function excerptText(bytes: Uint8Array): string {
  const end = bytes.indexOf(newline);
  if (end === -1) return masked(lineAsSent(bytes).text);
  return masked(`${lineAsSent(bytes.subarray(0, end)).text}\n${lineAsSent(bytes.subarray(end + 1)).text}`);
}

/**
 * A panic's text (`panicText`) as an error of the pipeline, so that time, level and message are in their columns. `at`:
 * Unix time in ms. `showsTarget`: targets are shown; a narrow row has no room for them.
 */
export function panicAsError(text: Uint8Array, at: number | undefined, showsTarget: boolean): Buffer {
  const start = at === undefined ? '' : `[panic] ${isoTime(at)} ERROR panic:  `;
  const word = start === '' || !showsTarget ? 'panic: ' : '';
  return Buffer.from(`${start}${word}${panicSummary(text)}`);
}

/** The message first, as a row may have no room for more; the thread's line of a panic without one. */
export function panicSummary(text: Uint8Array): string {
  const end = text.indexOf(newline);
  const threadLine = lineAsSent(end === -1 ? text : text.subarray(0, end)).text;
  const [, thread, place] = threadPattern.exec(threadLine) ?? [];
  if (thread === undefined || end === -1) return threadLine;
  return `${lineAsSent(text.subarray(end + 1)).text} (${thread} at ${place})`;
}

/** A text of the log that is shown elsewhere: without credentials. */
export function withoutCredentials(text: StyledText): StyledText {
  const {ranges} = maskCredentials(text.text);
  if (ranges.length === 0) return text;
  const parts: StyledText[] = [];
  let end = 0;
  for (const {from, to} of ranges) {
    parts.push(slice(text, end, from), plain(hidden));
    end = to;
  }
  return concat([...parts, slice(text, end, text.text.length)]);
}

/** The compactness for a row of `width` cells: the message needs most of the row, beside a target at least 45 cells. */
export function compactnessFor(width: number): Compactness {
  if (width >= 104) return 'full';
  if (width >= 76) return 'short-target';
  return width >= 44 ? 'no-target' : 'no-host';
}

export function hasTarget({compactness}: Pick<CompactForm, 'compactness'>): boolean {
  return compactness === 'full' || compactness === 'short-target';
}

function hasShortTime(form: CompactForm): boolean {
  return form.toTheSecond === true || !hasTarget(form);
}

/**
 * Cells at which rows that continue a record begin, in a row of `width` cells: below its target or, with room, below the
 * message after a target that is not longer than usual; while following, where they are in a paused log. At most half of
 * the row.
 */
export function messageColumn(form: CompactForm, width: number): number {
  const time = form.time === 'off' ? 0 : timeCells(form.time, !hasTarget(form)) + 1;
  const target = form.compactness === 'full' ? targetCells + afterTarget : 0;
  return Math.min(time + levelCells + target, Math.floor(width / 2));
}

/**
 * Cells of a target and of the blanks behind it. What the fraction of the time takes in a paused log comes from there, so
 * that the message stays at its cell: from the blanks or, where there is little room, from both.
 */
function targetRoom({compactness, time, toTheSecond = false}: CompactForm): readonly [target: number, after: number] {
  const fraction = timeCells(time, false) - timeCells(time, true);
  if (compactness === 'full') return [targetCells, afterTarget + (toTheSecond ? fraction : 0)];
  return fraction === 0 || toTheSecond ? [targetCells, afterTarget] : [targetCells + 1 - fraction, afterTarget - 1];
}

/** The compact form, with the message's first line. As sent, 52 to 70 cells precede the message. */
export function compactLine(asSent: StyledText, record: LogRecord, form: CompactForm): StyledText {
  const [first = plain('')] = compactText(asSent, record, form).rows;
  return first;
}

/** The compact form with all lines of the message. */
export function compactText(asSent: StyledText, record: LogRecord, form: CompactForm): CompactText {
  const [first = plain(''), ...more] = messageRows(record, asSent);
  const head = concat(headOf(record, form));
  return {
    rows: [concat([head, ...placeOf(record, form), first]), ...more],
    headLength: head.text.length,
    timeCells: timeCells(form.time, hasShortTime(form)),
  };
}

/** The value of a field, quoted as in text form if it has spaces; JSON and quoted text are not changed. */
export function fieldValue(value: string): string {
  return /\s/.test(value) && !/^[[{"]/.test(value) ? JSON.stringify(value) : value;
}

/** Returns where the level ends in the text of a line as sent; 0 if it is not shown. */
export function levelEnd(text: string, {format, level, timeText}: LogRecord): number {
  if (level === undefined) return 0;
  const start = format === 'json' ? jsonLevelStart(text) : text.indexOf(level, text.indexOf(timeText));
  return start < 0 ? 0 : start + level.length;
}

function withLevelColor(asSent: StyledText, record: LogRecord): StyledText {
  const {text, runs} = asSent;
  const end = levelEnd(text, record);
  if (end === 0 || record.level === undefined) return asSent;
  const start = end - record.level.length;
  if (runs.some((run) => run.start < end && run.end > start)) return asSent;
  return overlay(asSent, [{start, end}], levelStyles[record.level]);
}

/** Offset of the level in a line in JSON, in UTF-16 units; -1 if it has none. */
function jsonLevelStart(text: string): number {
  const bytes = Buffer.from(text);
  const start = levelStartIn(bytes, 0, bytes.length);
  return start === undefined ? -1 : bytes.toString('utf8', 0, start).length;
}

/** Time and level. All values are sanitised: any string in JSON may contain escaped control characters. */
function headOf(record: LogRecord, form: CompactForm): readonly StyledText[] {
  const {time, offsetAt} = form;
  // Blanks have the style of what is before them: one style for all that is dim is fewer bytes.
  const style = record.level && levelStyles[record.level];
  const level = plain((record.level ?? '').padEnd(levelCells), style);
  if (time === 'off') return [level];
  const column = fixedTime(time, record.timeText, hasShortTime(form), offsetAt);
  return [plain(`${column.text} `, quiet), level];
}

/** Host, container, target and span, where there is room. */
function placeOf(record: LogRecord, form: CompactForm): readonly StyledText[] {
  const {compactness, ellipsis = '…'} = form;
  const parts: StyledText[] = [];
  if (compactness === 'no-host') return parts;
  if (record.host !== undefined) parts.push(plain(`host=${record.host} `, quiet));
  if (record.container !== undefined) parts.push(plain(`${clean(record.container)} `, quiet));
  const spanCells = longestSpan[compactness];
  if (spanCells === undefined) return parts;
  const target = clean(targetShown(record));
  const [cells, after] = targetRoom(form);
  const shown = compactness === 'full' ? target : shorten(target, cells, ellipsis);
  parts.push(plain(`${shown.padEnd(cells)}${' '.repeat(after)}`, quiet));
  if (record.span !== undefined) parts.push(plain(`${spanShown(record.span, spanCells)} `, quiet));
  return parts;
}

/** The last part of the target; `runner` instead of the runner's own modules. */
function targetShown(record: LogRecord): string {
  return record.source === 'manager' ? 'runner' : record.target.slice(record.target.lastIndexOf(':') + 1);
}

/** `kafka_input{topic="orders"}` of `kafka_input{ topic="orders"}`. */
function spanShown(span: string, longest: number): string {
  const shown = span.replaceAll('{ ', '{');
  return shown.length <= longest ? shown : shown.replace(/\{.*/s, '').slice(0, longest);
}

function messageRows(record: LogRecord, asSent: StyledText): readonly StyledText[] {
  if (record.format === 'text') return [textMessage(record, asSent)];
  const rows = record.message.split('\n', maxRows).map(sanitise);
  if (record.fields.length === 0) return rows;
  const fields = record.fields.map(([key, value]) => `${key}=${fieldValue(value)}`).join(' ');
  const last = rows.pop() ?? plain('');
  return [...rows, concat([last, plain(` ${fields}`, quiet)])];
}

function textMessage(record: TextRecord, asSent: StyledText): StyledText {
  const {messageStart, fieldsStart} = record;
  const end = asSent.text.length;
  // The runner's lines end in the pipeline's id and name, which the tab already shows.
  if (record.source === 'manager') return slice(asSent, messageStart, fieldsStart ?? end);
  const shown = slice(asSent, messageStart, end);
  if (fieldsStart === undefined || fieldsStart === messageStart) return shown;
  return overlay(shown, [{start: fieldsStart - messageStart, end: end - messageStart}], quiet);
}

/** The column in the modes that do not move; blank in the others. `sent`: RFC 3339 in text form, any string in JSON. */
export function fixedTime(mode: TimeMode, sent: string, isShort: boolean, offsetAt: ZoneOffset): StyledText {
  const cells = timeCells(mode, isShort);
  // 2026-11-25T09:08:47.372844Z: 11 is the first character of the time of day.
  let text = '';
  const clock = sent.slice(11).replace(/Z$/, '');
  if (mode === 'sent') text = clock.slice(0, cells);
  else if (mode === 'utc') text = `${sent.slice(0, 10)} ${clock.slice(0, cells - 11)}`;
  else if (mode === 'local') text = localTime(timeOfText(sent), offsetAt).slice(0, cells);
  return padTo(clip(plain(text), 0, cells), cells);
}

/** `10:08:47.372`; empty without a time. */
function localTime(at: number | undefined, offsetAt: ZoneOffset): string {
  return at === undefined ? '' : isoTime(inZone(at, offsetAt)).slice(11, 23);
}
