import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {allRows} from './all-rows.ts';
import {judge} from './frame/judge.ts';
import {benchContext} from './frame/log-files.ts';
import {describeMachine, machineText} from './frame/machine.ts';
import {measurable, measureRows} from './frame/measure-rows.ts';
import {mergedRows, readResults, resultOf, writeResults} from './frame/results.ts';
import type {Row, RowSamples} from './frame/row.ts';
import {tableOf} from './frame/table.ts';
import {warmStart} from './frame/warm-start.ts';

/**
 * Measures what is claimed of pipetail's speed, each figure beside a reference of the same run: `node bench/run.ts
 * [ROW…]`, all rows or those whose names begin so. Prints a table and puts what was measured into bench/results.json.
 * `--runs N`: how often each is measured, 5. `--quick`: once. `--lines N`: the length of the log, 1,000,000. With fewer
 * runs or another log nothing is written: the table of docs/maintainers/performance.md is made of that file.
 */
const standard = {runs: 5, lines: 1_000_000};
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    runs: {type: 'string', default: String(standard.runs)},
    lines: {type: 'string', default: String(standard.lines)},
    quick: {type: 'boolean', default: false},
  },
});
const runs = values.quick ? 1 : Number(values.runs);
const lines = Number(values.lines);
if (!(runs >= 1 && lines >= 1)) throw new Error('--runs and --lines need a number, 1 or more');

const wanted =
  positionals.length === 0 ? allRows : allRows.filter(({name}) => positionals.some((each) => name.startsWith(each)));
if (wanted.length === 0) throw new Error(`no such row; there are ${allRows.map(({name}) => name).join(', ')}`);

const {rows, skipped} = measurable(wanted);
for (const line of skipped) console.log(line);

const machine = describeMachine();
const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-`);
let measured: readonly RowSamples[] = [];
try {
  const onRow = ({name}: Row) => process.stderr.write(`\r\x1b[K${name}`);
  const context = benchContext(folder, lines);
  await warmStart(context);
  measured = await measureRows(rows, context, {runs, onRow});
} finally {
  process.stderr.write('\r\x1b[K');
  await rm(folder, {recursive: true});
}

/** What fails in one row is no reason to lose the others. */
const results = measured.flatMap((samples) => {
  try {
    return [{samples, judged: judge(samples)}];
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
    return [];
  }
});
console.log(`${machineText(machine)}\n${lines} lines, ${runs} runs\n`);
console.log(tableOf(results.map(({judged}) => judged)));
if (runs < standard.runs || lines !== standard.lines) {
  console.log('\nnot written to bench/results.json: fewer runs or another log than usual');
} else {
  const again = results.map(({samples, judged}) => resultOf(samples, judged, machine));
  const before = await readResults();
  const names = allRows.map(({name}) => name);
  await writeResults({...before, machine, lines, rows: mergedRows(before?.rows ?? [], again, names)});
}
