import {visibleBytes} from '../buffer/style-joints.ts';
import {
  backslash,
  bytesOf,
  closingBrace,
  colon,
  equals,
  isAt,
  isHex,
  newline,
  openingBrace,
  quote,
  space,
} from './bytes.ts';
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
/** What a backslash and one of these letters stand for; any other character stands for itself. */
const escapes = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [letterN, newline],
  [0x72, 0x0d],
  [0x74, 0x09],
]);
/** Bytes from which on native code copies faster. */
const longCopy = 64;
/** Room for the separators between the parts. */
const separatorBytes = 16;

/** A value of the line, `[start, end)`; `start` is -1 if the line has none. */
type Part = {start: number; end: number; isString: boolean};

/**
 * Writes a record in JSON as the first line of the same record in text form, from its level on:
 * `ERROR file_input: dbsp_adapters::server:  3 of 5 lost reason="no route" answer=42`. All lines share one block of bytes.
 */
export class JsonAsText {
  #bytes = new Uint8Array(4096);
  #length = 0;
  readonly #members = new JsonMembers();
  readonly #target: Part = {start: -1, end: 0, isString: false};
  readonly #span: Part = {start: -1, end: 0, isString: false};
  readonly #message: Part = {start: -1, end: 0, isString: false};
  /** Offset of the object that has message and fields: of the line itself if it has no `fields`. */
  #fields = 0;
  #hasFields = false;

  /** Begins with the text that was written last. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Finds the parts of a head line. True: it has only a target and a message, with the same bytes as in text; else
   * `write` is the next call.
   */
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

  /** Writes the line that was read, with its level at `[level, levelEnd)`. Returns the length: little more than 64 KiB at most. */
  write(line: Uint8Array, level: number, levelEnd: number): number {
    // No part is longer than in JSON.
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
    // The fields end the last line.
    if (isWhole && this.#hasFields) this.#writeFields(line, this.#length > before);
    // The byte after the end must not look like part of a word.
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

  /** The same in half the time for most records, which have no field but the message. */
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

  /** Writes the first line of a value; true: it has only one. */
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

/** The number that the four digits at `at` make; -1 if they are not digits. */
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

/** Puts a character as UTF-8 at `at`, U+FFFD for an invalid code. Returns where it ends. */
function putCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code >= 0 && code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  const encoded = Buffer.from(String.fromCodePoint(code < 0 || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code));
  bytes.set(encoded, at);
  return at + encoded.length;
}
