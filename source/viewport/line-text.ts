import {visibleBytes} from '../buffer/visible-text.ts';
import {type LogRecord, parseRecord} from '../records/parse-record.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {overlay, type StyledText} from '../terminal/styled-text.ts';
import {levelStyles} from './level-styles.ts';

const decoder = new TextDecoder('utf-8', {ignoreBOM: true});

/** A line as the server sent it, made safe for the screen, and what its logger said in it. */
export type LineText = {
  readonly asSent: StyledText;
  /** Undefined for what Feldera's logger did not write. */
  readonly record: LogRecord | undefined;
};

/** Reads a line for the screen. The level is coloured where the server sent no colour for it (NO_COLOR, JSON). */
export function readLine(bytes: Uint8Array): LineText {
  const asSent = lineAsSent(bytes);
  const record = parseRecord(asSent.text);
  return {asSent: record ? withLevelColor(asSent, record) : asSent, record};
}

/** A line as the server sent it, made safe for the screen; of a longer one what is visible. */
export function lineAsSent(bytes: Uint8Array): StyledText {
  return sanitise(decoder.decode(bytes.length > visibleBytes ? bytes.subarray(0, visibleBytes) : bytes));
}

function withLevelColor(asSent: StyledText, record: LogRecord): StyledText {
  const {text, runs} = asSent;
  // The word is the first of its kind behind the time in text, behind its key in JSON.
  const from = record.format === 'json' ? text.indexOf('"level"') + 7 : text.indexOf(record.timeText);
  const start = text.indexOf(record.level, from);
  const end = start + record.level.length;
  if (start < 0 || runs.some((run) => run.start < end && run.end > start)) return asSent;
  return overlay(asSent, [{start, end}], levelStyles[record.level]);
}
