import {count, dateTime, duration, isoTime} from '../lib/format.ts';
import type {MissingPart} from '../logs/pipeline-history.ts';
import {withheldWords} from './event-words.ts';
import {shownTime, type TimelineRow} from './timeline.ts';

/** What a page or a command tells of a pipeline. */
export type Timeline = {
  readonly pipeline: string;
  readonly rows: readonly TimelineRow[];
  readonly missing: readonly MissingPart[];
};

/** `4 h 12 min`; empty for a moment. `now`: Unix time in ms, for what goes on. */
export function lengthInWords({at, until, what}: TimelineRow, now: number): string {
  if (at === undefined) return '';
  const goesOn = what === 'state' || what === 'run' || what === 'failed';
  const end = until ?? (goesOn ? now : undefined);
  return end === undefined || end - at < 1000 ? '' : duration(end - at);
}

/** `×12 ` for what came several times, `×12 +812 suppressed ` for errors. `times`: the sign. */
export function timesInTimeline({count: number, withheld = 0}: TimelineRow, times: string): string {
  return number === 1 && withheld === 0 ? '' : `${times}${count(number)}${withheldWords(withheld)} `;
}

const partWords: Readonly<Record<MissingPart['part'], string>> = {
  events: 'the events of the API',
  connectors: 'the errors of connectors',
  reasons: 'the reason of each failure',
  log: 'the end of the log',
};

/** What is missing, in one line. */
export function missingWords({part, why}: MissingPart): string {
  return `without ${partWords[part]}: ${why}`;
}

/** All that is missing in one line, with the cause of the first part; empty: nothing is. */
export function missingInShort(missing: readonly MissingPart[]): string {
  const [first] = missing;
  return first ? `without ${missing.map(({part}) => partWords[part]).join(' and ')}: ${first.why}` : '';
}

/** All of it as lines of text, the newest first. Times in UTC. */
export function timelineText({pipeline, rows, missing}: Timeline, now: number): string {
  const lengths = rows.map((row) => lengthInWords(row, now));
  const cells = Math.max(0, ...lengths.map((text) => text.length));
  const lines = rows.map((row, item) => {
    const at = shownTime(row);
    const time = at === undefined ? ''.padEnd(19) : dateTime(at);
    const columns = [time, row.what.padEnd(10), (lengths[item] ?? '').padEnd(cells), row.from.padEnd(8)];
    return `${columns.join('  ')}  ${timesInTimeline(row, 'x')}${row.text}`.trimEnd();
  });
  return `${[`Timeline of ${pipeline}, newest first (UTC)`, ...missing.map(missingWords), ...lines].join('\n')}\n`;
}

/** The shape of `pipetail timeline -o json`; times in RFC 3339. */
export function timelineObject({pipeline, rows, missing}: Timeline) {
  return {pipeline, missing, rows: rows.map(rowObject)};
}

function rowObject({at, until, what, text, count: times, withheld = 0, from}: TimelineRow) {
  return {
    time: at === undefined ? null : isoTime(at),
    until: until === undefined ? null : isoTime(until),
    what,
    text,
    count: times,
    withheld,
    from,
  };
}
