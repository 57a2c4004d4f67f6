import {newline} from '../buffer/newlines.ts';
import {sentinel} from './protocol-lines.ts';

const nothing = new Uint8Array(0);

/**
 * Keeps the end sentinel out of the log. `Logs have ended` is the server's only as the very last line of a body; a
 * pipeline may print it too. So the last line received is held back while it is, or may become, the sentinel: at most
 * 16 bytes, and no other line ever waits.
 */
export class SentinelGate {
  #held: Uint8Array = nothing;
  #atLineStart = true;

  /** Takes bytes of the body; answers those that are surely no sentinel, valid until the next call. */
  push(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return nothing;
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const from = this.#lastLineStart(all);
    const mayBeSentinel = from !== undefined && isPrefixOfSentinel(all, from);
    const released = mayBeSentinel ? all.subarray(0, from) : all;
    this.#held = mayBeSentinel ? new Uint8Array(all.subarray(from)) : nothing;
    if (released.length > 0) this.#atLineStart = released.at(-1) === newline;
    return released;
  }

  /** The body ended: whether its last line was the sentinel. What was held is dropped. */
  end(): boolean {
    const ended = this.#held.length === sentinel.length;
    this.#held = nothing;
    this.#atLineStart = true;
    return ended;
  }

  /** The body is left before it ended: what was held was no sentinel. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = nothing;
    if (held.length > 0) this.#atLineStart = held.at(-1) === newline;
    return held;
  }

  /** Where the last line begins, complete or not, if it is short enough to matter. */
  #lastLineStart(bytes: Uint8Array): number | undefined {
    const earliest = Math.max(0, bytes.length - sentinel.length);
    for (let start = bytes.length - 1; start >= earliest; start--) {
      if (start === 0 ? this.#atLineStart : bytes[start - 1] === newline) return start;
    }
    return undefined;
  }
}

function isPrefixOfSentinel(bytes: Uint8Array, from: number): boolean {
  for (let index = from; index < bytes.length; index++) {
    if (bytes[index] !== sentinel[index - from]) return false;
  }
  return true;
}
