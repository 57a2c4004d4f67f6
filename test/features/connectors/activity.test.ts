import {expect, test} from 'vitest';
import type {ApiFailure, PipelineStats, TimeSample} from '../../../source/engine/api/types.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {activityRows, curve} from '../../../source/features/connectors/activity.ts';
import {textWidth} from '../../../source/lib/width.ts';

const stats: PipelineStats = {
  ...{state: 'Running', incarnation: 'one', uptime: 1},
  ...{bufferedRecords: 0, outputStall: 0, isComplete: false, connectors: []},
};

/** A sample a second, with these numbers of processed records. */
const samples = (processed: readonly number[]): readonly TimeSample[] =>
  processed.map((processedRecords, second) => ({
    ...{at: second * 1000, processedRecords, storageBytes: 0},
    memoryBytes: (100 + second) * 1_000_000,
  }));

function known(
  processed: readonly number[],
  change: Partial<PipelineStats> = {},
  more: Partial<KnownStats> = {},
): KnownStats {
  return {
    ...{...noStats, stats: {...stats, ...change}, at: 0},
    series: {samples: samples(processed)},
    ...more,
  };
}

test('a curve goes from the floor to the highest value, and what is above the floor is seen to be', () => {
  const size = {cells: 60, isUtf8: true};
  expect(curve([0, 1, 2, 3, 4, 5, 6, 7], 0, size)).toBe('▁▂▃▄▅▆▇█');
  expect(curve([0, 1, 1000], 0, size)).toBe('▁▂█');
  expect(curve([5, 5], 5, size)).toBe('▁▁');
  expect(curve([], 0, size)).toBe('');
  expect(curve([0, 0, 7, 7, 0, 0], 0, {cells: 3, isUtf8: true})).toBe('▁█▁');
  expect(curve([0, 3, 7], 0, {cells: 3, isUtf8: false})).toBe('_-#');
});

test('throughput, memory and the trend of what is buffered in words, in ASCII without UTF-8', () => {
  const buffered = [
    {at: 0, records: 1000},
    {at: 60_000, records: 1200},
  ];
  const rows = activityRows(known([0, 10, 10, 50], {}, {buffered}), {width: 80, isUtf8: false});
  expect(rows.slice(1).map(({text}) => text.replace(/ +/g, ' '))).toEqual([
    ' throughput :_# 40 records per second',
    ' memory _:+# 103 MB, low 100 MB',
    ' buffered 1,200 records, 200 more than 60 s ago',
  ]);
  const limited = activityRows(known([0, 10, 10, 50]), {width: 80, isUtf8: false, memoryLimit: 60});
  expect(limited.map(({text}) => text.replace(/ +/g, ' '))).toContain(' memory _:+# 103 MB of 60 MB, low 100 MB');
  expect(activityRows(undefined, {width: 80, isUtf8: true})).toEqual([]);
});

test.each([40, 52, 59, 60, 64, 80])('no word is cut in %d cells', (width) => {
  const memory = [1_234_000_000, 999_000_000, 4_321_000_000, 3_210_000_000];
  const series = {samples: samples([0, 1e6, 9e6, 12e6]).map((each, at) => ({...each, memoryBytes: memory[at] ?? 0}))};
  const rows = activityRows(known([], {}, {series}), {width, isUtf8: true}).map(({text}) => text.trimEnd());
  expect(rows.filter((row) => textWidth(row) > width)).toEqual([]);
  expect(rows.join(' ').replaceAll(/ +/g, ' ')).toContain('3.2 GB, low 999 MB, peak 4.3 GB');
});

test('an old server has no time series: that is said once, and what is buffered is shown', () => {
  const seriesFailure: ApiFailure = {kind: 'fatal', reason: 'unsupported', message: 'Feldera is too old'};
  const buffered = [{at: 0, records: 3}];
  const rows = activityRows(known([], {}, {series: undefined, seriesFailure, buffered}), {width: 80, isUtf8: true});
  expect(rows.slice(1).map(({text}) => text)).toEqual([
    ' Throughput, memory and storage are unknown: Feldera is too old',
    ' buffered           3 records',
  ]);
});
