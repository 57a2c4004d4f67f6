import {execFileSync} from 'node:child_process';
import {rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {allRows} from './all-rows.ts';
import {type Compared, comparisonTable} from './frame/comparison.ts';
import {benchContext, root} from './frame/log-files.ts';
import {describeMachine, machineText} from './frame/machine.ts';
import {otherTree} from './frame/other-tree.ts';
import {bestAfter, ratchetTable, readBest, writeBest} from './frame/ratchet.ts';
import type {BenchContext, Row, Sample, Task} from './frame/row.ts';
import {warmStart} from './frame/warm-start.ts';

/**
 * Measures this checkout beside another commit on one machine, in turn: `npm run bench:compare COMMIT [ROW…]`, all rows
 * or those whose names begin so. `--runs N`: 5 each. Prints a table; `less` and `MORE` mark rows of which all runs of the
 * one lie below all runs of the other: with five runs each, chance does that to one row in 126. A row that the other
 * commit's program has not is named and left out.
 *
 * `best` instead of a commit: each row beside the commit where it was at its best (bench/best.json), one such commit after
 * the other. Rows that are more than 5 % worse are marked. `--update` writes this commit into the file for the rows that
 * are better here, and for those that have no entry.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {
    runs: {type: 'string', default: '5'},
    lines: {type: 'string', default: '1000000'},
    update: {type: 'boolean', default: false},
  },
});
const [commit, ...names] = positionals;
if (commit === undefined) throw new Error('which commit? npm run bench:compare COMMIT [ROW…], or best [ROW…]');
const rows = allRows.filter(({name}) => names.length === 0 || names.some((each) => name.startsWith(each)));
if (rows.length === 0) throw new Error(`no such row; there are ${allRows.map(({name}) => name).join(', ')}`);
const isRatchet = commit === 'best';
const machine = describeMachine();
if (values.update && !isRatchet) throw new Error('--update is for best');
if (values.update && machine.commit.endsWith('+'))
  throw new Error('--update writes the name of a commit: commit first');

const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-`);
process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
const context = benchContext(folder, Number(values.lines));

if (isRatchet) {
  const best = await readBest();
  const compared: Compared[] = [];
  const byCommit = Map.groupBy(rows, ({name}) => best[name]?.commit);
  for (const [each, its] of byCommit) if (each !== undefined) compared.push(...(await compare(each, its)).compared);
  const inOrder = compared.toSorted((a, b) => rows.indexOf(a.row) - rows.indexOf(b.row));
  console.log(`${machineText(machine)}\n`);
  console.log(ratchetTable(inOrder, best, machine.commit));
  for (const {name} of byCommit.get(undefined) ?? []) console.log(`${name} has no entry in bench/best.json: --update`);
  if (values.update) {
    const tree = execFileSync('git', ['-C', root, 'rev-parse', 'HEAD^{tree}'], {encoding: 'utf8'}).trim();
    const every = allRows.map(({name}) => name);
    await writeBest(bestAfter(best, inOrder, {commit: machine.commit, tree}, every));
  }
} else {
  const {compared, other} = await compare(commit, rows);
  console.log(`${machineText(machine)}\n`);
  console.log(comparisonTable(compared, {here: machine.commit, other}));
}

async function compare(wanted: string, its: readonly Row[]): Promise<{compared: readonly Compared[]; other: string}> {
  process.stderr.write(`\r\x1b[K${wanted} is built`);
  using other = await otherTree(wanted);
  for (const each of [context, {...context, tree: other.tree}]) await warmStart(each);
  const compared: Compared[] = [];
  const known = new Map<Task['measure'], Omit<Compared, 'row'> | undefined>();
  for (const row of its) {
    process.stderr.write(`\r\x1b[K${row.name}`);
    const {measure} = row.ours;
    if (!known.has(measure)) known.set(measure, await inTurn(row, context, other));
    const samples = known.get(measure);
    if (samples) compared.push({row, ...samples});
  }
  process.stderr.write('\r\x1b[K');
  return {compared, other: other.commit};
}

async function inTurn(
  row: Row,
  context: BenchContext,
  {tree, commit}: {tree: string; commit: string},
): Promise<Omit<Compared, 'row'> | undefined> {
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
