import type {TimeSample} from '../../engine/api/types.ts';
import type {KnownStats} from '../../engine/pipelines/stats-poller.ts';
import {factCells, factLines, factRows, paragraph} from '../../kit/pages/page-rows.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Fact} from '../../kit/viewport/markdown.ts';
import {byteSize, count, counted, duration} from '../../lib/format.ts';

/** Cells of the words beside a curve, unless these need more. */
const wordCells = 34;
/** A shorter curve shows nothing. */
const leastCells = 6;
/** A sample a second comes, of a minute. */
const mostCells = 60;

/** The heights of a curve, the lowest first. */
const blocks = '▁▂▃▄▅▆▇█';
const asciiBlocks = '_.:-=+*#';

type ActivityView = {
  readonly width: number;
  readonly isUtf8: boolean;
  /** The page says why the server does not answer. */
  readonly isExplained?: boolean;
  /** Limit of the memory in MB; undefined: not known, or there is none. */
  readonly memoryLimit?: number | undefined;
};

type Measure = {
  readonly label: string;
  readonly values: readonly number[];
  readonly floor: number;
  readonly words: string;
};

/** The last minute of a running pipeline: throughput, memory and storage as curves, and what is buffered. */
export function activityRows(
  known: KnownStats | undefined,
  {width, isUtf8, isExplained, memoryLimit}: ActivityView,
): readonly StyledText[] {
  const {series, seriesFailure} = known ?? {};
  if (!known?.stats && !series) return [];
  const samples = series?.samples ?? [];
  const measures = measuresOf(samples, memoryLimit);
  const besides = Math.max(wordCells, ...measures.map(({words}) => 2 + words.length));
  const cells = Math.min(mostCells, width - factCells - besides);
  const why = seriesFailure && seriesFailure.kind !== 'cancelled' ? seriesFailure.message : undefined;
  const rows = [
    ...(samples.length < 2 && why !== undefined
      ? paragraph(`Throughput, memory and storage are unknown${isExplained ? '' : `: ${why}`}`, width, {
          style: {dim: true},
        })
      : measures.flatMap(({label, values, floor, words}) =>
          cells < leastCells
            ? factRows([[label, words]], width)
            : concat([
                plain(` ${label}`.padEnd(factCells), {dim: true}),
                plain(curve(values, floor, {cells, isUtf8}).padEnd(cells), {fg: 6}),
                plain(`  ${words}`),
              ]),
        )),
    ...factRows(bufferedFact(known), width),
  ];
  return rows.length === 0 ? [] : [plain(' The last minute', {bold: true}), ...rows];
}

/** The last minute in words alone. */
export function activityText(known: KnownStats | undefined, memoryLimit?: number): string {
  const {stats, series} = known ?? {};
  if (!stats && !series) return '';
  const samples = series?.samples ?? [];
  const measures = samples.length < 2 ? [] : measuresOf(samples, memoryLimit);
  return factLines([...measures.map(({label, words}) => [label, words] as const), ...bufferedFact(known)]);
}

/** Those that have values: storage of 0 bytes is none. */
function measuresOf(samples: readonly TimeSample[], memoryLimit: number | undefined): readonly Measure[] {
  const rates = ratesOf(samples);
  const bytes = (label: string, values: readonly number[], limit = ''): readonly Measure[] => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const last = values.at(-1);
    if (last === undefined || most === 0) return [];
    const now = byteSize(last);
    const [low, peak] = [byteSize(least), byteSize(most)];
    // A bound that it is at now is not told twice.
    const bounds = [low === now ? '' : `, low ${low}`, peak === now ? '' : `, peak ${peak}`];
    return [{label, values, floor: least, words: `${now}${limit}${bounds.join('')}`}];
  };
  const throughput = `${rate(rates.at(-1) ?? 0)} records per second${peakWords(rates)}`;
  return [
    ...(rates.length === 0 ? [] : [{label: 'throughput', values: rates, floor: 0, words: throughput}]),
    ...bytes(
      'memory',
      samples.map(({memoryBytes}) => memoryBytes),
      memoryLimit === undefined ? '' : ` of ${count(memoryLimit)} MB`,
    ),
    ...bytes(
      'storage',
      samples.map(({storageBytes}) => storageBytes),
    ),
  ];
}

function rate(records: number): string {
  return count(Math.round(records));
}

/** `, peak 759`; nothing where the last rate is the peak. */
function peakWords(rates: readonly number[]): string {
  const [peak, now] = [rate(Math.max(...rates)), rate(rates.at(-1) ?? 0)];
  return peak === now ? '' : `, peak ${peak}`;
}

/** Records a second between each two samples. */
function ratesOf(samples: readonly TimeSample[]): readonly number[] {
  return samples.slice(1).flatMap((sample, index) => {
    const before = samples[index];
    const span = before ? sample.at - before.at : 0;
    // A restart begins at 0 again.
    return before && span > 0 ? Math.max(0, ((sample.processedRecords - before.processedRecords) * 1000) / span) : [];
  });
}

/** A character for each cell, its height from `floor` up to the highest value; of several values the mean. */
export function curve(
  values: readonly number[],
  floor: number,
  {cells, isUtf8}: {readonly cells: number; readonly isUtf8: boolean},
): string {
  const heights = isUtf8 ? blocks : asciiBlocks;
  const most = Math.max(floor, ...values);
  const columns = Math.min(cells, values.length);
  return Array.from({length: columns}, (_, column) => {
    const part = values.slice(
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    );
    const mean = part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
    const share = most === floor ? 0 : (mean - floor) / (most - floor);
    // What is above the floor is seen to be.
    return heights[share <= 0 ? 0 : Math.max(1, Math.round(share * (heights.length - 1)))] ?? '';
  }).join('');
}

/** `1,234 records, 200 more than 60 s ago`; nothing if it is not known. */
function bufferedFact(known: KnownStats | undefined): readonly Fact[] {
  const buffered = known?.buffered ?? [];
  const [first, last] = [buffered[0], buffered.at(-1)];
  if (!first || !last) return [];
  const change = last.records - first.records;
  const amount = change === 0 ? 'as many as' : `${count(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than`;
  const isStill = first === last || (change === 0 && last.records === 0);
  const than = isStill ? '' : `, ${amount} ${duration(last.at - first.at)} ago`;
  return [['buffered', `${counted(last.records, 'record', 'records')}${than}`]];
}
