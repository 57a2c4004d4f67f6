import {visibleBytes} from '../buffer/style-joints.ts';
import {openingBrace} from '../records/bytes.ts';
import {withShortMessage} from '../records/json-members.ts';
import type {Level} from '../records/level.ts';
import {levelStartIn} from '../records/line-head.ts';
import {type LogRecord, parseRecord, type TextRecord} from '../records/parse-record.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {fixedTime, type TimeMode, type ZoneOffset} from './time-column.ts';

export type CompactForm = {
  readonly compactness: Compactness;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
};

/** How much of the text before the message is shown. */
type Compactness = 'full' | 'no-target' | 'short-time';

type LineText = {
  readonly asSent: StyledText;
  /** Undefined for lines that Feldera's logger did not write. */
  readonly record: LogRecord | undefined;
};

/** Feldera's own colours of levels. ERROR is bold for screens without colours. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  TRACE: {fg: 5},
  DEBUG: {fg: 4},
  INFO: {fg: 2},
  WARN: {fg: 3},
  ERROR: {fg: 1, bold: true},
};

const quiet: Style = {dim: true};
/** Characters of a span. A longer one is shown without its fields, to leave room for the message. */
const longestSpan = 40;
/** Lines of a message, at most: an entry has 1000 rows at most, and one more shows that it is cut. */
const maxRows = 1001;
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/** Reads a line for the screen. Colours the level if the server did not (NO_COLOR, JSON). */
export function readLine(bytes: Uint8Array): LineText {
  const asSent = lineAsSent(bytes);
  const isLongJson = bytes.length > visibleBytes && bytes[0] === openingBrace;
  // The level may follow a message that is longer than the visible part.
  const whole = isLongJson ? lineAsSent(withShortMessage(bytes, visibleBytes)) : asSent;
  const record = parseRecord(whole.text);
  return {asSent: record ? withLevelColor(asSent, record) : asSent, record};
}

/** The visible part of a line as sent, sanitised. */
export function lineAsSent(bytes: Uint8Array): StyledText {
  return sanitise(decoder.decode(bytes.length > visibleBytes ? bytes.subarray(0, visibleBytes) : bytes));
}

/** The compactness for a row of `width` cells: the message needs most of the row, beside a target at least 45 cells. */
export function compactnessFor(width: number): Compactness {
  if (width >= 76) return 'full';
  return width >= 44 ? 'no-target' : 'short-time';
}

/** The compact form, with the message's first line. As sent, 52 to 70 cells precede the message. */
export function compactLine(asSent: StyledText, record: LogRecord, form: CompactForm): StyledText {
  const [first = plain('')] = compactRows(asSent, record, form);
  return first;
}

/** The compact form with all lines of the message, each in a row. Only a line in JSON has several. */
export function compactRows(asSent: StyledText, record: LogRecord, form: CompactForm): readonly StyledText[] {
  const [first = plain(''), ...more] = messageRows(record, asSent);
  return [concat([...prefix(record, form), first]), ...more];
}

/** The value of a field, quoted as in text form if it has spaces; JSON and quoted text are not changed. */
export function fieldValue(value: string): string {
  return /\s/.test(value) && !/^[[{"]/.test(value) ? JSON.stringify(value) : value;
}

function withLevelColor(asSent: StyledText, record: LogRecord): StyledText {
  const {text, runs} = asSent;
  const start =
    record.format === 'json' ? jsonLevelStart(text) : text.indexOf(record.level, text.indexOf(record.timeText));
  const end = start + record.level.length;
  if (start < 0 || runs.some((run) => run.start < end && run.end > start)) return asSent;
  return overlay(asSent, [{start, end}], levelStyles[record.level]);
}

/** Offset of the level in a line in JSON, in UTF-16 units; -1 if it has none. */
function jsonLevelStart(text: string): number {
  const bytes = Buffer.from(text);
  const start = levelStartIn(bytes, 0, bytes.length);
  return start === undefined ? -1 : bytes.toString('utf8', 0, start).length;
}

function prefix(record: LogRecord, {compactness, time, offsetAt}: CompactForm): StyledText[] {
  // All values are sanitised: any string in JSON may contain escaped control characters.
  const parts: StyledText[] = [];
  if (time !== 'off') {
    const column = fixedTime(time, record.timeText, compactness === 'short-time', offsetAt);
    parts.push(plain(column.text, quiet), plain(' '));
  }
  parts.push(plain(record.level.padEnd(5), levelStyles[record.level]), plain(' '));
  if (compactness === 'short-time') return parts;
  if (record.host !== undefined) parts.push(plain(sanitise(`host=${record.host} `).text, quiet));
  if (compactness === 'full') {
    parts.push(plain(sanitise(targetShown(record)).text.padEnd(10), quiet), plain('  '));
    if (record.span !== undefined) parts.push(plain(sanitise(`${spanShown(record.span)} `).text, quiet));
  }
  return parts;
}

/** The last part of the target; `runner` instead of the runner's own modules. */
function targetShown(record: LogRecord): string {
  return record.source === 'manager' ? 'runner' : record.target.slice(record.target.lastIndexOf(':') + 1);
}

/** `kafka_input{topic="orders"}` of `kafka_input{ topic="orders"}`. */
function spanShown(span: string): string {
  const shown = span.replaceAll('{ ', '{');
  return shown.length <= longestSpan ? shown : shown.replace(/\{.*/s, '').slice(0, longestSpan);
}

function messageRows(record: LogRecord, asSent: StyledText): readonly StyledText[] {
  if (record.format === 'text') return [textMessage(record, asSent)];
  const rows = record.message.split('\n', maxRows).map(sanitise);
  if (record.fields.length === 0) return rows;
  const fields = record.fields.map(([key, value]) => `${key}=${fieldValue(value)}`).join(' ');
  const last = rows.pop() ?? plain('');
  return [...rows, concat([last, plain(` ${sanitise(fields).text}`, quiet)])];
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
