import type {Random} from './random.ts';

/** Formats microseconds since the epoch as the server does: RFC 3339, UTC, six digits, `Z`. */
export function formatMicros(micros: number): string {
  const milliseconds = Math.floor(micros / 1000);
  const rest = String(micros - milliseconds * 1000).padStart(3, '0');
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`;
}

/** Strictly rising time stamps of one pipeline; the microseconds are drawn from `random`. */
export class Stamps {
  readonly #now: () => number;
  readonly #random: Random;
  #last = 0;

  /** `now` answers milliseconds since the epoch. */
  constructor(now: () => number, random: Random) {
    this.#now = now;
    this.#random = random;
  }

  next(): string {
    const candidate = Math.floor(this.#now()) * 1000 + this.#random.integer(1000);
    this.#last = Math.max(this.#last + 1 + this.#random.integer(9), candidate);
    return formatMicros(this.#last);
  }
}
