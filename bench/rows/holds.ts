import {filter} from '../frame/ask-log.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * How long a key may have to wait: the longest hold of the built program's event loop while it takes in a log and works
 * out the index of its records, and filters it, everything that is drawn meanwhile included.
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
    filter: await longest(() => filter(terminal, ['!finished in', 'level:info', 'target:kafka'])),
  };
}

const why =
  'code that is not compiled yet takes in 256 KiB and draws a frame. While filters are worked out, a slice and a frame may ' +
  'come together.';

export const rows: readonly Row[] = ['catch-up', 'filter'].map((name) => ({
  name: `hold-${name}`,
  ours: {what: `longest hold: ${name}`, measure},
  ...{figure: name, unit: 'ms', target: {of: 'value', atMost: 16}, why},
}));
