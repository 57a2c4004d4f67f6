/** One row of the readme's tour: what is pressed, and what is to be seen then. A key with a blank is text to type. */
export type TourStep = {readonly keys: readonly string[]; readonly seen: readonly string[]};

/** The steps of the tour in the text of the readme. */
export function tourSteps(readme: string): readonly TourStep[] {
  const [, table = ''] = /<!-- tour -->(.*?)<!-- \/tour -->/s.exec(readme) ?? [];
  const rows = table.split('\n').filter((row) => row.startsWith('| ') && !row.startsWith('| press'));
  const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  return rows
    .map((row) => row.split('|'))
    .filter(([, keys]) => !keys?.includes('---'))
    .map(([, keys, seen]) => ({keys: quoted(keys), seen: quoted(seen)}));
}

/** Of the terminal in which the tour is taken. */
export const tourSize = {cols: 110, rows: 32};
