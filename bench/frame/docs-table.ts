import type {GrowthPoint, Results, RowResult} from './results.ts';
import {figureText, targetText} from './table.ts';

/**
 * The table of docs/performance.md, in Markdown: the machine, each row beside its reference, and for those that miss
 * their target why. `whys`: the reason, by the name of the row.
 */
export function benchTable({machine, rows}: Results, whys: (name: string) => string | undefined): string {
  const {processor, cores, memoryGiB, system, node, grep} = machine;
  const commits = [...new Set(rows.map(({commit}) => commit))].join(', ');
  const explained = explanations(rows, whys);
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, ${grep}; commit ${commits}.`,
    '',
    '| row | what | pipetail | reference | ratio | target | |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(rowText),
    ...(explained.length > 0 ? ['', ...explained] : []),
  ].join('\n');
}

/** Of the rows that miss their target; those with one reason are together. */
function explanations(rows: readonly RowResult[], whys: (name: string) => string | undefined): readonly string[] {
  const missed = rows.filter(({met}) => met === false).map(({name}) => name);
  const byWhy = Map.groupBy(missed, (name) => whys(name) ?? 'not explained yet');
  return [...byWhy].map(([why, names]) => `- ${names.map((name) => `\`${name}\``).join(', ')}: ${why}`);
}

function rowText({name, what, unit, ours, reference, ratio, target, met}: RowResult): string {
  const cells = [
    `\`${name}\``,
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
