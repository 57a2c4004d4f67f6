import type {LogBuffer} from '../../source/buffer/log-buffer.ts';
import type {FilterEntry} from '../../source/filters/filter.ts';
import {parseFilter} from '../../source/filters/parse-filter.ts';
import {ShownLines} from '../../source/filters/shown-lines.ts';
import {RecordIndex} from '../../source/records/record-index.ts';
import {withinDeadline} from '../../source/screen/within-deadline.ts';
import {command} from '../frame/command.ts';
import {loadLog} from '../frame/load-log.ts';
import {inOwnProcess, type Log, type Tasks} from '../frame/own-process.ts';
import type {Row, Sample} from '../frame/row.ts';
import {timedTwice} from '../frame/timed.ts';

/**
 * Filtering records, against greps for the same lines; the counts differ, since a record may have several lines.
 * `fold`: neighbours of one shape in one row, against what does the like in a shell. The index of records, which all of
 * them need, is made before, and has a row of its own: against counting the lines that go on with a record.
 */
const filters = {
  'filter-text': {typed: ['Connection refused'], reference: `grep -c 'Connection refused' "$LOG"`},
  'filter-out': {typed: ['!finished in'], reference: `grep -vc 'finished in' "$LOG"`},
  'filter-level': {typed: ['level:warn'], reference: `grep -cE '33m WARN|31mERROR|^thread ' "$LOG"`},
  'filter-target': {typed: ['target:kafka'], reference: `grep -cE '\\[2m[a-z_:]*kafka' "$LOG"`},
  'filter-three': {
    typed: ['!finished in', 'level:info', 'target:kafka'],
    reference: `grep -v 'finished in' "$LOG" | grep -E 'INFO|WARN|ERROR' | grep -cE '\\[2m[a-z_:]*kafka'`,
  },
  fold: {typed: [], reference: `sed -E 's/[0-9]+/#/g' "$LOG" | uniq | wc -l`},
};

const indexReference = `grep -vc '^\\[' "$LOG"`;
/** The longest step that the program takes. */
const stepBytes = 256 * 1024;

function filter(typed: readonly string[]): (log: Log) => Promise<Sample> {
  return async (log) => {
    const buffer = await loadLog(log);
    const index = new RecordIndex(buffer);
    while (!index.step(stepBytes));
    const {count, ...sample} = await timedTwice(() => shownBy({buffer, index}, typed));
    return {...sample, rows: count ?? 0};
  };
}

function shownBy({buffer, index}: {buffer: LogBuffer; index: RecordIndex}, typed: readonly string[]): number {
  const entries = typed.map((text, id) => entryOf(text, id));
  const shown = new ShownLines({buffer, index, filters: entries, context: 0, fold: typed.length === 0});
  while (!shown.step(stepBytes));
  return shown.countFrom(0);
}

/** A filter as typed, in a list of filters. */
export function entryOf(text: string, id: number): FilterEntry {
  const parsed = parseFilter(text, {watch: withinDeadline});
  if (parsed.kind === 'error') throw new Error(parsed.text);
  return {id, filter: parsed.filter, on: true};
}

async function index(log: Log): Promise<Sample> {
  const buffer = await loadLog(log);
  const {count, ...sample} = await timedTwice(() => {
    const made = new RecordIndex(buffer);
    while (!made.step(stepBytes));
    return made.errorCount;
  });
  return {...sample, errors: count ?? 0};
}

export const tasks: Tasks = {
  ...Object.fromEntries(Object.entries(filters).map(([name, {typed}]) => [name, filter(typed)])),
  index,
};

const references = {...Object.fromEntries(Object.entries(filters).map(([name, {reference}]) => [name, reference]))};

export const rows: readonly Row[] = Object.entries({index: indexReference, ...references}).map(([name, reference]) => ({
  name,
  ours: inOwnProcess({module: import.meta.url, name, colours: 'coloured'}, name.replace('-', ': ')),
  reference: command(reference, 'coloured'),
  figure: 'wallMs',
  unit: 'ms',
}));
