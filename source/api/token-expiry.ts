import {fieldOf, parseJson} from './json.ts';

/** A token is renewed so long before its end, in milliseconds: a request may be under way for 30 s. */
const margin = 60_000;

/**
 * When a token should be replaced, in wall milliseconds: a minute before the `exp` of a JWT (RFC 7519, section 4.1.4),
 * but not before half of what is left at `now`. Undefined for what is no JWT or names no end, and for one that is over
 * already: this machine's clock is wrong then, and only the server can tell.
 */
export function renewalTime(token: string, now: number): number | undefined {
  const end = tokenEnd(token);
  if (end === undefined) return undefined;
  const left = end - now;
  return left <= 0 ? undefined : now + left - Math.min(margin, left / 2);
}

/** The `exp` of a JWT in wall milliseconds; undefined for what is no JWT or names no end that a calendar has. */
export function tokenEnd(token: string): number | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  const seconds = fieldOf(parseJson(Buffer.from(payload, 'base64url')), 'exp');
  if (typeof seconds !== 'number' || Number.isNaN(new Date(seconds * 1000).getTime())) return undefined;
  return seconds * 1000;
}
