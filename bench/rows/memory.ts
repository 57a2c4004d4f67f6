import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * What the built program keeps for each byte of a log, on the heap and beside it, after a collection, less what it kept
 * before: the lines, and the index of their records.
 */
async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.open(context);
  const before = await program.probe.ask('kept');
  const bytes = await program.takeIn(context);
  await program.probe.rest();
  return {perByte: ((await program.probe.ask('kept')) - before) / bytes};
}

export const rows: readonly Row[] = [
  {
    ...{name: 'memory', ours: {what: 'kept for a byte of log, indexed', measure}},
    ...{figure: 'perByte', unit: 'bytes a byte', target: {of: 'value', atMost: 1.08}},
  },
];
