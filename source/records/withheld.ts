import {apostrophe, bytesOf, isAt, isDigit} from './bytes.ts';
import {levelIn} from './line-head.ts';

/** `error on input endpoint 'orders.kafka': …`, `encode error on output endpoint …` (adapters, server.rs). */
const endpointWord = Buffer.from("put endpoint '");
/** `Suppressed 177 'orders.kafka-text_event_err' errors in the last 6.00s (…) due to excessive rate.` (the same). */
const suppressedWord = Buffer.from('Suppressed ');
const afterName = bytesOf("' errors in the last ");
/** At the end of a message of Kafka's client: `(after 2ms in state CONNECT, 3 identical error(s) suppressed)`. */
const identicalWord = Buffer.from(' identical error(s) suppressed');
const beforeName = bytesOf(" '");
const zero = 0x30;

/** Errors of one connector and tag that were not logged. `name`: `<endpoint>-<tag>`. */
export type Suppressed = {readonly name: string; readonly count: number};

/** The connector that an error is of; undefined if it is not a connector's. */
export function endpointIn(line: Uint8Array): string | undefined {
  const bytes = asBuffer(line);
  const at = bytes.indexOf(endpointWord);
  const start = at + endpointWord.length;
  const end = at === -1 ? -1 : bytes.indexOf(apostrophe, start);
  return end === -1 ? undefined : bytes.toString('utf8', start, end);
}

/** What a line of the rate limiter reports; undefined for other lines. */
export function suppressedIn(line: Uint8Array): Suppressed | undefined {
  const bytes = asBuffer(line);
  const at = bytes.indexOf(suppressedWord);
  if (at === -1 || levelIn(bytes, 0, bytes.length) !== 'INFO') return undefined;
  let digit = at + suppressedWord.length;
  let count = 0;
  for (; isDigit(bytes[digit]); digit++) count = 10 * count + (bytes[digit] ?? 0) - zero;
  const start = digit + 2;
  const end = isAt(bytes, digit, beforeName) ? bytes.indexOf(apostrophe, start) : -1;
  if (count === 0 || end === -1 || !isAt(bytes, end, afterName)) return undefined;
  return {name: bytes.toString('utf8', start, end), count};
}

/** The number of equal errors that an error of Kafka's client stands for, itself not included. */
export function identicalIn(line: Uint8Array): number {
  const bytes = asBuffer(line);
  const end = bytes.indexOf(identicalWord);
  let count = 0;
  let unit = 1;
  for (let at = end - 1; at >= 0 && isDigit(bytes[at]); at--, unit *= 10) count += unit * ((bytes[at] ?? 0) - zero);
  return count;
}

/** Offset of the next place in the bytes that may be in a line of the limiter; -1: none. */
export function nextSuppressed(bytes: Buffer, from: number): number {
  return bytes.indexOf(suppressedWord, from);
}

/**
 * Errors of a log that the limiter withheld and an error has yet to follow: each line of the limiter is right before the
 * next error of that connector and tag.
 */
export class PendingSuppressed {
  readonly #pending = new Map<string, number>();

  add({name, count}: Suppressed): void {
    const before = this.#pending.get(name) ?? 0;
    // The newest is the last one.
    this.#pending.delete(name);
    this.#pending.set(name, before + count);
  }

  /** The errors that the next error of this connector stands for. Its line does not name the tag. */
  take(endpoint: string): number {
    if (this.#pending.size === 0) return 0;
    // No tag has a hyphen, while a connector's name may.
    const name = [...this.#pending.keys()].findLast((key) => key.slice(0, key.lastIndexOf('-')) === endpoint);
    const count = name === undefined ? 0 : (this.#pending.get(name) ?? 0);
    if (name !== undefined) this.#pending.delete(name);
    return count;
  }
}

function asBuffer(line: Uint8Array): Buffer {
  return Buffer.from(line.buffer, line.byteOffset, line.byteLength);
}
