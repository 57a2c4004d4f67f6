import type {ApiFailure} from '../api/types.ts';
import {count, dateTime, duration, isoTime} from '../lib/format.ts';
import {withheldWords} from './event-words.ts';
import {type StoryRow, shownTime} from './story.ts';

/** What a page or a command tells of a pipeline. */
export type Story = {
  readonly pipeline: string;
  readonly rows: readonly StoryRow[];
  /** Why the API's events are missing. */
  readonly missing: ApiFailure | undefined;
};

/** `4 h 12 min`; empty for a moment. `now`: Unix time in ms, for what goes on. */
export function lengthInWords({at, until, what}: StoryRow, now: number): string {
  if (at === undefined) return '';
  const goesOn = what === 'state' || what === 'run' || what === 'failed';
  const end = until ?? (goesOn ? now : undefined);
  return end === undefined || end - at < 1000 ? '' : duration(end - at);
}

/** `×12 ` for what came several times, `×12 +812 suppressed ` for errors. `times`: the sign. */
export function timesInStory({count: number, withheld = 0}: StoryRow, times: string): string {
  return number === 1 && withheld === 0 ? '' : `${times}${count(number)}${withheldWords(withheld)} `;
}

/** Why there are no events of the API; undefined: there are. */
export function missingWords(missing: ApiFailure | undefined): string | undefined {
  if (missing === undefined || missing.kind === 'cancelled') return undefined;
  if (missing.kind === 'fatal' && missing.reason === 'unsupported')
    return 'this server has no events: Feldera 0.292 and later have them';
  return `without the events of the API: ${missing.message}`;
}

/** All of it as lines of text, the newest first. Times in UTC. */
export function storyText({pipeline, rows, missing}: Story, now: number): string {
  const without = missingWords(missing);
  const lengths = rows.map((row) => lengthInWords(row, now));
  const cells = Math.max(0, ...lengths.map((text) => text.length));
  const lines = rows.map((row, item) => {
    const at = shownTime(row);
    const time = at === undefined ? ''.padEnd(19) : dateTime(at);
    const columns = [time, row.what.padEnd(10), (lengths[item] ?? '').padEnd(cells), row.from.padEnd(8)];
    return `${columns.join('  ')}  ${timesInStory(row, 'x')}${row.text}`.trimEnd();
  });
  return `${[`Timeline of ${pipeline}, newest first (UTC)`, ...(without === undefined ? [] : [without]), ...lines].join('\n')}\n`;
}

/** The shape of `pipetail story -o json`: an array, times in RFC 3339. */
export function storyObjects({rows}: Story) {
  return rows.map(({at, until, what, text, count, withheld = 0, from}) => ({
    time: at === undefined ? null : isoTime(at),
    until: until === undefined ? null : isoTime(until),
    what,
    text,
    count,
    withheld,
    from,
  }));
}
