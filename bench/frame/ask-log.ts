import type {Terminal} from '../../test/harness/terminal.ts';
import {patience} from './log-program.ts';

// Questions to a log, and how long the screen takes to show the result. The keys go to the log, in a terminal of 200
// columns; afterwards it is as it was before.

/** The row that is typed in, and the one above it, which names the filters. */
const typed = -2;
const filters = -3;

/** Milliseconds from the end of the pattern to the whole number of matches, and that number. */
export async function search(terminal: Terminal, pattern: string): Promise<{ms: number; count: number}> {
  await terminal.press('/');
  await terminal.waitFor(() => terminal.row(typed).startsWith(' /'));
  // The program searches as it is typed; in one piece it is searched for once.
  const ms = await timeUntil(terminal, pattern, () => matchesIn(terminal.row(typed), pattern) !== undefined);
  const count = matchesIn(terminal.row(typed), pattern) ?? Number.NaN;
  await terminal.press('Esc');
  await terminal.waitFor(() => !terminal.row(typed).includes(`/${pattern}`));
  return {ms, count};
}

/** Milliseconds from the Enter after the last of these filters until all show how many records they hide. */
export async function filter(terminal: Terminal, texts: readonly string[]): Promise<number> {
  let ms = Number.NaN;
  for (const [index, text] of texts.entries()) {
    await terminal.press('&');
    await terminal.waitFor(() => terminal.row(typed).startsWith(' &'));
    terminal.write(text);
    await terminal.waitFor(() => terminal.row(typed).includes(text));
    const inForce = texts.slice(0, index + 1);
    ms = await timeUntil(terminal, '\r', () => areApplied(terminal.row(filters), inForce));
  }
  for (let left = texts.length; left > 0; left--) await terminal.press('Esc');
  await terminal.waitFor(() => !terminal.row(filters).startsWith(' &'));
  return ms;
}

/** The number of found lines in the row; undefined while it may still grow. */
export function matchesIn(row: string, pattern: string): number | undefined {
  const [, rest] = row.split(` /${pattern}`);
  const [, found] =
    /^ +(?:[\d,]+ of )?([\d,]+|no match)(?: (?:matching )?lines?)?(?! (?:matching )?lines?…)(?: {2}|$)/.exec(
      rest ?? '',
    ) ?? [];
  if (found === undefined) return undefined;
  return found === 'no match' ? 0 : Number(found.replaceAll(',', ''));
}

/** Behind a filter; in commits of before `-448`. */
const hiddenNumber = /^ (?:\([\d,]+ hidden\)|-[\d,]+)/;

/** Whether the row has a number of hidden records behind each of these. */
export function areApplied(row: string, texts: readonly string[]): boolean {
  return !row.includes('filtering') && texts.every((text) => hiddenNumber.test(row.split(`  ${text}`)[1] ?? ''));
}

async function timeUntil(terminal: Terminal, bytes: string, sight: () => boolean): Promise<number> {
  const begun = performance.now();
  terminal.write(bytes);
  await terminal.waitFor(sight, {timeout: patience});
  return performance.now() - begun;
}
