import {type Level, type LogRecord, parseRecord} from '../records/parse-record.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText, slice} from '../terminal/styled-text.ts';

/** What of a line is turned into text for the screen: a longer line is shown cut, with its length. */
export const shownBytes = 64 * 1024;

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

const levelStyles: Readonly<Record<Level, Style>> = {
  TRACE: {fg: 5},
  DEBUG: {fg: 4},
  INFO: {fg: 2},
  WARN: {fg: 3},
  ERROR: {fg: 1, bold: true},
};
const quiet: Style = {dim: true};

/** How much of the prefix there is room for in a pane. */
export type Compactness = 'full' | 'no-target' | 'short-time';

/** Picks what the compact form of a line keeps at a width in cells: the message needs most of it. */
export function compactnessFor(width: number): Compactness {
  if (width >= 64) return 'full';
  return width >= 44 ? 'no-target' : 'short-time';
}

/** A line as the server sent it, made safe for the screen. */
export function lineAsSent(bytes: Uint8Array): StyledText {
  return sanitise(decoder.decode(bytes.length > shownBytes ? bytes.subarray(0, shownBytes) : bytes));
}

/**
 * A line as it is read best: time, level, last part of the target, message. As sent, the prefix is 52 to 70 columns
 * wide, and at 80 columns no message would be visible. What does not parse is answered as sent.
 */
export function lineCompact(asSent: StyledText, compactness: Compactness): StyledText {
  const record = parseRecord(asSent.text);
  if (record === undefined) return asSent;
  return concat([...prefix(record, compactness), message(record, asSent)]);
}

function prefix(record: LogRecord, compactness: Compactness): StyledText[] {
  // 2026-11-25T09:08:47.372844Z: 11 is the first character of the time, 19 the end of the seconds.
  const time = record.timeText.slice(11, compactness === 'short-time' ? 19 : 23);
  // A JSON line may bring control characters in escapes, wherever it has a string.
  const parts = [
    plain(sanitise(time).text, quiet),
    plain(' '),
    plain(record.level.padEnd(5), levelStyles[record.level]),
    plain(' '),
  ];
  if (compactness === 'full') {
    const target = targetShown(record);
    const host = record.host === undefined ? '' : `${record.host} `;
    parts.push(plain(sanitise(`${host}${target}`).text.padEnd(10), quiet), plain('  '));
  }
  return parts;
}

/** The last part of the target; the runner's own modules tell a reader of logs nothing. */
function targetShown(record: LogRecord): string {
  return record.source === 'manager' ? 'runner' : record.target.slice(record.target.lastIndexOf(':') + 1);
}

function message(record: LogRecord, asSent: StyledText): StyledText {
  if (record.format === 'json') {
    const text = sanitise(record.message);
    if (record.fields.length === 0) return text;
    const fields = record.fields.map(([key, value]) => `${key}=${value}`).join(' ');
    return concat([text, plain(` ${sanitise(fields).text}`, quiet)]);
  }
  // The runner's lines end in the id and name of the pipeline that the tab already names.
  const end = record.source === 'manager' ? record.fieldsStart : undefined;
  return slice(asSent, record.messageStart, end ?? asSent.text.length);
}
