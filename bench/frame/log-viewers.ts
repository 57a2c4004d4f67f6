import path from 'node:path';
import type {Terminal} from '../../test/harness/terminal.ts';
import {search as searchInPipetail} from './ask-log.ts';
import {startOf} from './built-program.ts';
import type {LargeLog} from './large-log.ts';
import type {Tool} from './row.ts';

/** What a terminal runs, a file as its last argument; without one it reads standard input. */
type Command = ReturnType<typeof startOf>;

/** A program that shows a log on a terminal, and the keys that ask it something. */
export type LogViewer = {
  readonly what: string;
  /** What its process calls itself. */
  readonly process: string;
  readonly needs: readonly Tool[];
  readonly open: (tree: string, file: string) => Command;
  readonly pipe: (tree: string) => Command;
  /** What goes from the first line to the first error; undefined: it has no key for that. */
  readonly nextError?: string;
  /** Undefined: it does not count what it finds. */
  readonly search?: (terminal: Terminal, pattern: string) => Promise<{ms: number; count: number}>;
};

/** What 1 GB takes the slowest of them on a machine that is busy, milliseconds. */
export const timeout = 600_000;
/** After which keys are pressed again, milliseconds. */
const againMs = 300;

const pipetail: LogViewer = {
  what: 'pipetail',
  process: 'pipetail',
  needs: [],
  open: (tree, file) => startOf(tree, 'open', file),
  pipe: (tree) => startOf(tree, 'open', '-'),
  nextError: 'e',
  search: searchInPipetail,
};

const less: LogViewer = {
  what: 'less -R',
  process: 'less',
  needs: [{command: 'less', package: 'less'}],
  open: (_, file) => ({command: 'less', args: ['-R', '+G', file], env: {}}),
  pipe: () => ({command: 'less', args: ['-R', '+F'], env: {}}),
};

/** It has a description of Feldera's lines: without one it would know neither their times nor their levels. */
const formats = path.resolve(import.meta.dirname, '../lnav');

const lnav: LogViewer = {
  what: 'lnav',
  process: 'lnav',
  needs: [{command: 'lnav', package: 'lnav'}],
  open: (_, file) => ({command: 'lnav', args: ['-I', formats, file], env: {}}),
  pipe: () => ({command: 'lnav', args: ['-I', formats], env: {}}),
  nextError: 'e',
  async search(terminal, pattern) {
    const begun = performance.now();
    // Otherwise capitals are as small letters to it.
    terminal.write(`/(?-i)${pattern}\r`);
    await terminal.waitFor('search completed in', {timeout});
    const ms = performance.now() - begun;
    // The number follows in a later frame.
    await terminal.stable();
    const [, count = ''] = /([\d,]+) (?:hits )?for “/.exec(terminal.text()) ?? [];
    return {ms, count: Number(count.replaceAll(',', ''))};
  },
};

/**
 * From the end of a log to its first error. One that has not looked at all lines yet may go to a later one: the keys are
 * pressed again until it is the right one.
 */
export async function goToFirstError(terminal: Terminal, {nextError}: LogViewer, log: LargeLog): Promise<void> {
  if (nextError === undefined) return;
  for (let isThere = false; !isThere; ) {
    terminal.write('g');
    await terminal.waitFor(log.first, {timeout});
    terminal.write(nextError);
    isThere = await terminal.waitFor(log.firstError, {timeout: againMs}).then(
      () => true,
      () => !terminal.running,
    );
  }
}

export const logViewers = {pipetail, less, lnav} as const;
