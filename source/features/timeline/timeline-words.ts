import type {MissingPart} from '../../engine/pipelines/pipeline-history.ts';
import {suppressedWords} from '../../kit/journal/event-words.ts';
import {againSince, eventWords} from '../../kit/journal/pipeline-event.ts';
import {goesOn, noTarget, spanOf, type TimelineEvent} from '../../kit/journal/timeline.ts';
import {textColumn} from '../../kit/terminal/fit.ts';
import {missingWords} from '../../kit/words/missing-part.ts';
import {count, dateTime, duration, withoutNumbers} from '../../lib/format.ts';

/** Timeline of a pipeline, for a page or a command. */
export type Timeline = {
  readonly pipeline: string;
  readonly events: readonly TimelineEvent[];
  readonly missing: readonly MissingPart[];
};

/** Kinds whose words, as users read them on the screen and in JSON, are others. */
const kindWords: Readonly<Partial<Record<TimelineEvent['kind'], string>>> = {
  errors: 'error',
  'checkpoint-failed': 'checkpoint',
};

/** Returns the word for a kind as users read it, on the screen and in JSON. */
export function timelineWord({kind}: TimelineEvent): string {
  return kindWords[kind] ?? kind;
}

/** Returns the words of an event without the state of a failure, which the column of kinds has. */
export function besideKind({kind}: TimelineEvent, words: string): string {
  return kind === 'failed' ? words.replace(/^Failed · /, '') : words;
}

/** Kinds of which those that differ only in numbers share a row. */
const repeated: ReadonlySet<TimelineEvent['kind']> = new Set(['checkpoint', 'checkpoint-failed', 'log']);

/** Returns the rows of a timeline, the newest first: repeats are one, of as many, unless another kind is between them. */
export function timelineRows(events: readonly TimelineEvent[]): readonly TimelineEvent[] {
  const rows: TimelineEvent[] = [];
  /** By their words without numbers. */
  const places = new Map<string, number>();
  for (const [at, event] of events.entries()) {
    if (event.kind !== events[at - 1]?.kind) places.clear();
    const words = repeated.has(event.kind) ? withoutNumbers(eventWords(event, noTarget).text) : undefined;
    const place = words === undefined ? undefined : places.get(words);
    const newer = place === undefined ? undefined : rows[place];
    if (place !== undefined && newer) {
      rows[place] = {...newer, ...againSince(event, newer.count)};
      continue;
    }
    if (words !== undefined) places.set(words, rows.length);
    rows.push(event);
  }
  return rows;
}

/** `4 h 12 min`; empty for a moment. `now`: Unix time in ms, for what goes on. */
export function lengthInWords(event: TimelineEvent, now: number): string {
  const {from, to} = spanOf(event);
  if (from === undefined) return '';
  const end = to ?? (goesOn(event) ? now : undefined);
  return end === undefined || end - from < 1000 ? '' : duration(end - from);
}

/** `×12 ` for what came several times, `×12 +812 suppressed ` for errors; without room `×12 +812 `. `times`: the sign. */
export function timesInTimeline({count: number, suppressed = 0}: TimelineEvent, times: string, hasRoom = true): string {
  const words = suppressedWords(suppressed);
  return number === 1 && suppressed === 0
    ? ''
    : `${times}${count(number)}${hasRoom ? words : words.replace(/ \D+$/, '')} `;
}

/** Returns the timeline as lines of text, the newest first, with times in UTC. */
export function timelineText({pipeline, events, missing}: Timeline, now: number): string {
  const rows = timelineRows(events);
  const lengths = textColumn(rows, (event) => lengthInWords(event, now));
  const lines = rows.map((event, item) => {
    const time = event.at === undefined ? ''.padEnd(19) : dateTime(event.at);
    const columns = [time, timelineWord(event).padEnd(10), lengths.at(item), event.from.padEnd(8)];
    const words = besideKind(event, eventWords(event, noTarget).text);
    return `${columns.join('  ')}  ${timesInTimeline(event, 'x')}${words}`.trimEnd();
  });
  return `${[`Timeline of ${pipeline}, newest first (UTC)`, ...missing.map(missingWords), ...lines].join('\n')}\n`;
}
