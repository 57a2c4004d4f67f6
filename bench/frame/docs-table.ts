import type {Machine} from './machine.ts';
import type {Results, RowResult} from './results.ts';
import {figureText, targetText} from './table.ts';

/** Marks rows that were measured on another processor than the last ones. */
const elsewhere = '°';

/**
 * The table of docs/maintainers/performance.md, in Markdown: the machine, each row beside its reference, and why rows miss
 * their target. `whys`: the reason, by the name of the row.
 */
export function benchTable(results: Results, whys: (name: string) => string | undefined): string {
  const {machine, rows} = results;
  const explained = explanations(rows, whys);
  return [
    ...machineLines(machine, rows),
    '',
    '| row | what | pipetail | beside it | ratio | target |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => tableLine(cellsOf(row, isElsewhere(row, machine) ? ` ${elsewhere}` : ''))),
    ...(explained.length > 0 ? ['', ...explained] : []),
  ].join('\n');
}

/** What users ask, and the row that answers it. */
const headline: readonly (readonly [row: string, question: string])[] = [
  ['first-line', 'from the start to the first line of a log'],
  ['rss', 'memory of one quiet tab'],
  ['quiet', 'CPU of ten quiet tabs and the list'],
  ['follow', 'following 10,000 lines per second for 10 s'],
  ['keys', 'from key to screen at 10,000 lines per second, 99th percentile'],
  ['search-literal', 'a search in 1,000,000 lines'],
  ['bytes-1', 'sent over the link for each new line'],
];

/** The first table of docs/maintainers/performance.md, in Markdown: the figures that users ask about. */
export function headlineTable({rows}: Results): string {
  const lines = headline.flatMap(([name, question]) => {
    const row = rows.find((each) => each.name === name);
    if (!row) return [];
    const {unit, ours, reference, what} = row;
    const beside = reference ? `${figureText(reference.median)} ${unit}: ${what.reference}` : '';
    return tableLine([question, `${figureText(ours.median)} ${unit}`, beside]);
  });
  return ['| what | pipetail | for comparison |', '| --- | --- | --- |', ...lines].join('\n');
}

function machineLines(machine: Machine, rows: readonly RowResult[]): readonly string[] {
  const {processor, cores, memoryGiB, system, node, grep, peers} = machine;
  const programs = [grep, peers].filter((each) => each !== undefined).join(', ');
  const [here, there] = [
    rows.filter((row) => !isElsewhere(row, machine)),
    rows.filter((row) => isElsewhere(row, machine)),
  ];
  const others = [...new Set(there.map((row) => row.processor))].join(', ');
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, ${programs}; commit ${commitsOf(here)}.`,
    ...(there.length > 0 ? [`Rows with ${elsewhere} were measured on ${others}; commit ${commitsOf(there)}.`] : []),
  ];
}

function isElsewhere(row: RowResult, machine: Machine): boolean {
  return row.processor !== machine.processor;
}

/** Of the rows that miss their target; those with one reason are together. */
function explanations(rows: readonly RowResult[], whys: (name: string) => string | undefined): readonly string[] {
  const missed = rows.filter(({met}) => met === false).map(({name}) => name);
  const byWhy = Map.groupBy(missed, (name) => whys(name) ?? 'not explained yet');
  return [...byWhy].map(([why, names]) => `- ${names.map((name) => `\`${name}\``).join(', ')}: ${why}`);
}

function commitsOf(rows: readonly RowResult[]): string {
  return [...new Set(rows.map(({commit}) => commit))].join(', ');
}

function cellsOf({name, what, unit, ours, reference, ratio, target, met}: RowResult, mark: string): readonly string[] {
  return [
    `\`${name}\`${mark}`,
    what.ours,
    `${figureText(ours.median)} ${unit}`,
    reference ? `${figureText(reference.median)}: ${what.reference}` : '',
    ratio === undefined ? '' : `${figureText(ratio)} ×`,
    target ? `${targetText(target, unit)}: ${met ? 'met' : 'missed'}` : '',
  ];
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
