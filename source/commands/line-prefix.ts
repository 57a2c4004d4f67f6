/** What stands in front of each pipeline's lines: its name, padded so that the lines stand below each other. */
export function linePrefixes(names: readonly string[]): (name: string) => string {
  const width = Math.max(0, ...names.map((name) => name.length));
  return (name) => `${name.padEnd(width)} | `;
}
