import {search} from '../frame/ask-log.ts';
import {command} from '../frame/command.ts';
import {LogProgram} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample, Task} from '../frame/row.ts';

/**
 * Searching the whole scrollback: from the pattern, typed in one piece, to the exact number of matches on the screen.
 * Against grep on the same bytes in the page cache, from the start of its process to its end. Each pattern twice.
 */
const searches = {
  literal: {pattern: 'Connection refused', grep: `grep -c 'Connection refused'`},
  insensitive: {pattern: 'connection refused', grep: `grep -ci 'connection refused'`},
  regex: {pattern: 'CONNECT, [0-9]+ identical', grep: `grep -cE 'CONNECT, [0-9]+ identical'`},
  common: {pattern: 'finished in 3 ms (', grep: `grep -ci 'finished in 3 ms ('`},
};

async function measure(context: BenchContext): Promise<Sample> {
  await using program = await LogProgram.withLog(context);
  const sample: Record<string, number> = {};
  for (const [name, {pattern}] of Object.entries(searches)) {
    const first = await search(program.terminal, pattern);
    const again = await search(program.terminal, pattern);
    Object.assign(sample, {[name]: first.ms, [`${name}-again`]: again.ms, [`${name}-count`]: first.count});
  }
  return sample;
}

const common = {unit: 'ms', target: {of: 'ratio', atMost: 2}} as const;

/** A first search, and one that follows: `-again`, as each letter that is typed is one. */
export const rows: readonly Row[] = Object.entries(searches).flatMap(([name, {pattern, grep}]): Row[] => {
  const ours: Task = {what: `search ${pattern}`, measure};
  const both = {...common, ours, reference: command(`${grep} "$LOG"`, 'coloured'), referenceFigure: 'wallMs'};
  return [
    {...both, name: `search-${name}`, figure: name, count: `${name}-count`},
    {...both, name: `search-${name}-again`, figure: `${name}-again`, count: `${name}-count`},
  ];
});
