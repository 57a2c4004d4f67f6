import {newline} from '../buffer/segment.ts';
import {visibleBytes, visibleText} from '../buffer/style-joints.ts';
import {bytesOf, openingBrace} from './bytes.ts';
import {withShortMessage} from './json-members.ts';
import {levelStartIn} from './line-head.ts';
import {threadEndIn} from './line-kind.ts';
import {jsonAsText} from './parse-record.ts';

/** Constants of the FNV-1a hash. */
const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * Texts between quotes, or from one on that a later line of the record closes. A `'` in or right behind a word is an
 * apostrophe. No line is read again for each of thousands of quotes.
 */
const quotations =
  /'(?<![A-Za-z\d]')(?:[\s\S]*?'(?![A-Za-z\d])|[^ ][\s\S]*$)|"(?:(?! |$)[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)|(?<!\\") [^"\\]*(?:\\[\s\S][^"\\]*)*")/g;
/** A number, with its decimals or groups. */
const number = /\d+(?:[.,]\d+)*/g;
/** A UUID, an id of four hexadecimal digits or more with a decimal one, or a number. */
const id =
  /(?:(?<![A-Za-z\d])(?:[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}|0x[\da-fA-F]+|(?=[a-fA-F]*\d)[\da-fA-F]{4,})(?![A-Za-z\d])|\d+)(?:[.,]\d+)*/g;
/** Only a text with one of these can have an id: to look for those takes five times as long. */
const idSign = /\d(?:[-a-fA-Fx]|(?<=[a-fA-F]\d))/;

/**
 * The fingerprint of a line: a signed 32-bit hash of its `fingerprintText`. A line in JSON has the fingerprint of the same
 * record's first line in text form.
 */
export function fingerprintOf(line: Uint8Array): number {
  const text = constantText(line);
  let hash = offsetBasis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return hash | 0;
}

/** The text that is hashed, `INFO a::b:  step # finished in # ms`. `text`: the line's visible text. */
export function fingerprintText(text: string): string {
  return constantText(bytesOf(text));
}

/**
 * Level, target and text of a line, without name, time, colours, numbers, ids and quoted values; of a panic's text
 * (`panicText`) place and message. Only the first 64 KiB of a line count.
 */
function constantText(line: Uint8Array): string {
  const start = levelStartIn(line, 0, line.length);
  if (start === undefined) {
    const thread = threadEndIn(line, 0, line.length);
    return thread === undefined ? withoutValues(decoded(line)) : panicWithoutNumbers(line, thread + 1);
  }
  if (line[0] !== openingBrace) return withoutValues(decoded(line.subarray(start)));
  const text = jsonAsText(decoded(withShortMessage(line, visibleBytes)));
  // Quotations are all that the lines that cannot be read have of their own.
  return text === undefined ? withoutNumbers(decoded(line.subarray(start))) : withoutValues(decoded(bytesOf(text)));
}

/** `place`: where it begins. Not the thread, of which there are several; but quotations, since they say what was wrong. */
function panicWithoutNumbers(text: Uint8Array, place: number): string {
  const newlineAt = text.indexOf(newline);
  const first = decoded(text.subarray(place, newlineAt === -1 ? text.length : newlineAt));
  const shownFirst = first.endsWith(':') ? first : withoutNumbers(first);
  return newlineAt === -1 ? shownFirst : `${shownFirst} ${withoutNumbers(decoded(text.subarray(newlineAt + 1)))}`;
}

function withoutValues(text: string): string {
  return withoutNumbers(text.replace(quotations, ([quote]) => `${quote}*${quote}`));
}

function withoutNumbers(text: string): string {
  return text.replace(idSign.test(text) ? id : number, '#');
}

function decoded({buffer, byteOffset, byteLength}: Uint8Array): string {
  return visibleText(Buffer.from(buffer, byteOffset, byteLength));
}
