/** The value of JSON text, or of its bytes; undefined when it is no JSON. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

/** One field of a parsed JSON object; undefined when `json` is something else or lacks it. */
export function fieldOf(json: unknown, key: string): unknown {
  return isObject(json) ? json[key] : undefined;
}

/** The same for text: the empty string when the field is missing or no string. */
export function stringOf(json: unknown, key: string): string {
  const value = fieldOf(json, key);
  return typeof value === 'string' ? value : '';
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/**
 * Characters that JSON may hold as they are, but that control a terminal or end a line there: DEL, C1, U+2028, U+2029, and
 * those that turn the direction of text, so that it reads as something else.
 */
const controls = /[\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu;

/** A value as JSON that is safe to show and parses to the same value. `indent`: cells a level; one line without. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(controls, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
