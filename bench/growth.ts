import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {judge} from './frame/judge.ts';
import {benchContext} from './frame/log-files.ts';
import {describeMachine, machineText} from './frame/machine.ts';
import {measureRows} from './frame/measure-rows.ts';
import {type GrowthPoint, readResults, writeResults} from './frame/results.ts';
import {families} from './growth/families.ts';
import {fixedBytes, usualLineBytes, writePictures} from './growth/pictures.ts';

/**
 * How the figures grow with the log: from 10,000 to 10,000,000 lines, and with lines of 20 to 16,000 bytes in a log of
 * 163 MB: `node bench/growth.ts [FAMILY…]`. Prints them, puts them into bench/results.json and draws docs/bench/.
 * `--largest N`: leaves out logs of more lines; then nothing is written.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {largest: {type: 'string', default: '10000000'}},
});
const wanted = families.filter(({name}) => positionals.length === 0 || positionals.includes(name));
const logs = [
  ...[10_000, 100_000, 1_000_000, 10_000_000].map((lines) => ({lines, lineBytes: undefined})),
  ...[20, 16_000].map((lineBytes) => ({lines: Math.round(fixedBytes / lineBytes), lineBytes})),
].filter(({lines}) => lines <= Number(values.largest));

const machine = describeMachine();
console.log(machineText(machine));
const points: GrowthPoint[] = [];
for (const {lines, lineBytes} of logs) {
  console.log(`\n${lines} lines of ${lineBytes ?? `about ${usualLineBytes}`} bytes`);
  const folder = await mkdtemp(`${tmpdir()}/pipetail-bench-`);
  try {
    const options = {runs: 5, onRow: () => {}};
    const rows = wanted.flatMap((family) => family.rows);
    for (const samples of await measureRows(rows, benchContext(folder, lines, {lineBytes}), options)) {
      const {row, ours, reference} = judge(samples);
      console.log(
        [row.name.padEnd(20), ours.median.toPrecision(4), row.unit, reference && `(${reference.median.toPrecision(4)})`]
          .filter((part) => part !== undefined)
          .join(' '),
      );
      points.push({
        ...{row: row.name, lines, ours: ours.median},
        ...(lineBytes !== undefined && {lineBytes}),
        ...(reference && {reference: reference.median}),
      });
    }
  } finally {
    await rm(folder, {recursive: true});
  }
}

if (logs.length === 6) {
  const known = await readResults();
  const names = new Set(points.map(({row}) => row));
  const kept = known?.growth?.points.filter(({row}) => !names.has(row)) ?? [];
  const growth = {machine, points: [...kept, ...points]};
  await writeResults({machine, lines: 0, rows: [], ...known, growth});
  await writePictures(growth.points);
}
