import {readFileSync} from 'node:fs';
import {type Exchange, parseExchange} from '../harness/raw-client.ts';

/** The bytes of a recording in `test/wire/`. */
export function recordingBytes(file: string): Buffer {
  return readFileSync(new URL(`../wire/${file}`, import.meta.url));
}

/** The first exchange of a recording. */
export function recording(file: string): Exchange {
  const exchange = parseExchange(recordingBytes(file));
  if (!exchange) throw new Error(`${file} holds no whole head`);
  return exchange;
}

/** Headers whose values depend on the moment or on the body are compared by name only. */
const variable = new Set(['date', 'content-length']);

/** The rig that the first recordings are of sent no headers for other origins; the whole server does (20 and later). */
const ofOtherOrigins = (name: string, value: string): boolean =>
  name === 'access-control-allow-credentials' || (name === 'vary' && value.startsWith('Origin'));

/** What two exchanges of one shape have in common: status, header names, and the values that do not vary. */
export function shape({statusLine, headers}: Exchange): unknown {
  const entries = [...headers]
    .filter(([name, value]) => !ofOtherOrigins(name, value))
    .map(([name, value]) => [name, variable.has(name) ? '*' : value]);
  return {statusLine, headers: Object.fromEntries(entries)};
}

/** A body with its time stamps and ids replaced, so that two servers can be compared. */
export function withoutVariables(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}Z/g, '<time>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, '<id>');
}
