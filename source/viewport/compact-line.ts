import type {LogRecord, TextRecord} from '../records/parse-record.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, overlay, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {levelStyles} from './level-styles.ts';
import {fixedTime, type TimeMode, type ZoneOffset} from './time-column.ts';

const quiet: Style = {dim: true};
/** A longer span is shown by its names alone: with its fields it would leave no room for the message. */
const longestSpan = 40;
/** More lines of a message are not looked at: they have no room. */
const mostRows = 1001;

/** How much of the prefix there is room for in a pane. */
export type Compactness = 'full' | 'no-target' | 'short-time';

/** Picks what the compact form of a line keeps at a width in cells: the message needs most of it. */
export function compactnessFor(width: number): Compactness {
  if (width >= 64) return 'full';
  return width >= 44 ? 'no-target' : 'short-time';
}

/** How the compact form of all lines of a pane looks. */
export type CompactForm = {
  readonly compactness: Compactness;
  readonly time: TimeMode;
  readonly offsetAt: ZoneOffset;
};

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
