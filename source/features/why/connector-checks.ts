import type {ConnectorStats, ErrorsOfKind} from '../../engine/api/types.ts';
import {streamLostIn} from '../../engine/logs/log-states.ts';
import {type Recent, recently, recentOf} from '../../engine/pipelines/recent-counts.ts';
import {type KnownStats, noStats} from '../../engine/pipelines/stats-poller.ts';
import {type ErrorGroup, isUnfinished, watchPatternKey} from '../../engine/records/error-log.ts';
import {runnerMessage} from '../../engine/records/line-kind.ts';
import {connectorErrorIn} from '../../engine/records/suppressed.ts';
import {errorCount, type KnownConnector} from '../../kit/facts/connectors.ts';
import type {Check, Finding} from '../../kit/facts/finding.ts';
import type {LogFacts, PipelineFacts} from '../../kit/facts/pipeline-facts.ts';
import {errorWords} from '../../kit/journal/event-words.ts';
import {readLine} from '../../kit/viewport/line-text.ts';
import {adviceFor} from '../../kit/words/guide.ts';
import {reasonOf, stoppedWords, unknownReason} from '../../kit/words/reason.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, duration, timeOfText} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';

/** More connectors with one fault are a number. */
const mostNamed = 5;
/** Share of the records of an input above which their errors are most of them. */
const most = 0.5;
/** Begins the key of a finding about the errors of a connector. */
export const errorsKey = 'errors ';

/** Connectors that stopped with a fatal error. */
const failedConnectors: Check = (facts) => {
  const failed = facts.connectors.filter(({failure}) => failure !== undefined);
  return named(failed, 'stopped with a fatal error', (connector) => {
    const {failure, kind, name} = connector;
    const groups = groupsOf(facts.log, name);
    const message = failure?.message ?? '';
    return {
      key: `failed ${connector.key}`,
      severity: 'degraded',
      source: failure?.at === undefined ? 'API' : 'log',
      text: clean(`${name} stopped with a fatal error: ${reasonOf(message)}`),
      brief: stoppedWords(name, message),
      since: failure?.at,
      stops: kind === 'input' ? 'nothing is read from it' : 'nothing is written to it',
      place: placeOf(connector, groups),
      advice: adviceFor(message),
    };
  });
};

/** Connectors that Feldera itself calls unhealthy. */
const unhealthyConnectors: Check = (facts) => {
  const unhealthy = present(facts.connectors).filter(({stats}) => stats.health && stats.health.status !== 'Healthy');
  return named(unhealthy, 'are unhealthy', (connector) => {
    const {status = '', description = ''} = connector.stats.health ?? {};
    const why = description === '' ? '' : `: ${reasonOf(description)}`;
    return {
      key: `unhealthy ${connector.key}`,
      severity: 'degraded',
      source: 'API',
      text: clean(`${connector.name} is ${status.toLowerCase()}${why}`),
      ...(why !== '' && {brief: clean(`${connector.name}${why}`)}),
      place: placeOf(connector, groupsOf(facts.log, connector.name)),
      advice: adviceFor(description),
    };
  });
};

/** Inputs that reject most of their records, and outputs that write nothing. */
const rejectingConnectors: Check = (facts) =>
  named(withErrors(facts, 'degraded'), 'reject most of their records', (judged) => errorFinding(facts.log, judged));

/** Outputs that are paused. */
const pausedOutputs: Check = ({connectors}) => {
  const paused = present(connectors).filter(({kind, stats}) => kind === 'output' && stats.isPaused);
  return named(paused, 'are paused', ({key, name}) => ({
    key: `paused ${key}`,
    severity: 'notice',
    source: 'API',
    text: clean(`${name} is paused: its changes are dropped`),
    place: {connector: key},
  }));
};

/** Connectors with other errors. */
const connectorsWithErrors: Check = (facts) =>
  named(withErrors(facts, 'notice'), 'had errors', (judged) => errorFinding(facts.log, judged));

function withErrors({connectors, known}: PipelineFacts, severity: Judged['severity']): readonly Judged[] {
  return present(connectors)
    .filter((each) => errorCount(each) > 0)
    .map((connector) => ({connector, ...verdictOf(connector.stats, known)}))
    .filter((each) => each.severity === severity);
}

/** Connectors that no statistics tell of, as the log has them. */
const loggedConnectors: Check = ({known, connectors, log}) => {
  if (known?.stats || !log) return [];
  const failed = new Set(connectors.map(({name}) => name));
  const byName = Map.groupBy(groupsInRun(log), ({name}) => name);
  const others = [...byName].flatMap(([name, groups]) => (!name || failed.has(name) ? [] : {name, groups}));
  return named(others, 'had errors', ({name, groups}) => {
    const newest = newestOf(groups);
    const reason = newest ? amongOthers(reasonOf(textOf(newest)), groups) : unknownReason;
    return {...ofGroups(groups, log), key: `${errorsKey}${name}`, text: clean(`${name} had errors: ${reason}`)};
  });
};

/** Connectors that do not do what they are there for; findings of one severity are said in this order. */
export const connectorFaults: readonly Check[] = [failedConnectors, rejectingConnectors, unhealthyConnectors];

/** Connectors of which something else is to be said. */
export const connectorNotices: readonly Check[] = [pausedOutputs, connectorsWithErrors, loggedConnectors];

/** Errors in the log that no connector has had, while the pipeline runs. */
export const otherErrors: Check = ({reading, log}) => {
  if (!reading || !log) return undefined;
  const others = groupsInRun(log).filter(({name, group}) => name === undefined && !isOfLostStream(group));
  const groups = withoutRefusals(others);
  const newest = newestOf(groups);
  if (!newest) return undefined;
  const {latest: example, key} = newest;
  const text = `Its log has errors: ${amongOthers(errorWords({example, key}, 0).text, groups)}`;
  return {...ofGroups(groups, log), key: `${errorsKey}in the log`, text: clean(text)};
};

/** The pipeline's own lines on a request that it answered with an error: the cause, and the status. */
const answerWords = /^\[HTTP error response\] |^Response: \d{3} /;
const refusalWords = /^Response: 4\d\d /;

/**
 * Leaves out what tells that a request was refused, which is a problem of who asked: Feldera asks each pipeline for a heap
 * profile about ten minutes after its start, and most builds have none. A cause is kept where another answer failed.
 */
function withoutRefusals(groups: readonly LoggedGroup[]): readonly LoggedGroup[] {
  const message = ({group: {latest: example, key}}: LoggedGroup) => errorWords({example, key}, 0).text;
  const answers = groups.filter((each) => answerWords.test(message(each)));
  const refusals = answers.filter((each) => refusalWords.test(message(each)));
  const statuses = answers.filter((each) => message(each).startsWith('Response: '));
  const left = new Set(refusals.length === statuses.length && refusals.length > 0 ? answers : refusals);
  return groups.filter((each) => !left.has(each));
}

function isOfLostStream({example}: ErrorGroup): boolean {
  const message = runnerMessage(Buffer.from(example.buffer, example.byteOffset, example.byteLength));
  return message !== undefined && streamLostIn(message) !== undefined;
}

/** Parts of a finding about errors of the log, beside its text. */
function ofGroups(groups: readonly LoggedGroup[], log: LogFacts): Omit<Finding, 'key' | 'text'> {
  const newest = newestOf(groups);
  const logged = groups.reduce((sum, {group}) => sum + group.count, 0);
  const suppressed = groups.reduce((sum, {group}) => sum + group.suppressed, 0);
  const more = suppressed > 0 ? `, and ${count(suppressed)} suppressed` : '';
  return {
    severity: 'notice',
    source: 'log',
    ...timesOf(groups, log),
    often: `${counted(logged, 'error', 'errors')}${more}${isOfRun(groups, log) ? '' : ', earlier runs included'}`,
    place: {entry: newest?.lastId},
    advice: newest && adviceFor(textOf(newest)),
  };
}

type PresentConnector = KnownConnector & {readonly stats: ConnectorStats};

/** Those that are in the statistics now, and have not stopped with a fatal error. */
function present(connectors: readonly KnownConnector[]): readonly PresentConnector[] {
  return connectors.filter(
    (each): each is PresentConnector => each.stats !== undefined && !each.isGone && each.failure === undefined,
  );
}

/** A finding of each of the first, and one of the number of the others. */
function named<Of>(all: readonly Of[], theyDo: string, findingOf: (each: Of) => Finding): readonly Finding[] {
  const findings = all.slice(0, mostNamed).map(findingOf);
  const others = all.length - findings.length;
  const [first] = findings;
  if (others <= 0 || !first) return findings;
  const {severity, source} = first;
  const text = `${counted(others, 'other connector', 'other connectors')} ${theyDo}`;
  return [...findings, {key: `others ${theyDo}`, severity, source, text}];
}

/** A connector with errors: what it does, in words, `of` what and when, and the numbers by which it does. */
type Verdict = {
  readonly severity: 'degraded' | 'notice';
  readonly does: string;
  readonly of?: string;
  readonly by: Recent;
};

type Judged = Verdict & {readonly connector: PresentConnector};

/** Statistics do not change: a frame, and what a key does, ask several times. */
const verdicts = new WeakMap<ConnectorStats, Verdict>();

function verdictOf(stats: ConnectorStats, known: KnownStats | undefined): Verdict {
  const verdict = verdicts.get(stats) ?? judge(stats, known);
  verdicts.set(stats, verdict);
  return verdict;
}

/** Judges it by what it did of late; one that never worked, by the whole run. */
function judge(stats: ConnectorStats, known: KnownStats = noStats): Verdict {
  const {kind, records, errors, isPaused} = stats;
  const run = {kind, records, errors, span: undefined};
  const had: Verdict = {severity: 'notice', does: 'had errors', by: run};
  if (records === undefined || isPaused) return had;
  if (records === 0) return {...had, severity: 'degraded', does: doesNothing(stats)};
  const recent = lately(stats, known);
  const {span, records: moved = 0} = recent;
  const words = spanWords(span);
  if (kind === 'output') {
    const isStill = span !== undefined && moved === 0 && errorsOf(recent) > 0;
    return isStill ? {severity: 'degraded', does: 'has written nothing', of: words, by: recent} : had;
  }
  const rejected = errorsOf(recent, 'parse');
  if (rejected === 0 || isOver(stats, known)) return had;
  const share = rejected / (rejected + moved);
  const severity = share > most ? 'degraded' : 'notice';
  if (areRecords(recent))
    return {severity, does: `rejected ${percent(share)}`, of: ` of its records${words}`, by: recent};
  return {severity, does: share > most ? 'had more errors than records' : 'had errors', of: words, by: recent};
}

/** Counts of the last minute, or of a few seconds of an input with errors, which show that these come now. */
function lately(stats: ConnectorStats, known: KnownStats): Recent {
  const recent = recentOf(known, stats, known.isBrief);
  if (!known.isBrief || (stats.kind === 'input' && errorsOf(recent, 'parse') > 0)) return recent;
  return recentOf(known, stats);
}

function doesNothing(stats: ConnectorStats): string {
  if (stats.kind === 'output') return 'has written nothing';
  return errorsOf(stats, 'parse') > 0 ? 'has accepted no record' : 'has received nothing';
}

function errorsOf({errors}: Pick<ConnectorStats, 'errors'>, kind?: ErrorsOfKind['kind']): number {
  return errors.reduce((sum, each) => sum + (kind === undefined || each.kind === kind ? each.count : 0), 0);
}

/** Its last error came more than a minute before the statistics, as their server's times tell. */
function isOver(stats: ConnectorStats, {stats: of}: Pick<KnownStats, 'stats'>): boolean {
  const {last} = retainedReason(stats)?.times ?? {};
  return last !== undefined && of?.answeredAt !== undefined && of.answeredAt - last > recently;
}

/**
 * Each rejected record is one error. Of text that is no JSON, there is one for each word; of what the server does not tell,
 * nobody knows. It has the newest errors of each tag.
 */
function areRecords({errors}: Recent): boolean {
  const {retained = []} = errors.find(({kind}) => kind === 'parse') ?? {};
  return retained.length > 0 && retained.every(({message}) => message.startsWith('Parse error (event #'));
}

/** A minute is one, though answers come a little late. */
function spanWords(span: number | undefined): string {
  if (span === undefined) return ' since its start';
  return ` in the last ${span >= recently / 2 && span < 2 * recently ? 'minute' : duration(span)}`;
}

function errorFinding(log: LogFacts | undefined, {connector, severity, does, of = '', by}: Judged): Finding {
  const {stats, name, kind, key} = connector;
  const groups = groupsOf(log, name);
  const {times, reason, text} = retainedReason(stats) ?? reasonInLog(groups, log);
  const counts = by.errors.flatMap(({kind: which, count: errors}) =>
    errors > 0 ? `${counted(errors, `${which} error`, `${which} errors`)}` : [],
  );
  const records = by.records === undefined ? [] : [counted(by.records, 'record', 'records')];
  return {
    key: `${errorsKey}${key}`,
    severity,
    source: 'API',
    text: clean(`${name} ${does}${of}: ${reason}`),
    brief: clean(`${name} ${does}: ${reason}`),
    ...times,
    often: [...counts, ...records.map((words) => `${words} ${kind === 'input' ? 'received' : 'written'}`)].join(', '),
    place: placeOf(connector, groups),
    advice: adviceFor(text),
  };
}

/** Never rounded to all or nothing. */
function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (share === 1) return '100 %';
  if (rounded === 100) return 'more than 99 %';
  return rounded === 0 ? 'less than 1 %' : `${rounded} %`;
}

type Reason = {
  readonly times: Pick<Finding, 'since' | 'last'>;
  /** One line. */
  readonly reason: string;
  /** The whole message. */
  readonly text: string;
};

/** Kept as verdicts are. */
const readReasons = new WeakMap<ConnectorStats, {readonly reason: Reason | undefined}>();

/** The most frequent reason among the errors that the server has sent; of several, the newest one. */
function retainedReason(stats: ConnectorStats): Reason | undefined {
  const read = readReasons.get(stats) ?? {reason: readReason(stats)};
  readReasons.set(stats, read);
  return read.reason;
}

function readReason({errors}: ConnectorStats): Reason | undefined {
  const sent = errors.flatMap(({retained = []}) => retained);
  const all = errors.reduce((sum, each) => sum + each.count, 0);
  const kinds = [...Map.groupBy(sent, ({message}) => kindOfReason(message)).values()];
  const [kind] = kinds.toSorted((a, b) => b.length - a.length);
  const newest = kind?.at(-1);
  if (!newest) return undefined;
  const times = sent.flatMap(({time}) => timeOfText(time) ?? []);
  return {
    reason: amongOthers(reasonOf(newest.message), kinds),
    text: newest.message,
    times: {
      // The server drops the first ones.
      since: sent.length === all && times.length > 0 ? Math.min(...times) : undefined,
      last: times.length > 0 ? Math.max(...times) : undefined,
    },
  };
}

/** Number and times beside it are those of all kinds. */
function amongOthers(reason: string, kinds: readonly unknown[]): string {
  return kinds.length > 1 ? `${reason} · and others` : reason;
}

/** Without numbers and quoted values. */
function kindOfReason(message: string): string {
  return reasonOf(message)
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\d+/g, '0');
}

function reasonInLog(groups: readonly LoggedGroup[], log: LogFacts | undefined): Reason {
  const newest = newestOf(groups);
  if (!newest) return {times: {}, reason: unknownReason, text: ''};
  const text = textOf(newest);
  return {reason: amongOthers(reasonOf(text), groups), text, times: timesOf(groups, log)};
}

/** A group of errors that came in earlier runs, too, does not tell since when they come in this one. */
function timesOf(groups: readonly LoggedGroup[], log: LogFacts | undefined): Reason['times'] {
  const since = isOfRun(groups, log) ? Math.min(...groups.map(({group}) => group.firstAt)) : undefined;
  return {since, last: newestOf(groups)?.lastAt};
}

function isOfRun(groups: readonly LoggedGroup[], log: LogFacts | undefined): boolean {
  return groups.every(({group}) => group.firstId >= (log?.firstId ?? 0));
}

/** `name`: of the connector that has had them; undefined: none. */
type LoggedGroup = {readonly name: string | undefined; readonly group: ErrorGroup};

/** Groups that were read, by the errors of their log: once each. */
const namedGroups = new WeakMap<LogFacts['errors'], readonly LoggedGroup[]>();

/** The errors of the newest run, by connector. */
function groupsInRun({errors, firstId}: LogFacts): readonly LoggedGroup[] {
  const read =
    namedGroups.get(errors) ??
    [...errors.values()].flatMap((group) => {
      if (group.key === watchPatternKey || isUnfinished(group.key)) return [];
      return {name: connectorErrorIn(group.example), group};
    });
  namedGroups.set(errors, read);
  return read.filter(({group}) => group.lastId >= firstId);
}

function groupsOf(log: LogFacts | undefined, connector: string): readonly LoggedGroup[] {
  return log ? groupsInRun(log).filter(({name}) => name === connector) : [];
}

function newestOf(groups: readonly LoggedGroup[]): ErrorGroup | undefined {
  return groups.map(({group}) => group).toSorted((a, b) => b.lastId - a.lastId)[0];
}

function placeOf({key}: KnownConnector, groups: readonly LoggedGroup[]): Finding['place'] {
  return {entry: newestOf(groups)?.lastId, connector: key};
}

function textOf({latest}: ErrorGroup): string {
  const {asSent, record} = readLine(latest);
  return masked(record?.format === 'json' ? record.message : asSent.text);
}
