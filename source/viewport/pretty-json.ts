/** Deeper than this nothing is indented further: 64 KiB of brackets would become gigabytes of blanks. */
const deepest = 20;
const tokenPattern = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s"[\]{},:]+/g;

/**
 * The first `most` lines of a JSON object or array, indented by two; undefined if the text is neither. Names, strings and
 * numbers stay as they are written: parsed and written again, large numbers would change and repeated names would vanish.
 */
export function prettyJson(text: string, most: number): readonly string[] | undefined {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return undefined;
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const breakLine = () => {
    lines.push(line);
    line = '  '.repeat(Math.min(depth, deepest));
  };
  let previous = '';
  for (const [token] of text.matchAll(tokenPattern)) {
    const isClosing = token === '}' || token === ']';
    const isInside = previous === '{' || previous === '[';
    if (isClosing) depth -= 1;
    // An empty object or array stays on one line.
    if (previous === ',' || isInside !== isClosing) breakLine();
    if (lines.length >= most) return lines;
    line += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    previous = token;
  }
  lines.push(line);
  return lines;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
