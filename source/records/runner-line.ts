import {visibleText} from '../buffer/visible-text.ts';
import {endsManagerEntry, maxProtocolLine} from '../stitch/protocol-lines.ts';
import {bytesOf, offsetOf, standsAt} from './bytes.ts';
import {levelStartIn, levelWordAt, openingBrace} from './line-head.ts';
import {parseRecord} from './parse-record.ts';

const tag = bytesOf('[manager] ');
const jsonTarget = bytesOf('","target":"');
const jsonService = bytesOf('","feldera-service":"runner"');
const space = 0x20;
const colon = 0x3a;
const quote = 0x22;

/**
 * Whether a head line is the runner's: in text its tag and the single space before its message (a pipeline may be called
 * `manager`; its lines have two), in JSON its service.
 */
export function isRunnersIn(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === openingBrace) return isRunnersJson(bytes, start, end);
  if (!standsAt(bytes, start, tag)) return false;
  const level = levelEndIn(bytes, start, end);
  const targetEnd = level === undefined ? undefined : offsetOf(bytes, space, level + 1, end);
  return targetEnd !== undefined && bytes[targetEnd - 1] === colon && bytes[targetEnd + 1] !== space;
}

function isRunnersJson(bytes: Uint8Array, start: number, end: number): boolean {
  const target = levelEndIn(bytes, start, end);
  if (target === undefined || !standsAt(bytes, target, jsonTarget)) return false;
  const targetEnd = offsetOf(bytes, quote, target + jsonTarget.length, end);
  return targetEnd !== undefined && standsAt(bytes, targetEnd, jsonService);
}

function levelEndIn(bytes: Uint8Array, start: number, end: number): number | undefined {
  const at = levelStartIn(bytes, start, end);
  const level = at === undefined ? undefined : levelWordAt(bytes, at);
  return at === undefined || level === undefined ? undefined : at + level.length;
}

/** Whether the runner's entry that the line begins is complete with it. One in JSON always is. */
export function isWholeEntry(line: Uint8Array): boolean {
  return line[0] === openingBrace || endsManagerEntry(line);
}

/** What a whole entry of the runner says, without its suffix. */
export function runnersMessage(line: Buffer): string | undefined {
  if (line.length > maxProtocolLine) return undefined;
  const text = visibleText(line);
  const record = parseRecord(text);
  if (record?.source !== 'manager') return undefined;
  if (record.format === 'json') return record.message;
  return record.fieldsStart === undefined ? undefined : text.slice(record.messageStart, record.fieldsStart);
}
