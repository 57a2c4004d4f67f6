import {search} from '../frame/ask-log.ts';
import {command} from '../frame/command.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * Searching the whole scrollback: from the pattern, typed in one piece, to the exact number of matches on the screen.
 * Against grep on the same bytes in the page cache, from the start of its process to its end. Then once more, `-again`,
 * as each letter that is typed is a search.
 */
const pattern = 'Connection refused';

async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.withLog(context);
  const {ms, count} = await search(program.terminal, pattern);
  return {ms, count, againMs: (await search(program.terminal, pattern)).ms};
}

const common: Omit<Row, 'name' | 'figure'> = {
  ours: {what: `search ${pattern}`, measure},
  reference: command(`grep -c '${pattern}' "$LOG"`, ({logFile}) => logFile()),
  ...{referenceFigure: 'wallMs', unit: 'ms', target: {of: 'ratio', atMost: 2}},
};

export const rows: readonly Row[] = [
  {
    ...common,
    name: 'search-literal',
    figure: 'ms',
    why: 'the first search finds the colours inside lines, which a match may span; nothing is prepared for it.',
  },
  {...common, name: 'search-literal-again', figure: 'againMs'},
];
