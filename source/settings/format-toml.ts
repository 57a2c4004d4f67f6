/** Writes pieces of TOML. */
export const formatToml = {text, list, key};

/** In `'…'` where nothing has to be escaped, as a pattern reads best so. */
function text(value: string): string {
  return /[\\"]/.test(value) && !value.includes("'") ? `'${value}'` : JSON.stringify(value);
}

function list(values: readonly string[]): string {
  const [only] = values;
  return values.length === 1 && only !== undefined ? text(only) : `[${values.map(text).join(', ')}]`;
}

function key(name: string): string {
  return name.split('.').every((part) => /^[\w-]+$/.test(part)) ? name : JSON.stringify(name);
}
