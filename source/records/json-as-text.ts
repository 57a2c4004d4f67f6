import {visibleBytes} from '../buffer/style-joints.ts';
import {bytesOf, isAt, isHex} from './bytes.ts';
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

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const space = 0x20;
const equals = 0x3d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;
const newline = 0x0a;
const letterN = 0x6e;
const letterU = 0x75;
/** What the letters behind a backslash stand for; others for themselves. */
const escapes = new Map([
  [0x62, 0x08],
  [0x66, 0x0c],
  [letterN, newline],
  [0x72, 0x0d],
  [0x74, 0x09],
]);
/** More bytes are copied by native code. */
const longCopy = 64;
/** Room for what stands between the parts. */
const separators = 16;

/** A value of the line, `[start, end)`; `start` is -1 if there is none. */
type Part = {start: number; end: number; isString: boolean};

/**
 * Writes what a record in JSON says as the first line of the same record in text form has it, from its level on:
 * `ERROR file_input: dbsp_adapters::server:  3 of 5 lost reason="no route" answer=42`. One block of bytes serves all lines.
 */
export class JsonAsText {
  #bytes = new Uint8Array(4096);
  #length = 0;
  readonly #members = new JsonMembers();
  readonly #target: Part = {start: -1, end: 0, isString: false};
  readonly #span: Part = {start: -1, end: 0, isString: false};
  readonly #message: Part = {start: -1, end: 0, isString: false};
  /** Where the object begins that holds message and fields; the line's own if it has no other. */
  #fields = 0;
  #hasFields = false;

  /** The text that was written last, and more. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /**
   * Looks for the parts of a line that is a head; `write` is the next call. True: it has a target and a message alone,
   * which stand in the line as they would in text.
   */
  look(line: Uint8Array): boolean {
    this.#lookAtTop(line);
    this.#lookAtFields(line);
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

  /** Writes the line, whose level is `[level, levelEnd)`; answers the length in bytes, a little more than 64 KiB at most. */
  write(line: Uint8Array, level: number, levelEnd: number): number {
    // No part is longer than it is in JSON.
    const most = Math.min(line.length, visibleBytes) + separators;
    if (this.#bytes.length < most) this.#bytes = new Uint8Array(most);
    this.#length = 0;
    this.#copy(line, level, levelEnd);
    this.#put(space);
    if (this.#span.start !== -1) {
      this.#value(line, this.#span);
      this.#put(colon);
      this.#put(space);
    }
    this.#value(line, this.#target);
    this.#put(colon);
    this.#put(space);
    this.#put(space);
    const before = this.#length;
    const isWhole = this.#value(line, this.#message);
    // The fields end the last line.
    if (isWhole && this.#hasFields) this.#writeFields(line, this.#length > before);
    // What is looked at behind the end is no part of a word.
    this.#bytes[this.#length] = newline;
    return this.#length;
  }

  #lookAtTop(line: Uint8Array): void {
    const members = this.#members;
    this.#target.start = -1;
    this.#span.start = -1;
    this.#fields = 0;
    members.begin(line, 0, line.length);
    while (members.next()) {
      if (members.is(targetKey)) this.#take(this.#target);
      else if (members.is(spanKey)) this.#take(this.#span);
      else if (members.is(fieldsKey) && line[members.value] === openingBrace) this.#fields = members.value;
    }
  }

  #lookAtFields(line: Uint8Array): void {
    if (this.#hasMessageAlone(line)) return;
    const members = this.#members;
    const {start, end} = this.#target;
    const isLog = end - start === logTarget.length && isAt(line, start, logTarget);
    this.#message.start = -1;
    let count = 0;
    members.begin(line, this.#fields, line.length);
    for (; members.next(); count++) {
      if (members.is(messageKey) && members.isString) this.#take(this.#message);
      else if (members.is(lineKey) && this.#message.start === -1) this.#take(this.#message);
      else if (isLog && members.is(logTargetKey)) this.#take(this.#target);
    }
    const taken = (this.#message.start === -1 ? 0 : 1) + (this.#target.start === start ? 0 : 1);
    this.#hasFields = count > taken;
  }

  /** The same for most records, whose fields are a message and nothing else, in half the time. */
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

  #take(part: Part): void {
    const {value, valueEnd, isString} = this.#members;
    part.start = value;
    part.end = valueEnd;
    part.isString = isString;
  }

  #writeFields(line: Uint8Array, hasMessage: boolean): void {
    const members = this.#members;
    let isFirst = !hasMessage;
    members.begin(line, this.#fields, line.length);
    while (members.next()) {
      const {key, keyEnd, value, valueEnd, isString} = members;
      const isWritten = value === this.#message.start || value === this.#target.start;
      if (isWritten || (this.#fields === 0 && headKeys.some((name) => members.is(name)))) continue;
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

  /** Writes the first line of a value; true: there is no other. */
  #value(line: Uint8Array, {start, end, isString}: Part): boolean {
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

/** The four digits at `at`; -1 if there are none. */
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

/** Puts a character as UTF-8 at `at`, U+FFFD for what is none; answers where it ends. */
function putCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code >= 0 && code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  const encoded = Buffer.from(String.fromCodePoint(code < 0 || (code >= 0xd800 && code < 0xe000) ? 0xfffd : code));
  bytes.set(encoded, at);
  return at + encoded.length;
}
