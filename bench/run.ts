import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {judge} from './frame/judge.ts';
import {benchContext} from './frame/log-files.ts';
import {describeMachine, machineText} from './frame/machine.ts';
import {measureRows} from './frame/measure-rows.ts';
import type {Row, RowSamples} from './frame/row.ts';
import {tableOf} from './frame/table.ts';
import {rows as filterRows} from './rows/filter.ts';
import {rows as holdRows} from './rows/holds.ts';
import {rows as ingestRows} from './rows/ingest.ts';
import {rows as memoryRows} from './rows/memory.ts';
import {rows as searchRows} from './rows/search.ts';

/**
 * Measures what is claimed of pipetail's speed, each figure beside a reference of the same run: `node bench/run.ts
 * [ROW…]`, all rows or those whose names begin so. Prints a table and writes bench/results.json.
 * `--runs N`: how often each is measured, 5. `--quick`: once. `--lines N`: the length of the log, 1,000,000.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    runs: {type: 'string', default: '5'},
    lines: {type: 'string', default: '1000000'},
    quick: {type: 'boolean', default: false},
  },
});
const runs = values.quick ? 1 : Number(values.runs);
const lines = Number(values.lines);
if (!(runs >= 1 && lines >= 1)) throw new Error('--runs and --lines want a number, 1 or more');

const known = [...ingestRows, ...memoryRows, ...searchRows, ...filterRows, ...holdRows];
const rows = known.filter(({name}) => positionals.length === 0 || positionals.some((each) => name.startsWith(each)));
if (rows.length === 0) throw new Error(`no such row; there are ${known.map(({name}) => name).join(', ')}`);

const machine = describeMachine();
const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-`);
let measured: readonly RowSamples[] = [];
try {
  const onRow = ({name}: Row) => process.stderr.write(`\r\x1b[K${name}`);
  measured = await measureRows(rows, benchContext(folder, lines), {runs, onRow});
} finally {
  process.stderr.write('\r\x1b[K');
  await rm(folder, {recursive: true});
}

const judged = measured.map(judge);
console.log(`${machineText(machine)}\n${lines} lines, ${runs} runs\n`);
console.log(tableOf(judged));
const written = measured.map(({row, ours, reference}, index) => {
  const {name, figure, referenceFigure, unit, target} = row;
  const what = {ours: row.ours.what, reference: row.reference?.what};
  const {ratio, met} = judged[index] ?? {};
  return {name, what, figure, referenceFigure, unit, target, ratio, met, samples: {ours, reference}};
});
const json = JSON.stringify({machine, lines, runs, rows: written}, undefined, 2);
await writeFile(`${import.meta.dirname}/results.json`, `${json}\n`);
