import {filter, fold, search} from '../frame/ask-log.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * How long a key may have to wait: the longest hold of the built program's event loop while it takes in a log and works
 * out the index of its records, searches, filters and folds it, everything that is drawn meanwhile included.
 */
async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.open(context);
  const {terminal, probe} = program;
  const longest = async (task: () => Promise<unknown>) => {
    await probe.ask('hold');
    await task();
    await probe.rest();
    return await probe.ask('hold');
  };
  return {
    'catch-up': await longest(() => program.takeIn(context)),
    literal: await longest(() => search(terminal, 'Connection refused')),
    common: await longest(() => search(terminal, 'o')),
    insensitive: await longest(() => search(terminal, 'connection refused')),
    regex: await longest(() => search(terminal, 'CONNECT, [0-9]+ identical')),
    filter: await longest(() => filter(terminal, ['!finished in', 'level:info', 'target:kafka'])),
    fold: await longest(() => fold(terminal)),
  };
}

const names = ['catch-up', 'literal', 'common', 'insensitive', 'regex', 'filter', 'fold'];

const why =
  'this processor takes twice the time of the one that the other rows were measured on, where all were under 16 ms. Of the ' +
  'longest holds of eight catch-ups there, 13 to 27 ms, 1 to 11 were the program’s own processor time: 256 KiB taken in and ' +
  'a frame full of lines drawn, by code that is not compiled yet; the rest it waits for one of two cores. While filters ' +
  'are worked out, their share is drawn, so that a slice and a frame may come together.';

export const rows: readonly Row[] = names.map((name) => ({
  name: `hold-${name}`,
  ours: {what: `longest hold: ${name}`, measure},
  ...{figure: name, unit: 'ms', target: {of: 'value', atMost: 16}, why},
}));
