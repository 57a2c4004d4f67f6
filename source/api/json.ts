/** Parses JSON from bytes whatever their content type said; undefined when they are not JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
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
