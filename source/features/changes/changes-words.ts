import type {PipelineDetail} from '../../engine/api/types.ts';
import type {ShownChange} from '../../engine/program/configuration.ts';
import {programThen} from '../../engine/program/program-version.ts';
import {watchPatternKey} from '../../engine/records/error-log.ts';
import {failedStartIn} from '../../engine/records/failed-start.ts';
import {endedRun} from '../../engine/records/runs.ts';
import {sameFailure} from '../../engine/records/same-failure.ts';
import {errorWords, lostStreamWords, lostWords, suppressedWords} from '../../kit/journal/event-words.ts';
import {excerptText} from '../../kit/viewport/line-text.ts';
import type {Fact} from '../../kit/viewport/markdown.ts';
import {endWords, noEnd, noStart} from '../../kit/words/run-words.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, dateTime, duration, readTime, timeOrNull} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import {type ComparedRuns, type GroupChange, mostKinds, perHour, type RunProfile} from './run-changes.ts';

/**
 * Program of a pipeline as the API tells it, with the error that ended the pipeline; undefined: it tells nothing.
 * `asked`: its answer has yet to come.
 */
export type KnownProgram =
  | (Pick<PipelineDetail, 'programVersion' | 'programStatusSince' | 'platformVersion'> &
      Partial<Pick<PipelineDetail, 'deploymentError' | 'deploymentStatusSince'>>)
  | 'asked'
  | undefined;

/** `2 new · 1 more frequent · 3 gone`; `no kind of record differs`. */
export function changesInWords(changes: readonly GroupChange[]): string {
  const number = (change: GroupChange['change']) => changes.filter((each) => each.change === change).length;
  const parts = [
    [number('new'), 'new'],
    [number('more'), 'more frequent'],
    [number('gone'), 'gone'],
  ] as const;
  const words = parts.flatMap(([found, word]) => (found > 0 ? [`${count(found)} ${word}`] : []));
  return words.length > 0 ? words.join(' · ') : 'no kind of record differs';
}

/** `run 4, 1,204 records in 12 min since 2026-11-27 03:00:12`. */
export function runInWords({number, records, span, full}: RunProfile): string {
  const kinds = full.size > 0 ? ` of more than ${count(mostKinds)} kinds` : '';
  const within = span === undefined ? '' : ` in ${duration(span.to - span.from)} since ${dateTime(span.from)}`;
  return `run ${count(number)}, ${counted(records, 'record', 'records')}${kinds}${within}`;
}

/**
 * Returns how the runs ended and how long they lasted, what the log lacks of them, which program they ran, and in how
 * many places their configurations differ. `endId`: end of a log that has ended.
 */
export function runFacts(compared: ComparedRuns, program: KnownProgram, endId?: number): readonly Fact[] {
  const {older, newer} = compared;
  return [
    ...[newer, older].map((run): Fact => [`run ${count(run.number)}`, runEndInWords(run, program, endId)]),
    ...[newer, older].flatMap((run): readonly Fact[] => {
      const missing = missingOf(run);
      return missing.length === 0 ? [] : [[`missing from run ${count(run.number)}`, missing.join(' · ')]];
    }),
    ['program', programInWords(compared, program)],
    ['configuration', configurationInWords(compared)],
  ];
}

/** Returns what the log lacks of a run: what is said to be gone from it, or new in the other one, may be among that. */
function missingOf({losses, lostStreams}: RunProfile): readonly string[] {
  const {gaps, atLeast, atMost, gap} = losses;
  return [
    ...(gaps > 0 ? [lostWords({count: gaps, atLeast, atMost, marker: gap?.marker})] : []),
    ...[...lostStreams].map(([stream, why]) => lostStreamWords({marker: {kind: 'unread', stream, why, at: 0}}, whole)),
  ].map((words) => clean(words));
}

/** `stopped after 81 s`, `start failed after 2 s: no such file`, `running since 2026-11-27 03:00:12`. */
function runEndInWords(kinds: RunProfile, program: KnownProgram, endId: number | undefined): string {
  const failure = failureOf(kinds, program);
  const why = failure?.why === undefined ? '' : `: ${failure.why}`;
  const run = endId === undefined ? kinds.run : endedRun(kinds.run, endId);
  const word = endWords(failure ? {...run, failed: true, startFailed: failure.endedStart} : run);
  const {startedAt, endedAt} = run;
  const isEndKnown = endedAt !== undefined;
  if (startedAt === undefined) {
    const until = isEndKnown ? ` at ${dateTime(endedAt)}` : '';
    return `${word}${until}, ${noStart}${why}`;
  }
  if (isEndKnown) return `${word} after ${duration(endedAt - startedAt)}${why}`;
  const end = run.endId === undefined ? '' : `, ${noEnd}`;
  return `${word}, began at ${dateTime(startedAt)}${end}${why}`;
}

type Failure = {
  /** It ended before it ran. */
  readonly endedStart: boolean;
  /** Reason in one line, safe to show. */
  readonly why: string | undefined;
  /** Whole. */
  readonly text: string | undefined;
};

/** The failure that ended a run, or its start; undefined: neither the log nor the API tells of one. */
function failureOf({run, failure}: RunProfile, program: KnownProgram): Failure | undefined {
  const {failed, startFailed, endedAt, endId} = run;
  const {deploymentError: error, deploymentStatusSince = ''} = typeof program === 'object' ? program : {};
  // The API has the error of the newest run alone, until the next start is asked for.
  const mayBeItsEnd = endId === undefined && endedAt !== undefined;
  const told = mayBeItsEnd && sameFailure({at: endedAt}, {at: readTime(deploymentStatusSince)}) ? error : undefined;
  if (!failed && !told) return undefined;
  const endedStart = startFailed === true || told?.endedStart === true;
  if (!failure) return {endedStart, why: told && clean(`${told.cause} (API)`), text: told?.cause};
  const logged = failedStartIn(failure) ?? errorWords({example: failure, key: 0}, 0).text.trim();
  return {endedStart, why: masked(clean(logged)), text: excerptText(failure)};
}

/** The log has no version of a program: the API tells whether it is that of now. */
function programInWords({older, newer}: ComparedRuns, program: KnownProgram): string {
  if (!program) return 'unknown: the log does not name its version';
  if (program === 'asked') return 'asking the server';
  const {programVersion, platformVersion, programStatusSince} = program;
  const [before, now] = [older, newer].map(({run, span}) => programThen(program, run.startedAt ?? span?.from));
  const version = programVersion === undefined ? 'the current version' : `version ${count(programVersion)}`;
  const words = `${version} on platform ${clean(platformVersion)}`;
  // A server may send none: then nothing is proved.
  const since = () => dateTime(readTime(programStatusSince));
  if (now === 'same' && before === 'same') return `${words} in both runs (API)`;
  if (now === 'same') return `${words}, compiled at ${since()} (API); that of run ${count(older.number)} is unknown`;
  if (now === 'changed') return `unknown: changed or compiled again since, at ${since()} (API)`;
  return 'unknown: neither the log nor the API names its version';
}

function configurationInWords({configuration: compared, older, newer}: ComparedRuns): string {
  if (compared.kind === 'compared') {
    const {length} = compared.changes;
    return length === 0 ? 'the same in both runs' : counted(length, 'difference', 'differences');
  }
  const unknown = [newer, older].flatMap(({number, configuration}) =>
    configuration.kind === 'known' ? [] : [{number, why: configuration.why}],
  );
  const [first, second] = unknown;
  if (first && first.why === second?.why) return `unknown: neither ${unknownWords[first.why][1]}`;
  return `unknown: ${unknown.map(({number, why}) => `that of run ${count(number)} ${unknownWords[why][0]}`).join(', ')}`;
}

/** Words on an unknown configuration: of one run, and behind `neither`. */
const unknownWords = {
  missing: ['is not in the log', 'is in the log'],
  cut: ['is incomplete in the log', 'is complete in the log'],
  dropped: ['was too large to keep', 'could be kept'],
} as const;

/** `4 → 8`, `(hidden, 24 characters)`, `"a"` of what was added or is gone. */
export function valuesInWords({before, now, isHidden}: Pick<ShownChange, 'before' | 'now' | 'isHidden'>): string {
  const values = [before, now].filter((value) => value !== undefined);
  if (isHidden) return [...new Set(values.map((value) => value.slice(1, -1)))].join(' → ');
  return clean(values.join(' → '));
}

/** Tells how often: `×12`, `×20 +115 suppressed`, `×3 to ×40`, `×7` of what is gone. `times`: the sign. */
export function timesInWords({change, before, now}: GroupChange, times: string): string {
  const told = change === 'new' ? [now] : change === 'gone' ? [before] : [before, now];
  return told.map((each) => `${times}${count(each.count)}${suppressedWords(each.suppressed)}`).join(' to ');
}

/** The level and the message of an example. `width`: cells of the screen. */
export function exampleInWords({example}: Pick<GroupChange, 'example'>, width: number) {
  return errorWords({example, key: watchPatternKey}, width);
}

/** Cells in which a message is not cut. */
const whole = 10_000;

/** Returns the comparison as lines of text, unwrapped, in steps of less than a frame. */
export function* changesTextSteps(compared: ComparedRuns, facts: readonly Fact[]): Generator<void, string, void> {
  const {pipeline, older, newer, changes, configuration} = compared;
  const lines = [
    `${pipeline}: ${runInWords(newer)}`,
    `compared with ${runInWords(older)}`,
    ...facts.map(([name, words]) => `${name}: ${words}`),
  ];
  for (const {shown} of configuration.kind === 'compared' ? configuration.changes : []) {
    lines.push(`  ${shown.change.padEnd(7)}  ${clean(shown.path)}  ${valuesInWords(shown)}`);
    yield;
  }
  lines.push(`records: ${changesInWords(changes)}`);
  const times = changes.map((change) => timesInWords(change, 'x'));
  const timesCells = times.reduce((most, {length}) => Math.max(most, length), 12);
  for (const [at, change] of changes.entries()) {
    lines.push(
      `  ${change.change.padEnd(4)}  ${(times[at] ?? '').padEnd(timesCells)}  ${exampleInWords(change, whole).text}`,
    );
    yield;
  }
  return `${lines.join('\n')}\n`;
}

/** The shape of `pipetail diff -o json`. Times in RFC 3339, rates an hour. */
export function changesObject(compared: ComparedRuns, program?: KnownProgram) {
  const {pipeline, older, newer, changes, configuration} = compared;
  return {
    pipeline,
    older: runObject(older, program),
    newer: runObject(newer, program),
    configuration:
      configuration.kind === 'unknown'
        ? null
        : configuration.changes.map(({change: {path: keys}, shown: {change, path, before, now, isHidden}}) => ({
            change,
            path,
            keys,
            before: isHidden ? null : jsonOf(before),
            now: isHidden ? null : jsonOf(now),
            hidden: isHidden,
          })),
    changes: changes.map(({change, level, before, now, example}) => ({
      change,
      level: level ?? null,
      before: before.count,
      now: now.count,
      suppressedBefore: before.suppressed,
      suppressedNow: now.suppressed,
      perHourBefore: perHour(before, older),
      perHourNow: perHour(now, newer),
      example: excerptText(example),
    })),
  };
}

/** Large numbers lose digits in JSON that is parsed: those stay text. */
function jsonOf(value: string | undefined): unknown {
  if (value === undefined) return null;
  const parsed: unknown = JSON.parse(value);
  return typeof parsed === 'number' && !Number.isSafeInteger(parsed) && Number.isInteger(parsed) ? value : parsed;
}

function runObject(kinds: RunProfile, program: KnownProgram) {
  const {number, records, span, run, configuration} = kinds;
  const {startedAt, endedAt, state} = run;
  const failure = failureOf(kinds, program);
  const isKnown = typeof program === 'object' && programThen(program, startedAt ?? span?.from) === 'same';
  return {
    run: number,
    records,
    from: timeOrNull(span?.from),
    to: timeOrNull(span?.to),
    startedAt: timeOrNull(startedAt),
    endedAt: timeOrNull(endedAt),
    state,
    failed: failure !== undefined,
    startFailed: failure?.endedStart === true,
    failure: failure?.text ?? null,
    missing: missingOf(kinds),
    configuration: configuration.kind === 'known' ? 'known' : 'unknown',
    programVersion: isKnown ? (program.programVersion ?? null) : null,
    platformVersion: isKnown ? program.platformVersion : null,
  };
}
