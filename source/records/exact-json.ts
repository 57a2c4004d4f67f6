type WithSource = typeof JSON & {rawJSON(text: string): unknown; isRawJSON(value: unknown): boolean};

/** What TypeScript does not know of yet; Node 21 and later have it. */
const json = JSON as WithSource;

/** As many digits as a number may have that is not exact any more: 2^53 has 16. */
const longNumber = /\d{16}/;

/**
 * A value of JSON text, in which a number that a double cannot hold keeps its digits: `textOf` writes it as it was sent, an
 * offset or an id of 64 bits for example. Throws a SyntaxError.
 */
export function parseExact(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

/** A string as it is, everything else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export type JsonObject = {readonly [key: string]: unknown};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !json.isRawJSON(value);
}

function exact(_key: string, value: unknown, context?: {readonly source?: string}): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : json.rawJSON(context.source);
}
