import {newline} from '../buffer/segment.ts';
import {visibleBytes} from '../buffer/style-joints.ts';
import {backslash, bytesOf, closingBrace, colon, equals, isAt, isHex, openingBrace, quote, space} from './bytes.ts';
import {JsonMembers, stringEnd} from './json-members.ts';

const headKeys = ['timestamp', 'level', 'target', 'span', 'feldera-service', 'pipeline-name', 'pipeline-id'].map(
  bytesOf,
);
const targetKey = bytesOf('target');
const spanKey = bytesOf('span');
const fieldsKey = bytesOf('fields');
const messageKey = bytesOf('message');
const messageFirst = bytesOf('{"message":"');
const lineKey = bytesOf('line');
const logTargetKey = bytesOf('log.target');
const logTarget = bytesOf('log');

const letterN = 0x6e;
const letterU = 0x75;
/** Meaning of the letter after a backslash; any other character stays as it is. */
const escapes = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [letterN, newline],
  [0x72, 0x0d],
  [0x74, 0x09],
]);
/** Bytes above which native code copies faster. */
const longCopy = 64;
const separatorBytes = 16;

/** A value at `[start, end)` of the line; `start` is -1 if the line does not have it. */
type Part = {start: number; end: number; isString: boolean};

/**
 * Converts a record in JSON to the first line of its text form, without the text before the level:
 * `ERROR file_input: dbsp_adapters::server:  3 of 5 lost reason="no route" answer=42`.
 */
export class JsonAsText {
  #bytes = new Uint8Array(4096);
  #length = 0;
  readonly #members = new JsonMembers();
  readonly #target: Part = {start: -1, end: 0, isString: false};
  readonly #span: Part = {start: -1, end: 0, isString: false};
  readonly #message: Part = {start: -1, end: 0, isString: false};
  /** Offset of the `fields` object; 0, the line's own object, if the line has none. */
  #fields = 0;
  #hasFields = false;

  /** Begins with the last written text; the next `write` overwrites it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Finds the parts. True: only `target` and `message`, whose bytes are the same in text form. False: needs `write`. */
  read(line: Uint8Array): boolean {
    this.#readTop(line);
    this.#readFields(line);
    const {start, end, isString} = this.#message;
    if (this.#hasFields || this.#span.start !== -1 || this.#target.start === -1 || !isString) return false;
    return (
      end - start < visibleBytes &&
      !hasBackslash(line, start, end) &&
      !hasBackslash(line, this.#target.start, this.#target.end)
    );
  }

  get target(): Readonly<Part> {
    return this.#target;
  }

  get message(): Readonly<Part> {
    return this.#message;
  }

  /** Writes the line that was read; its level is at `[level, levelEnd)`. Returns the length, about 64 KiB at most. */
  write(line: Uint8Array, level: number, levelEnd: number): number {
    // No part of the text form is longer than in JSON.
    const most = Math.min(line.length, visibleBytes) + separatorBytes;
    if (this.#bytes.length < most) this.#bytes = new Uint8Array(most);
    this.#length = 0;
    this.#copy(line, level, levelEnd);
    this.#put(space);
    if (this.#span.start !== -1) {
      this.#writeValue(line, this.#span);
      this.#put(colon);
      this.#put(space);
    }
    this.#writeValue(line, this.#target);
    this.#put(colon);
    this.#put(space);
    this.#put(space);
    const before = this.#length;
    const isWhole = this.#writeValue(line, this.#message);
    // In text form the fields follow the message's last line: they are in the first line if it is the only one.
    if (isWhole && this.#hasFields) this.#writeFields(line, this.#length > before);
    // The byte after the end must not continue a word.
    this.#bytes[this.#length] = newline;
    return this.#length;
  }

  #readTop(line: Uint8Array): void {
    const members = this.#members;
    this.#target.start = -1;
    this.#span.start = -1;
    this.#fields = 0;
    members.start(line, 0, line.length);
    while (members.next()) {
      if (members.isNamed(targetKey)) this.#setPart(this.#target);
      else if (members.isNamed(spanKey)) this.#setPart(this.#span);
      else if (members.isNamed(fieldsKey) && line[members.value] === openingBrace) this.#fields = members.value;
    }
  }

  #readFields(line: Uint8Array): void {
    if (this.#hasMessageAlone(line)) return;
    const members = this.#members;
    const {start, end} = this.#target;
    const isLog = end - start === logTarget.length && isAt(line, start, logTarget);
    this.#message.start = -1;
    let count = 0;
    members.start(line, this.#fields, line.length);
    for (; members.next(); count++) {
      if (members.isNamed(messageKey) && members.isString) this.#setPart(this.#message);
      else if (members.isNamed(lineKey) && this.#message.start === -1) this.#setPart(this.#message);
      else if (isLog && members.isNamed(logTargetKey)) this.#setPart(this.#target);
    }
    const written = (this.#message.start === -1 ? 0 : 1) + (this.#target.start === start ? 0 : 1);
    this.#hasFields = count > written;
  }

  /** A fast path for most records, which have no field but the message. Takes half the time. */
  #hasMessageAlone(line: Uint8Array): boolean {
    if (!isAt(line, this.#fields, messageFirst)) return false;
    const start = this.#fields + messageFirst.length;
    const end = stringEnd(line, start, line.length);
    if (line[end + 1] !== closingBrace) return false;
    this.#message.start = start;
    this.#message.end = end;
    this.#message.isString = true;
    this.#hasFields = false;
    return true;
  }

  #setPart(part: Part): void {
    const {value, valueEnd, isString} = this.#members;
    part.start = value;
    part.end = valueEnd;
    part.isString = isString;
  }

  #writeFields(line: Uint8Array, hasMessage: boolean): void {
    const members = this.#members;
    let isFirst = !hasMessage;
    members.start(line, this.#fields, line.length);
    while (members.next()) {
      const {key, keyEnd, value, valueEnd, isString} = members;
      const isWritten = value === this.#message.start || value === this.#target.start;
      if (isWritten || (this.#fields === 0 && headKeys.some((name) => members.isNamed(name)))) continue;
      if (!isFirst) this.#put(space);
      isFirst = false;
      this.#copy(line, key, keyEnd);
      this.#put(equals);
      if (isString) this.#put(quote);
      this.#copy(line, value, valueEnd);
      if (isString) this.#put(quote);
    }
  }

  #put(byte: number): void {
    if (this.#length < this.#bytes.length - 1) this.#bytes[this.#length++] = byte;
  }

  #copy(line: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    const last = Math.min(end, start + bytes.length - 1 - this.#length);
    if (last - start > longCopy) {
      bytes.set(line.subarray(start, last), this.#length);
      this.#length += last - start;
      return;
    }
    let length = this.#length;
    for (let at = start; at < last; at++) bytes[length++] = line[at] ?? 0;
    this.#length = length;
  }

  /** Writes the first line of a value. True: the value has no other line. */
  #writeValue(line: Uint8Array, {start, end, isString}: Part): boolean {
    if (start === -1) return true;
    if (!isString || !hasBackslash(line, start, end)) {
      this.#copy(line, start, end);
      return true;
    }
    const bytes = this.#bytes;
    const last = Math.min(end, start + bytes.length - 1 - this.#length);
    let length = this.#length;
    for (let at = start; at < last; at++) {
      const byte = line[at] ?? 0;
      if (byte !== backslash) {
        bytes[length++] = byte;
        continue;
      }
      at += 1;
      const letter = line[at] ?? 0;
      if (letter === letterN) {
        this.#length = length;
        return false;
      }
      if (letter !== letterU) bytes[length++] = escapes.get(letter) ?? letter;
      else {
        const unit = hexIn(line, at + 1, last);
        const isHigh = unit >= 0xd800 && unit < 0xdc00 && line[at + 5] === backslash && line[at + 6] === letterU;
        const low = isHigh ? hexIn(line, at + 7, last) : 0;
        const isPair = low >= 0xdc00 && low < 0xe000;
        const code = isPair ? (unit - 0xd800) * 0x400 + low - 0xdc00 + 0x10000 : unit;
        length = putCharacter(bytes, length, code);
        at += isPair ? 10 : 4;
      }
    }
    this.#length = length;
    return true;
  }
}

function hasBackslash(line: Uint8Array, start: number, end: number): boolean {
  const at = line.indexOf(backslash, start);
  return at !== -1 && at < end;
}

/** The value of four hexadecimal digits at `at`; -1 if there are fewer. */
function hexIn(line: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let index = at; index < at + 4; index++) {
    const byte = line[index] ?? 0;
    if (!isHex(byte)) return -1;
    value = value * 16 + (byte & 0xf) + (byte > 0x39 ? 9 : 0);
  }
  return value;
}

/** Writes a character in UTF-8 at `at`, U+FFFD for an invalid code. Returns its end. */
function putCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code >= 0 && code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  const encoded = Buffer.from(String.fromCodePoint(code < 0 || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code));
  // Cut where the written text is full.
  if (at + encoded.length > bytes.length) return at;
  bytes.set(encoded, at);
  return at + encoded.length;
}
