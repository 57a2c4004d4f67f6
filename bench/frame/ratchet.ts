import {readFile, writeFile} from 'node:fs/promises';
import {type Compared, ratioOf, verdict} from './comparison.ts';
import {sideOfValues, valuesOf} from './judge.ts';
import {columns, figureText, sideText} from './table.ts';

/** Where a row was at its best. */
export type Best = {
  /** The commit, and the hash of what it contains: by that it is found again if history is rewritten. */
  readonly commit: string;
  readonly tree: string;
  /** Why the row is worse now, on purpose. */
  readonly reason?: string;
};

/** What bench/best.json holds, by the names of the rows. */
export type BestRows = Readonly<Record<string, Best>>;

/** How much worse a row may be without a reason, by the ratio of the medians. */
const tolerance = 1.05;

const file = new URL('../best.json', import.meta.url);

export async function readBest(): Promise<BestRows> {
  return JSON.parse(await readFile(file, 'utf8'));
}

export async function writeBest(best: BestRows): Promise<void> {
  await writeFile(file, `${JSON.stringify(best, undefined, 2)}\n`);
}

/**
 * The table of a change: each row beside the commit where it was at its best. `WORSE`: by more than 5 %, and no reason is
 * known; `less`: all runs here lie below all runs there.
 */
export function ratchetTable(rows: readonly Compared[], best: BestRows, here: string): string {
  const heading = ['row', 'what', here, 'at its best', 'commit', 'ratio', ''];
  return columns([heading, ...rows.map((compared) => cellsOf(compared, best[compared.row.name]))]);
}

function cellsOf({row, here, other}: Compared, best: Best | undefined): string[] {
  const [ours, its] = [valuesOf(row.figure, row, here), valuesOf(row.figure, row, other)];
  const ratio = ratioOf(ours, its);
  return [
    ...[row.name, row.ours.what, sideText(sideOfValues(ours), row.unit), sideText(sideOfValues(its), row.unit)],
    ...[best?.commit ?? '–', `${figureText(ratio)} ×`],
    ratio > tolerance ? worse(best?.reason) : verdict(ours, its) === 'less' ? 'less' : '',
  ];
}

function worse(reason: string | undefined): string {
  return reason === undefined ? 'WORSE' : `worse: ${reason}`;
}

/**
 * `best` after these measurements, in the order of `names`: rows of which all runs here lie below all runs there, and those
 * that had no entry, get this commit; those that are gone go.
 */
export function bestAfter(
  best: BestRows,
  rows: readonly Compared[],
  {commit, tree}: Pick<Best, 'commit' | 'tree'>,
  names: readonly string[],
): BestRows {
  const better = new Set(
    rows
      .filter(
        ({row, here, other}) => verdict(valuesOf(row.figure, row, here), valuesOf(row.figure, row, other)) === 'less',
      )
      .map(({row}) => row.name),
  );
  const now = {commit, tree};
  return Object.fromEntries(names.map((name) => [name, better.has(name) ? now : (best[name] ?? now)]));
}
