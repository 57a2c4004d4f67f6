import type {BenchContext, Row, RowSamples, Sample, Task} from './row.ts';

/**
 * Measures rows one after the other: reference and ours in turn, `runs` times, so that what the machine does meanwhile
 * falls on both. A row may ask for fewer runs. Rows that measure in the very same way differ in what they make of the
 * samples, and share them; so do two sides of a row, which then compares two figures of the same run.
 */
export async function measureRows(
  rows: readonly Row[],
  context: BenchContext,
  {runs, onRow}: {runs: number; onRow: (row: Row) => void},
): Promise<RowSamples[]> {
  const known = new Map<Task['measure'], Omit<RowSamples, 'row'>>();
  const measured: RowSamples[] = [];
  for (const row of rows) {
    onRow(row);
    const samples = known.get(row.ours.measure) ?? (await measure(row, context, Math.min(runs, row.runs ?? runs)));
    known.set(row.ours.measure, samples);
    measured.push({row, ...samples, ...(isOfSameRun(row) && {reference: samples.ours})});
  }
  return measured;
}

function isOfSameRun({ours, reference}: Row): boolean {
  return ours.measure === reference?.measure;
}

async function measure(row: Row, context: BenchContext, runs: number): Promise<Omit<RowSamples, 'row'>> {
  const ours: Sample[] = [];
  const reference: Sample[] = [];
  for (let run = 0; run < runs; run++) {
    if (row.reference && !isOfSameRun(row)) reference.push(await row.reference.measure(context));
    ours.push(await row.ours.measure(context));
  }
  return {ours, reference};
}
