import {visibleBytes} from '../buffer/style-joints.ts';
import {withShortMessage} from '../records/json-members.ts';
import type {Level} from '../records/level.ts';
import {openingBrace} from '../records/bytes.ts';
import {levelStartIn} from '../records/line-head.ts';
import {type LogRecord, parseRecord, type TextRecord} from '../records/parse-record.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {fixedTime, type TimeMode, type ZoneOffset} from './time-column.ts';

/** How the compact form of all lines of a pane looks. */
export type CompactForm = {
  readonly compactness: Compactness;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
};

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/** A line as the server sent it, made safe for the screen, and what its logger said in it. */
type LineText = {
  readonly asSent: StyledText;
  /** Undefined for what Feldera's logger did not write. */
  readonly record: LogRecord | undefined;
};

/** Reads a line for the screen. The level is coloured where the server sent no colour for it (NO_COLOR, JSON). */
export function readLine(bytes: Uint8Array): LineText {
  const asSent = lineAsSent(bytes);
  const isLongJson = bytes.length > visibleBytes && bytes[0] === openingBrace;
  // What stands behind a long message counts, too.
  const whole = isLongJson ? lineAsSent(withShortMessage(bytes, visibleBytes)) : asSent;
  const record = parseRecord(whole.text);
  return {asSent: record ? withLevelColor(asSent, record) : asSent, record};
}

/** A line as the server sent it, made safe for the screen; of a longer one what is visible. */
export function lineAsSent(bytes: Uint8Array): StyledText {
  return sanitise(decoder.decode(bytes.length > visibleBytes ? bytes.subarray(0, visibleBytes) : bytes));
}

function withLevelColor(asSent: StyledText, record: LogRecord): StyledText {
  const {text, runs} = asSent;
  // In text the word is the first of its kind behind the time.
  const start =
    record.format === 'json' ? jsonLevelStart(text) : text.indexOf(record.level, text.indexOf(record.timeText));
  const end = start + record.level.length;
  if (start < 0 || runs.some((run) => run.start < end && run.end > start)) return asSent;
  return overlay(asSent, [{start, end}], levelStyles[record.level]);
}

/** Where the word of its level begins in a line in JSON; -1 if it has none. */
function jsonLevelStart(text: string): number {
  const bytes = Buffer.from(text);
  const start = levelStartIn(bytes, 0, bytes.length);
  return start === undefined ? -1 : bytes.toString('utf8', 0, start).length;
}

/** The colours that Feldera itself gives to levels; ERROR stands out without colours, too. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  TRACE: {fg: 5},
  DEBUG: {fg: 4},
  INFO: {fg: 2},
  WARN: {fg: 3},
  ERROR: {fg: 1, bold: true},
};

const quiet: Style = {dim: true};
/** A longer span is shown by its names alone: with its fields it would leave no room for the message. */
const longestSpan = 40;
/** More lines of a message are not looked at: they have no room. */
const mostRows = 1001;

/** How much of the prefix there is room for in a pane. */
type Compactness = 'full' | 'no-target' | 'short-time';

/** Picks what the compact form of a line keeps at a width in cells: the message needs most of it. */
export function compactnessFor(width: number): Compactness {
  if (width >= 64) return 'full';
  return width >= 44 ? 'no-target' : 'short-time';
}

/**
 * A record's line as it is read best: time, level, last part of the target, message. As sent, the prefix is 52 to 70
 * columns wide, and at 80 columns no message would be visible. It begins with the `timeCells` of the time's column. Of a
 * message of several lines, which only JSON has in one, the first.
 */
export function compactLine(asSent: StyledText, record: LogRecord, form: CompactForm): StyledText {
  const [first = plain('')] = compactRows(asSent, record, form);
  return first;
}

/** The same with all lines of the message: a row each, as in text, where each is a line of its own. */
export function compactRows(asSent: StyledText, record: LogRecord, form: CompactForm): readonly StyledText[] {
  const [first = plain(''), ...more] = messageRows(record, asSent);
  return [concat([...prefix(record, form), first]), ...more];
}

function prefix(record: LogRecord, {compactness, time, offsetAt}: CompactForm): StyledText[] {
  // A JSON line may bring control characters in escapes, wherever it has a string.
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

/** The last part of the target; the runner's own modules tell a reader of logs nothing. */
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
  const rows = record.message.split('\n', mostRows).map(sanitise);
  if (record.fields.length === 0) return rows;
  const fields = record.fields.map(([key, value]) => `${key}=${fieldValue(value)}`).join(' ');
  const last = rows.pop() ?? plain('');
  return [...rows, concat([last, plain(` ${sanitise(fields).text}`, quiet)])];
}

function textMessage(record: TextRecord, asSent: StyledText): StyledText {
  const {messageStart, fieldsStart} = record;
  const end = asSent.text.length;
  // The runner's lines end in the id and name of the pipeline that the tab already names.
  if (record.source === 'manager') return slice(asSent, messageStart, fieldsStart ?? end);
  const shown = slice(asSent, messageStart, end);
  if (fieldsStart === undefined || fieldsStart === messageStart) return shown;
  return overlay(shown, [{start: fieldsStart - messageStart, end: end - messageStart}], quiet);
}

/** Quoted where it would run into the next field, as text lines have it; JSON stays as it is. */
export function fieldValue(value: string): string {
  return /\s/.test(value) && !/^[[{"]/.test(value) ? JSON.stringify(value) : value;
}
