import {readFile, writeFile} from 'node:fs/promises';
import type {Judged, Side} from './judge.ts';
import type {Machine} from './machine.ts';
import type {RowSamples, Target} from './row.ts';

/** A row as it was measured, with everything that docs/maintainers/performance.md has about it. */
export type RowResult = {
  readonly name: string;
  readonly what: {readonly ours: string; readonly reference?: string};
  readonly unit: string;
  readonly ours: Side;
  readonly reference?: Side;
  readonly ratio?: number;
  readonly target?: Target;
  readonly met?: boolean;
  /** On what it was measured, of which sources, and when (ISO 8601). */
  readonly processor: string;
  readonly commit: string;
  readonly date: string;
  /** The figures of each run, in their order: names of figures are those of `Sample`. */
  readonly figure: string;
  readonly referenceFigure?: string;
  readonly samples: Pick<RowSamples, 'ours' | 'reference'>;
};

/** What bench/results.json holds. */
export type Results = {
  readonly machine: Machine;
  readonly lines: number;
  readonly rows: readonly RowResult[];
};

const file = new URL('../results.json', import.meta.url);

/** What was measured last; undefined: nothing yet. */
export async function readResults(): Promise<Results | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

export async function writeResults(results: Results): Promise<void> {
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

export function resultOf({row, ours, reference}: RowSamples, judged: Judged, machine: Machine): RowResult {
  const {name, figure, referenceFigure, unit, target} = row;
  const {processor, commit, date} = machine;
  return {
    name,
    what: {ours: row.ours.what, ...(row.reference && {reference: row.reference.what})},
    unit,
    ours: judged.ours,
    ...(judged.reference && {reference: judged.reference}),
    ...(judged.ratio !== undefined && {ratio: judged.ratio}),
    ...(target && {target}),
    ...(judged.met !== undefined && {met: judged.met}),
    ...{processor, commit, date, figure},
    ...(referenceFigure !== undefined && {referenceFigure}),
    samples: {ours, reference},
  };
}

/** `rows` in the order of `names`, new measurements in place of earlier ones; rows without a name are dropped. */
export function mergedRows(
  known: readonly RowResult[],
  again: readonly RowResult[],
  names: readonly string[],
): readonly RowResult[] {
  const all = new Map([...known, ...again].map((row) => [row.name, row]));
  return names.flatMap((name) => all.get(name) ?? []);
}
