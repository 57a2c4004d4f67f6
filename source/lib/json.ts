/** Returns undefined if it is no JSON. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : decode(text));
  } catch {
    return undefined;
  }
}

/** Bytes of a part: what is parsed of it is soon garbage, which costs far less than to keep a whole list. */
const partBytes = 64 * 1024;

/**
 * The entries of a JSON array in their order, some at a time: 5,000 pipelines at once take longer than a frame has. Throws
 * a `SyntaxError` if the text is no array, perhaps after its first entries.
 */
export function* jsonArrayParts(bytes: Uint8Array): Generator<readonly unknown[], void, undefined> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Between two entries: `},{"id":`. Each begins with the same name, and what is nested in them seldom does.
  const border = Buffer.concat([Buffer.from('},'), text.subarray(1, text.indexOf(':') + 1)]);
  let start = 0;
  let open = '';
  for (;;) {
    const cut = text.indexOf(border, start + partBytes);
    // Cut inside an entry or a string, a part is no JSON: brackets do not match.
    const part = cut < 0 ? undefined : parseJson(`${open}${decode(text.subarray(start, cut + 1))}]`);
    if (!Array.isArray(part)) break;
    yield part;
    start = cut + '},'.length;
    open = '[';
  }
  const rest = parseJson(`${open}${decode(text.subarray(start))}`);
  if (!Array.isArray(rest)) throw new SyntaxError('no JSON array');
  yield rest;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Returns undefined if `json` is no object or lacks the field. */
export function fieldOf(json: unknown, key: string): unknown {
  return isObject(json) ? json[key] : undefined;
}

/** The empty string if the field is missing or no string. */
export function stringOf(json: unknown, key: string): string {
  const value = fieldOf(json, key);
  return typeof value === 'string' ? value : '';
}

/** Those of the fields that the object has. */
export function picked<From extends object, Name extends keyof From>(from: From, names: readonly Name[]) {
  return Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : []))) as Pick<From, Name>;
}

export function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/**
 * JSON may hold them unescaped, but they control a terminal (DEL, C1), end a line, change the direction of text, or are
 * invisible: zero-width characters, tags, selectors of variants.
 */
const controls = /[\x7f-\x9f\p{Zl}\p{Zp}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** JSON that is safe to show and parses to the same value. `indent`: cells a level; undefined: one line. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(controls, escaped);
}

/** A character beyond U+FFFF has two escapes. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
