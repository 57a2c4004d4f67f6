import {slopeOf} from './slope.ts';
import type {Sample, SoakResult} from './soak.ts';

/** The share of the samples at the beginning that is warm-up: code is compiled, and the scrollback fills. */
const warmUp = 0.25;

/** The samples after the warm-up. */
export function settled(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(Math.ceil(samples.length * warmUp));
}

/** The figures of a soak, as text: what was done, the slopes with their standard errors, and what limited it. */
export function soakReport({samples, deeds, connections, serverCpuMs, wallMs}: SoakResult, rate: number): string {
  const rest = settled(samples);
  const last = samples.at(-1);
  const [first] = rest;
  if (!last || !first) return 'no samples';
  const reached = last.lines / (wallMs / 1000);
  const heapError = slopeOf(rest.map((sample) => [sample.at / 3_600_000, sample.heapUsed / 1024 ** 2])).error;
  const rows = [
    `${count(last.lines)} lines in ${(wallMs / 60_000).toFixed(1)} min · ${count(connections)} connections · ` +
      Object.entries(deeds)
        .map(([name, times]) => `${count(times)} ${name}`)
        .join(' · '),
    `${count(reached)} lines/s of ${count(rate)} asked for; no line is written while a sample is taken`,
    `processor: program ${share(last.cpuMs, wallMs)}, server ${share(serverCpuMs, wallMs)} of a core`,
    '',
    `slopes over ${rest.length} samples after the warm-up, ± one standard error`,
    ...(['heapUsed', 'rss', 'arrayBuffers', 'external'] as const).map((name) => {
      const inTime = slopeOf(rest.map((sample) => [sample.at / 3_600_000, sample[name] / 1024 ** 2]));
      const inLines = slopeOf(rest.map((sample) => [sample.lines / 1e6, sample[name] / 1024 ** 2]));
      const ends = `${mib(first[name])} → ${mib(last[name])} MiB`;
      return `${name.padEnd(12)} ${ends.padEnd(22)} ${plusMinus(inTime)} MiB/h  ${plusMinus(inLines)} MiB a million lines`;
    }),
    '',
    // Nine tenths: samples take the rest.
    `limits: the pace by ${reached > rate * 0.9 ? 'the requested rate' : 'this machine'}; what can be told by the ` +
      `number of samples: a heap that grows by less than ${(2 * heapError).toFixed(1)} MiB/h looks like one that does not`,
    '',
    'counts at rest: first after the warm-up, last, most',
    ...Object.keys(first.counts).map((name) => {
      const all = rest.map(({counts}) => counts[name] ?? 0);
      const {slope, error} = slopeOf(rest.map((sample) => [sample.at / 3_600_000, sample.counts[name] ?? 0]));
      return `${name.padEnd(14)} ${all[0]}  ${all.at(-1)}  ${Math.max(...all)}   ${plusMinus({slope, error})} an hour`;
    }),
  ];
  return rows.join('\n');
}

const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);
const count = (number: number) => Math.round(number).toLocaleString('en');
const share = (cpuMs: number, wallMs: number) => `${((cpuMs / wallMs) * 100).toFixed(0)} %`;
const plusMinus = ({slope, error}: {slope: number; error: number}) => `${slope.toFixed(2)} ± ${error.toFixed(2)}`;
