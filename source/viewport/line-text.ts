import {visibleBytes} from '../buffer/visible-text.ts';
import {withShortMessage} from '../records/json-members.ts';
import {levelStartIn, openingBrace} from '../records/line-head.ts';
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
