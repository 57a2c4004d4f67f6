import {rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {allRows} from './all-rows.ts';
import {type Compared, comparisonTable} from './frame/comparison.ts';
import {benchContext} from './frame/log-files.ts';
import {describeMachine, machineText} from './frame/machine.ts';
import {otherTree} from './frame/other-tree.ts';
import type {BenchContext, Row, Sample, Task} from './frame/row.ts';

/**
 * Measures this checkout beside another commit on one machine, in turn: `npm run bench:compare COMMIT [ROW…]`, all rows
 * or those whose names begin so. `--runs N`: 5 each. Prints a table; `less` and `MORE` mark rows of which all runs of the
 * one lie below all runs of the other: with five runs each, chance does that to one row in 126. A row that the other
 * commit has no sources for is named and left out.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {runs: {type: 'string', default: '5'}, lines: {type: 'string', default: '1000000'}},
});
const [commit, ...names] = positionals;
if (commit === undefined) throw new Error('which commit? npm run bench:compare COMMIT [ROW…]');
const rows = allRows.filter(({name}) => names.length === 0 || names.some((each) => name.startsWith(each)));
if (rows.length === 0) throw new Error(`no such row; there are ${allRows.map(({name}) => name).join(', ')}`);

const other = await otherTree(commit);
const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-`);
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const context = benchContext(folder, Number(values.lines));
const compared: Compared[] = [];
const known = new Map<Task['measure'], Omit<Compared, 'row'> | undefined>();
for (const row of rows) {
  process.stderr.write(`\r\x1b[K${row.name}`);
  const {measure} = row.ours;
  if (!known.has(measure)) known.set(measure, await inTurn(row, context, other.tree));
  const samples = known.get(measure);
  if (samples) compared.push({row, ...samples});
}
process.stderr.write('\r\x1b[K');
const machine = describeMachine();
console.log(`${machineText(machine)}\n`);
console.log(comparisonTable(compared, {here: machine.commit, other: other.commit}));

async function inTurn(row: Row, context: BenchContext, tree: string): Promise<Omit<Compared, 'row'> | undefined> {
  const here: Sample[] = [];
  const there: Sample[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    here.push(await row.ours.measure(context));
    try {
      there.push(await row.ours.measure({...context, tree}));
    } catch (error) {
      console.error(`\r${row.name} cannot be measured of ${commit}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }
  return {here, other: there};
}
