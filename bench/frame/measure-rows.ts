import type {BenchContext, Row, RowSamples, Sample, Task} from './row.ts';

/**
 * Measures rows one after the other: reference and ours in turn, `runs` times, so that what the machine does meanwhile
 * falls on both. Rows of the very same task differ in what they make of its samples, and share them.
 */
export async function measureRows(
  rows: readonly Row[],
  context: BenchContext,
  {runs, onRow}: {runs: number; onRow: (row: Row) => void},
): Promise<RowSamples[]> {
  const known = new Map<Task, Omit<RowSamples, 'row'>>();
  const measured: RowSamples[] = [];
  for (const row of rows) {
    onRow(row);
    const samples = known.get(row.ours) ?? (await measure(row, context, runs));
    known.set(row.ours, samples);
    measured.push({row, ...samples});
  }
  return measured;
}

async function measure(row: Row, context: BenchContext, runs: number): Promise<Omit<RowSamples, 'row'>> {
  const ours: Sample[] = [];
  const reference: Sample[] = [];
  for (let run = 0; run < runs; run++) {
    if (row.reference) reference.push(await row.reference.measure(context));
    ours.push(await row.ours.measure(context));
  }
  return {ours, reference};
}
