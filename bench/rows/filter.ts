import {filter} from '../frame/ask-log.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/** Filtering records: from the Enter after the last of three filters until the rows are there and each says what it hides. */
const typed = ['!finished in', 'level:info', 'target:kafka'];

async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.withLog(context);
  return {ms: await filter(program.terminal, typed)};
}

export const rows: readonly Row[] = [
  {name: 'filter-three', ours: {what: `filter ${typed.join(', ')}`, measure}, figure: 'ms', unit: 'ms'},
];
