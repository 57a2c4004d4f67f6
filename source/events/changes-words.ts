import {count, counted, dateTime, duration, isoTime} from '../lib/format.ts';
import {watchPatternKey} from '../records/error-log.ts';
import {textAsSent} from '../viewport/line-text.ts';
import {errorWords, suppressedWords} from './event-words.ts';
import {hoursOf, type KindChange, mostKinds, type RunKinds} from './run-changes.ts';

/** Two runs of a pipeline, and in what they differ. */
export type ComparedRuns = {
  readonly pipeline: string;
  readonly older: RunKinds;
  readonly newer: RunKinds;
  readonly changes: readonly KindChange[];
};

/** `2 new · 1 more frequent · 3 gone`; `no kind of record differs`. */
export function changesInWords(changes: readonly KindChange[]): string {
  const number = (change: KindChange['change']) => changes.filter((each) => each.change === change).length;
  const parts = [
    [number('new'), 'new'],
    [number('more'), 'more frequent'],
    [number('gone'), 'gone'],
  ] as const;
  const words = parts.flatMap(([found, word]) => (found > 0 ? [`${count(found)} ${word}`] : []));
  return words.length > 0 ? words.join(' · ') : 'no kind of record differs';
}

/** `run 4, 1,204 records in 12 min since 2026-11-27 03:00:12`. */
export function runInWords({number, records, span, full}: RunKinds): string {
  const kinds = full.size > 0 ? ` of more than ${count(mostKinds)} kinds` : '';
  const within = span === undefined ? '' : ` in ${duration(span.to - span.from)} since ${dateTime(span.from)}`;
  return `run ${count(number)}, ${counted(records, 'record', 'records')}${kinds}${within}`;
}

/** How often: `×12`, `×20 +115 suppressed`, `×3 to ×40`, `×7` of what is gone. `times`: the sign. */
export function timesInWords(kind: KindChange, times: string): string {
  const {change} = kind;
  const before = `${times}${count(kind.before)}${suppressedWords(kind.suppressedBefore)}`;
  const now = `${times}${count(kind.now)}${suppressedWords(kind.suppressedNow)}`;
  if (change === 'new') return now;
  return change === 'gone' ? before : `${before} to ${now}`;
}

/** The level and the message of an example. `width`: cells of the screen. */
export function exampleInWords({example}: Pick<KindChange, 'example'>, width: number) {
  return errorWords({example, key: watchPatternKey}, width);
}

/** Cells in which a message is not cut. */
const whole = 10_000;

/** All of it as lines of text, unwrapped. */
export function changesText({pipeline, older, newer, changes}: ComparedRuns): string {
  const timesCells = Math.max(12, ...changes.map((change) => timesInWords(change, 'x').length));
  const rows = changes.map((change) => {
    const times = timesInWords(change, 'x');
    return `  ${change.change.padEnd(4)}  ${times.padEnd(timesCells)}  ${exampleInWords(change, whole).text}`;
  });
  const heading = [`${pipeline}: ${runInWords(newer)}`, `compared with ${runInWords(older)}`, changesInWords(changes)];
  return `${[...heading, ...rows].join('\n')}\n`;
}

/** The shape of `pipetail diff -o json`. Times in RFC 3339, rates an hour. */
export function changesObject({pipeline, older, newer, changes}: ComparedRuns) {
  return {
    pipeline,
    older: runObject(older),
    newer: runObject(newer),
    changes: changes.map(({change, level, before, now, suppressedBefore, suppressedNow, example}) => ({
      change,
      level: level ?? null,
      before,
      now,
      suppressedBefore,
      suppressedNow,
      perHourBefore: rate(before + suppressedBefore, older),
      perHourNow: rate(now + suppressedNow, newer),
      example: textAsSent(example),
    })),
  };
}

function runObject({number, records, span}: RunKinds) {
  return {
    run: number,
    records,
    from: span === undefined ? null : isoTime(span.from),
    to: span === undefined ? null : isoTime(span.to),
  };
}

function rate(times: number, run: RunKinds): number {
  return Math.round((times / hoursOf(run)) * 100) / 100;
}
