import {filter, fold} from '../frame/ask-log.ts';
import {command} from '../frame/command.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * Filtering records: from Enter until the rows are there and each filter says what it hides. Against greps for the same
 * lines; the counts differ, since a record may have several lines. `filter-three`: the last of three. `fold`: neighbours
 * of one shape in one row, against what does the like in a shell.
 */
const filters = {
  'filter-text': {typed: ['Connection refused'], reference: `grep -c 'Connection refused' "$LOG"`},
  'filter-out': {typed: ['!finished in'], reference: `grep -vc 'finished in' "$LOG"`},
  'filter-level': {typed: ['level:warn'], reference: `grep -cE '33m WARN|31mERROR|^thread ' "$LOG"`},
  'filter-target': {typed: ['target:kafka'], reference: `grep -cE '\\[2m[a-z_:]*kafka' "$LOG"`},
  'filter-three': {
    typed: ['!finished in', 'level:info', 'target:kafka'],
    reference: `grep -v 'finished in' "$LOG" | grep -E 'INFO|WARN|ERROR' | grep -cE '\\[2m[a-z_:]*kafka'`,
  },
  fold: {typed: [], reference: `sed -E 's/[0-9]+/#/g' "$LOG" | uniq | wc -l`},
};

async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.withLog(context);
  const {terminal} = program;
  const sample: Record<string, number> = {};
  for (const [name, {typed}] of Object.entries(filters)) {
    sample[name] = typed.length > 0 ? await filter(terminal, typed) : await fold(terminal);
  }
  return sample;
}

export const rows: readonly Row[] = Object.entries(filters).map(([name, {typed, reference}]) => ({
  name,
  ours: {what: typed.length > 0 ? `filter ${typed.join(', ')}` : 'fold', measure},
  reference: command(reference, 'coloured'),
  ...{figure: name, referenceFigure: 'wallMs', unit: 'ms'},
}));
