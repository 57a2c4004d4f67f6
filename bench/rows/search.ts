import {FactsAhead} from '../../source/buffer/facts-ahead.ts';
import type {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {compilePattern} from '../../source/buffer/pattern.ts';
import {Search} from '../../source/buffer/search.ts';
import {withinDeadline} from '../../source/screen/within-deadline.ts';
import {command} from '../frame/command.ts';
import {loadLog} from '../frame/load-log.ts';
import {inOwnProcess, type Log, type Tasks} from '../frame/own-process.ts';
import type {Row, Sample} from '../frame/row.ts';
import {timedTwice} from '../frame/timed.ts';

/**
 * Searching the whole scrollback for a count, against grep on the same bytes in the page cache. As in the program, where
 * a log that was looked at is prepared in idle slices (`FactsAhead`) before somebody searches; `search-unprepared` is a
 * search that comes before that.
 */
const searches = {
  literal: {pattern: 'Connection refused', grep: `grep -c 'Connection refused'`},
  common: {pattern: 'finished in 3 ms (', grep: `grep -ci 'finished in 3 ms ('`},
  insensitive: {pattern: 'connection refused', grep: `grep -ci 'connection refused'`},
  regex: {pattern: 'CONNECT, [0-9]+ identical', grep: `grep -cE 'CONNECT, [0-9]+ identical'`},
};

/** The longest step that the program takes. */
const stepBytes = 256 * 1024;

function search(source: string, {prepared}: {prepared: boolean}): (log: Log) => Promise<Sample> {
  return async (log) => {
    const buffer = await loadLog(log);
    const ahead = new FactsAhead(buffer);
    while (prepared && !ahead.step(stepBytes));
    return timedTwice(() => countOf(buffer, source));
  };
}

/** Step by step, as the program does it, but without a rest between the steps. */
function countOf(buffer: LogBuffer, source: string): number {
  const search = new Search(buffer, compilePattern(source, {watch: withinDeadline}));
  while (!search.step(stepBytes));
  return search.count;
}

export const tasks: Tasks = {
  ...Object.fromEntries(Object.entries(searches).map(([name, {pattern}]) => [name, search(pattern, {prepared: true})])),
  unprepared: search(searches.literal.pattern, {prepared: false}),
};

const common = {unit: 'ms', target: {of: 'ratio', atMost: 2}} as const;

const notCompiled = 'the first search runs code that is not compiled yet: see the same again.';

/** A first search, and one that follows: `-again`, as each letter that is typed is one. */
function rowsOf(colours: 'coloured' | 'plain', suffix: string): Row[] {
  return Object.entries(searches).flatMap(([name, {pattern, grep}]) => {
    const ours = inOwnProcess({module: import.meta.url, name, colours}, `search ${pattern}`);
    const reference = command(`${grep} "$LOG"`, colours);
    return [
      {...common, name: `search-${name}${suffix}`, ours, reference, figure: 'wallMs', why: notCompiled},
      {...common, name: `search-${name}${suffix}-again`, ours, reference, figure: 'againMs', referenceFigure: 'wallMs'},
    ];
  });
}

const unprepared: Row = {
  name: 'search-unprepared',
  ours: inOwnProcess({module: import.meta.url, name: 'unprepared', colours: 'coloured'}, 'search, nothing prepared'),
  reference: command(`${searches.literal.grep} "$LOG"`, 'coloured'),
  ...{figure: 'wallMs', unit: 'ms'},
};

export const rows: readonly Row[] = [...rowsOf('coloured', ''), ...rowsOf('plain', '-plain'), unprepared];
