import type {Level} from './parse-record.ts';

const levels = (['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const).map((level) => ({
  level,
  bytes: new TextEncoder().encode(level),
}));
const jsonHead = new TextEncoder().encode('{"timestamp":"');
const jsonLevel = new TextEncoder().encode('","level":"');
/** `[`, a name of at most 63 characters, ` host=` and a number, `]`. */
const longestTag = 100;
/** `2026-11-25T09:08:47.372844Z` has 27. */
const longestTime = 40;

/**
 * The level of a line as received, colours and all; undefined where `parseRecord` finds none either. Makes no string
 * and looks at the first 200 bytes at most, so that every line can be asked as it arrives.
 */
export function levelOfBytes(line: Uint8Array): Level | undefined {
  switch (line[0]) {
    case 0x5b: // [
      return levelOfText(line);
    case 0x7b: // {
      return levelOfJson(line);
    default:
      return undefined;
  }
}

function levelOfText(line: Uint8Array): Level | undefined {
  const tagEnd = indexBefore(line, 0x5d, longestTag);
  if (tagEnd === undefined) return undefined;
  const time = skipBlank(line, tagEnd + 1);
  const timeEnd = endOfTime(line, time);
  if (timeEnd === undefined) return undefined;
  const word = skipBlank(line, timeEnd);
  const level = levelAt(line, word);
  const after = level && line[word + level.length];
  return after === 0x20 || after === 0x1b ? level : undefined;
}

function levelOfJson(line: Uint8Array): Level | undefined {
  if (!startsWith(line, 0, jsonHead)) return undefined;
  const timeEnd = endOfTime(line, jsonHead.length);
  if (timeEnd === undefined || !startsWith(line, timeEnd, jsonLevel)) return undefined;
  const word = timeEnd + jsonLevel.length;
  const level = levelAt(line, word);
  return level && line[word + level.length] === 0x22 ? level : undefined;
}

function levelAt(line: Uint8Array, at: number): Level | undefined {
  for (const {level, bytes} of levels) if (startsWith(line, at, bytes)) return level;
  return undefined;
}

/** Skips spaces and SGR sequences. */
function skipBlank(line: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    if (line[at] === 0x20) at += 1;
    else if (line[at] === 0x1b && line[at + 1] === 0x5b) {
      let end = at + 2;
      while (isSgrParameter(line[end])) end += 1;
      if (line[end] !== 0x6d) return at; // m
      at = end + 1;
    } else return at;
  }
}

/** Past the `Z` of a time: digits, `-`, `:`, `.` and `T` before it. */
function endOfTime(line: Uint8Array, start: number): number | undefined {
  const end = Math.min(line.length, start + longestTime);
  for (let at = start; at < end; at++) {
    const byte = line[at] ?? 0;
    if (byte === 0x5a) return at - start >= 20 - 1 ? at + 1 : undefined;
    const isOfTime = (byte >= 0x30 && byte <= 0x3a) || byte === 0x2d || byte === 0x2e || byte === 0x54;
    if (!isOfTime) return undefined;
  }
  return undefined;
}

function isSgrParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x3b;
}

function indexBefore(line: Uint8Array, byte: number, limit: number): number | undefined {
  const end = Math.min(line.length, limit);
  for (let at = 0; at < end; at++) if (line[at] === byte) return at;
  return undefined;
}

function startsWith(line: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (line[at + index] !== bytes[index]) return false;
  return true;
}
