import type {GrowthPoint, Results, RowResult} from './results.ts';
import {figureText, targetText} from './table.ts';

/** Marks rows that were measured on another processor than the last ones. */
const elsewhere = '°';

/**
 * The table of docs/performance.md, in Markdown: the machine, each row beside its reference, and for those that miss
 * their target why. `whys`: the reason, by the name of the row.
 */
export function benchTable({machine, rows}: Results, whys: (name: string) => string | undefined): string {
  const {processor, cores, memoryGiB, system, node, grep} = machine;
  const [here, there] = [
    rows.filter((row) => row.processor === processor),
    rows.filter((row) => row.processor !== processor),
  ];
  const others = [...new Set(there.map((row) => row.processor))].join(', ');
  const explained = explanations(rows, whys);
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, ${grep}; commit ${commitsOf(here)}.`,
    ...(there.length > 0 ? [`Rows with ${elsewhere} were measured on ${others}; commit ${commitsOf(there)}.`] : []),
    '',
    '| row | what | pipetail | reference | ratio | target | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => rowText(row, row.processor === processor ? '' : ` ${elsewhere}`)),
    ...(explained.length > 0 ? ['', ...explained] : []),
  ].join('\n');
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

function rowText({name, what, unit, ours, reference, ratio, target, met}: RowResult, mark: string): string {
  const cells = [
    `\`${name}\`${mark}`,
    what.ours,
    `${figureText(ours.median)} ${unit}`,
    reference ? `${figureText(reference.median)} ${unit}: ${what.reference}` : '–',
    ratio === undefined ? '–' : `${figureText(ratio)} ×`,
    target ? targetText(target, unit) : '–',
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** The pictures of growth, in Markdown, each for light and dark pages. */
export function growthPictures(
  points: readonly GrowthPoint[],
  families: readonly {name: string; title: string}[],
): string {
  const longest = Math.max(...points.map(({lines}) => lines));
  return families
    .map(({name, title}) =>
      [
        '<picture>',
        `  <source media="(prefers-color-scheme: dark)" srcset="bench/${name}-dark.svg">`,
        `  <img src="bench/${name}-light.svg" alt="${title}, up to ${longest.toLocaleString('en')} lines">`,
        '</picture>',
      ].join('\n'),
    )
    .join('\n');
}
