import {hasState} from '../../engine/api/pipeline-state.ts';
import type {Pipeline} from '../../engine/api/types.ts';
import {type ErrorGroup, isUnfinished, watchPatternKey} from '../../engine/records/error-log.ts';
import {failedStartIn} from '../../engine/records/failed-start.ts';
import {isPanicLine, reportsEnd} from '../../engine/records/line-kind.ts';
import type {Check, Finding} from '../../kit/facts/finding.ts';
import {type LogFacts, lateSince, type PipelineFacts} from '../../kit/facts/pipeline-facts.ts';
import {errorWords, lostStreamWords, lostWords} from '../../kit/journal/event-words.ts';
import {manyStarts} from '../../kit/journal/previous-ends.ts';
import {formatOutage, runnerTrouble} from '../../kit/words/failure-words.ts';
import {type Advice, adviceFor, evictionAdvice} from '../../kit/words/guide.ts';
import {
  failureSentence,
  hasCompileError,
  pipelineState,
  serverState,
  stateSince,
} from '../../kit/words/pipeline-words.ts';
import {clean} from '../../lib/clean.ts';
import {duration, timeOfText} from '../../lib/format.ts';
import {connectorFaults, connectorNotices, otherErrors} from './connector-checks.ts';
import {engineChecks, noProgress, quietWords} from './engine-checks.ts';

/** Says how the run before ended, if that was a failure, and how often in a row. */
const previousEnd: Check = ({previousEnd: end}) => {
  if (!end) return undefined;
  const {at, why, source, starts, span} = end;
  const isLoop = starts >= manyStarts;
  const loop = isLoop ? `${ordinal(starts)} start in ${duration(span)}` : '';
  const words = `The run before ${endWords(why)}`;
  return {
    key: 'previous end',
    severity: 'degraded',
    source,
    text: isLoop ? `${loop}. ${words}` : words,
    brief: isLoop ? `${words} · ${loop}` : words,
    last: at,
    // That it failed, and runs again.
    isTold: !isLoop,
    advice: adviceFor(why),
  };
};

/**
 * Nobody but the kernel's own log says for sure that memory ran out: `signal: 9 (SIGKILL)` is of the local runner (Rust's
 * `ExitStatus`), the other words are Feldera's where a container restarts.
 */
function endWords(why: string): string {
  if (isKill.test(why)) return `was killed (signal 9)${likelyMemory}`;
  return why.includes('Out-Of-Memory') ? `ended${likelyMemory}` : `failed: ${why}`;
}

const isKill = /\bsignal: 9\b/;
const likelyMemory = ', likely because it ran out of memory';

function ordinal(number: number): string {
  const [one, two] = [number % 10, number % 100];
  const ending = two > 10 && two < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][one] ?? 'th');
  return `${number}${ending}`;
}

/** Cells for the words of a lost stream: a page wraps them. */
const enough = 1000;

/** Streams of the process that the runner no longer reads. */
const lostStreams: Check = ({log}) => {
  const {lostStreams: streams = [], losses} = log ?? {};
  if (streams.length === 0) return undefined;
  const {marker, id: entry} = losses?.lostStream ?? {};
  const isAlone = streams.length === 1 && marker !== undefined;
  const are = streams.length === 1 ? 'is' : 'are';
  const text = isAlone
    ? lostStreamWords({marker}, enough)
    : `${streams.join(' and ')} of the process ${are} lost until the next start`;
  return {
    key: 'lost stream',
    severity: 'notice',
    source: 'log',
    text,
    ...(isAlone ? {since: marker.at} : {last: marker?.at}),
    stops: 'what the process writes there is not in the log',
    place: {entry},
  };
};

/** Places where the log lacks lines. Once another run has begun after the last of them, they are trouble no longer. */
const gaps: Check = ({log}) => {
  const {gaps: count = 0, gap, atLeast = 0, atMost = 0} = log?.losses ?? {};
  if (!log || !gap || gap.id < log.firstId) return undefined;
  const {marker, id: entry} = gap;
  const text = `The log has ${count === 1 ? 'a gap' : 'gaps'}: ${lostWords({count, atLeast, atMost, marker})}`;
  // A single loss is worded with its times.
  const last = count === 1 && marker.kind === 'lost' ? undefined : marker.at;
  return {key: 'gaps', severity: 'notice', source: 'log', text, last, place: {entry}};
};

/** Without the runner, no state changes, and nobody can tell whether a process still runs. */
const runnerAway: Check = ({runner, pipeline, serverOutage}) => {
  const why = pipeline && !serverOutage ? runnerTrouble(runner) : undefined;
  if (why === undefined) return undefined;
  const {since, checkedAt: last} = runner ?? {};
  return {
    key: 'runner',
    severity: 'notice',
    source: 'API',
    text: `The runner is away: ${why}`,
    since,
    last,
    stops: 'no state of a pipeline changes',
  };
};

/** Key of the finding that the log was not read. */
export const readingKey = 'log not read';

/** A log that is not read: what only it tells is not known, or not of now. */
const logReading: Check = ({reading, serverOutage}) => {
  const shared = {key: readingKey, severity: 'notice', source: 'log'} as const;
  switch (reading?.kind) {
    case 'left':
      return {...shared, text: 'Its log is not followed', last: reading.until};
    case 'unread':
      return {...shared, text: 'Its log was not read', stops: 'only the log shows inputs that failed for good'};
    case 'unreachable':
      // Without any answer, that is said.
      return serverOutage ? undefined : {...shared, text: `Log unreachable: ${reading.why}`, since: reading.since};
    default:
      return undefined;
  }
};

/** Checks of all that can be wrong with a pipeline; findings of one severity are said in this order. */
const checks: readonly Check[] = [
  ...[runnerAway, previousEnd, noProgress],
  ...connectorFaults,
  ...engineChecks,
  ...connectorNotices,
  ...[lostStreams, otherErrors, gaps, logReading],
];

/** The worst first. */
const severities: readonly Finding['severity'][] = ['failed', 'degraded', 'notice', 'fine'];

/**
 * Says how a pipeline is, in findings: one for the pipeline, then one for each thing that is not normal, the worst first. A
 * healthy pipeline has one finding. Empty: nothing is known of it.
 */
export function diagnose(facts: PipelineFacts): readonly Finding[] {
  const {pipeline} = facts;
  const found = checks.flatMap((check) => check(facts) ?? []);
  const wrong = severities.flatMap((severity) => found.filter((each) => each.severity === severity));
  return [...(pipeline && hasState(pipeline) ? [ofPipeline(facts, pipeline, wrong)] : []), ...wrong];
}

function ofPipeline(
  facts: PipelineFacts,
  pipeline: NonNullable<PipelineFacts['pipeline']>,
  wrong: readonly Finding[],
): Finding {
  const {serverOutage} = facts;
  const since = timeOfText(stateSince(pipeline));
  const shared = {key: 'pipeline', source: 'API', since} as const;
  const sentence = failureSentence(pipeline, pipeline.programError);
  const {word} = pipelineState(pipeline);
  if (sentence !== undefined) {
    // The log has nothing of the compiler: what it says is of an earlier run.
    const inLog = facts.log && !hasCompileError(pipeline) ? failureIn(facts.log) : undefined;
    // A signal alone does not tell its likely cause.
    const cause = isKill.test(sentence) ? likelyMemory : '';
    const whole = `${sentence}${cause}${inLog ? panicBeyond(sentence, inLog) : ''}`;
    const text = serverOutage ? formatOutage(serverOutage, whole) : whole;
    const place = {entry: inLog?.lastId};
    return {...shared, severity: 'failed', text, place, advice: adviceOfFailure(facts, pipeline)};
  }
  const degraded = wrong.filter(({severity}) => severity === 'degraded');
  const isPartly = degraded.length > 0;
  // What the log says of a connector that stopped is so until the next start.
  const last = degraded.some(({source}) => source === 'log') ? undefined : lateSince(facts);
  const degradedWords = last === undefined ? 'but degraded' : 'and was degraded when its statistics were last read';
  const state = isPartly ? `${word}, ${degradedWords}` : word;
  const text = serverOutage ? formatOutage(serverOutage, state) : `${state}${restWords(facts, pipeline, wrong)}`;
  // Since when it runs is not since when it is degraded: the findings below have their own times.
  if (isPartly) return {...shared, severity: 'degraded', text, since: undefined, last};
  // The list says what it knew last of a pipeline whose runner is away.
  const isAway = facts.reading?.kind === 'unreachable' || facts.runner?.isHealthy === false;
  const isCertain = serverOutage !== undefined || !isAway;
  return {...shared, severity: isCertain ? 'fine' : 'notice', text, last};
}

/** Words to follow the state of the pipeline. */
function restWords(facts: PipelineFacts, pipeline: Pipeline, wrong: readonly Finding[]): string {
  const reason = pipeline.deploymentStatus === 'Initializing' ? pipeline.runtimeReason : undefined;
  if (reason !== undefined) return clean(`: ${reason.replaceAll(/\s+/g, ' ')}`);
  if (serverState(pipeline) !== 'Running') return '';
  if (wrong.some(({key}) => key !== readingKey)) return '';
  if (facts.known?.stats === undefined) return '. Connector states are unknown';
  if (lateSince(facts) !== undefined && wrong.length === 0)
    return '. It had no known problems when its statistics were last read';
  const words = quietWords(facts);
  return words === undefined ? knownWords(facts.reading) : `. ${words}`;
}

/** Says that nothing is wrong, where nothing else is known; empty: a finding says how the log was read. */
function knownWords(reading: PipelineFacts['reading']): string {
  if (reading?.kind === 'coming') return '. Its log is being read';
  return reading === undefined || reading.kind === 'followed' ? ', no known problems' : '';
}

/** Characters of a panic's message that are looked for in another text, which may have joined its lines. */
const mostCompared = 40;

/** The panic in the log, where the API tells only how the process ended; empty: it tells the panic, or there was none. */
function panicBeyond(sentence: string, {example, latest, key}: ErrorGroup): string {
  if (!isPanicLine(example, 0, example.length)) return '';
  const {text} = errorWords({example: latest, key}, 0);
  const message = text.replace(/^panic: | \([^()]*\)$/g, '').slice(0, mostCompared);
  return sentence.includes(message) ? '' : clean(` · ${text}`);
}

/** The error that tells of the end of the process: a panic, else why it could not start, else what the runner reports. */
function failureIn({errors, firstId}: LogFacts): ErrorGroup | undefined {
  const groups = [...errors.values()].filter(({lastId}) => lastId >= firstId).toReversed();
  return (
    groups.find(({example}) => isPanicLine(example, 0, example.length)) ??
    groups.find(({example}) => failedStartIn(example) !== undefined) ??
    groups.find(({example: {buffer, byteOffset, length}}) => reportsEnd(Buffer.from(buffer, byteOffset, length)))
  );
}

function adviceOfFailure({log}: PipelineFacts, pipeline: NonNullable<PipelineFacts['pipeline']>): Advice | undefined {
  const {deploymentError: error, runtimeReason = '', programError, deploymentStatus} = pipeline;
  if (hasCompileError(pipeline)) return adviceFor(programError ?? '') ?? adviceFor(programError ?? '', 'compiler');
  const texts = error ? [error.message, ...error.more.map(([, text]) => text)] : [runtimeReason];
  const advice = adviceFor(texts.join('\n'));
  if (advice || deploymentStatus !== 'Unavailable' || !log?.isWhole) return advice;
  const hasError = [...log.errors.values()].some(
    ({key, lastId}) => lastId >= log.firstId && key !== watchPatternKey && !isUnfinished(key),
  );
  return hasError ? undefined : evictionAdvice;
}
