import type {ChaosResult, Findings} from './chaos.ts';
import {calm, type Tally} from './compare.ts';
import {clearsRing, type FaultKind} from './protocol.ts';

const columns = [
  'sent',
  'received',
  'lost',
  'repeated',
  'unmarked',
  'unrecoverable',
] as const satisfies (keyof Tally)[];
const kinds: readonly FaultKind[] = [
  'api-killed',
  'api-reset',
  'api-restarted',
  'runner-connection-lost',
  'cut-again',
  'frozen',
  'refused',
  'outage',
  'api-outage',
  'oversized-line',
  'runner-killed',
  'runner-stopped',
  'created-again',
];

/** The result as tables, a block for each reader: what each kind of fault did, in lines. */
export function report(result: ChaosResult): string {
  const blocks = result.findings.map((findings) => block(findings, result.faults));
  return [...blocks, `${count(result.connectionsCut)} connections were cut`, ...result.failures].join('\n\n');
}

function block({reader, tallies, intactBytes}: Findings, faults: ChaosResult['faults']): string {
  const row = (kind: string) => [kind, count(faults.get(kind) ?? 0), ...cells(tallies.get(kind))];
  const intact = [calm, ...kinds.filter((kind) => !clearsRing(kind))];
  const clearing = kinds.filter((kind) => clearsRing(kind));
  const rows = [
    [reader, 'cuts', ...columns],
    ...intact.map(row),
    ['= rings intact', '', ...cells(total(tallies, intact))],
    ...clearing.map(row),
    ['= rings cleared or overrun', '', ...cells(total(tallies, clearing))],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [...lines, `${count(intactBytes)} bytes received while the rings were intact were compared`].join('\n');
}

/** The sum over some kinds of fault. */
export function total(tallies: Findings['tallies'], of: readonly string[]): Tally {
  const sum = {sent: 0, received: 0, lost: 0, repeated: 0, unmarked: 0, unrecoverable: 0};
  for (const kind of of) for (const column of columns) sum[column] += tallies.get(kind)?.[column] ?? 0;
  return sum;
}

function cells(tally: Tally | undefined): string[] {
  return columns.map((column) => count(tally?.[column] ?? 0));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
