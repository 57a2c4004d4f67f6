import {findTool} from '../../test/harness/tools.ts';
import type {BenchContext, Row, RowSamples, Sample, Task} from './row.ts';

type Measure = Task['measure'];

/** Those of which this machine has the tools, and a line about each of the others. */
export function measurable(
  rows: readonly Row[],
  isThere = (command: string) => findTool(command) !== undefined,
): {readonly rows: readonly Row[]; readonly skipped: readonly string[]} {
  const missing = new Map(rows.map((row) => [row, row.needs?.find(({command}) => !isThere(command))]));
  return {
    rows: rows.filter((row) => missing.get(row) === undefined),
    skipped: [...missing].flatMap(([{name}, tool]) =>
      tool ? [`${name} is skipped: ${tool.command} is missing (Debian: apt-get install ${tool.package})`] : [],
    ),
  };
}

/**
 * Measures rows one after the other: references and ours in turn, `runs` times, so that what the machine does meanwhile
 * falls on both. Rows that measure in the very same way differ in what they make of the samples, and share them, each
 * with a reference of its own; so do two sides of a row, which then compares two figures of the same run.
 */
export async function measureRows(
  rows: readonly Row[],
  context: BenchContext,
  {runs, onRow}: {runs: number; onRow: (row: Row) => void},
): Promise<RowSamples[]> {
  const known = new Map<Measure, Map<Measure, Sample[]>>();
  const measured: RowSamples[] = [];
  for (const row of rows) {
    onRow(row);
    const {measure} = row.ours;
    const samples = known.get(measure) ?? (await measureInTurn(measuresWith(measure, rows), context, runs));
    known.set(measure, samples);
    const reference = row.reference && samples.get(row.reference.measure);
    measured.push({row, ours: samples.get(measure) ?? [], reference: reference ?? []});
  }
  return measured;
}

/** The references of all rows that measure like this, then the measure itself. */
function measuresWith(ours: Measure, rows: readonly Row[]): readonly Measure[] {
  const references = rows.flatMap((row) => (row.ours.measure === ours && row.reference ? [row.reference.measure] : []));
  return [...new Set(references.filter((reference) => reference !== ours)), ours];
}

async function measureInTurn(
  measures: readonly Measure[],
  context: BenchContext,
  runs: number,
): Promise<Map<Measure, Sample[]>> {
  const samples = new Map(measures.map((measure) => [measure, [] as Sample[]]));
  for (let run = 0; run < runs; run++) for (const [measure, taken] of samples) taken.push(await measure(context));
  return samples;
}
