import type {ConnectorStats, PipelineStats} from '../../engine/api/types.ts';
import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {connectorKey} from '../../engine/pipelines/recent-counts.ts';
import {allErrors, type KnownStats} from '../../engine/pipelines/stats-poller.ts';
import type {ErrorLog} from '../../engine/records/error-log.ts';
import {connectorErrorIn} from '../../engine/records/suppressed.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, readTime} from '../../lib/format.ts';
import {masked} from '../../lib/secrets.ts';
import {readLine} from '../viewport/line-text.ts';

/** The line by which a connector that stopped with a fatal error is known, which the statistics then no longer have. */
export type LoggedFailure = {
  readonly kind: 'input' | 'output';
  readonly name: string;
  /** Unix time in ms. */
  readonly at: number;
  readonly message: string;
  /** Key of its group of errors. */
  readonly group: number;
  /** All its errors of the run, as its log counts them; absent: not known. */
  readonly errors?: number;
};

/** A connector of a pipeline: from the statistics, or from what is left of it. */
export type KnownConnector = {
  readonly key: string;
  readonly kind: 'input' | 'output';
  readonly name: string;
  /** Absent: its process never told of it. */
  readonly stats: ConnectorStats | undefined;
  /** Why it stopped with a fatal error. */
  readonly failure: (Pick<LoggedFailure, 'message' | 'errors'> & {readonly at: number | undefined}) | undefined;
  /** The statistics no longer have it. */
  readonly isGone: boolean;
};

const fatalWords = /FATAL error on (input|output) endpoint '([^']+)': (.*)/;
const fatalBytes = Buffer.from('FATAL error on ');

/** The connectors that stopped with a fatal error, from a log's lines of at least `fromId`; of each the newest line. */
export function failuresInLog(
  {buffer, errors}: {readonly buffer: LogBuffer; readonly errors: Pick<ErrorLog, 'byKey' | 'inRunOf'>},
  fromId: number,
): readonly LoggedFailure[] {
  const found = new Map<string, LoggedFailure>();
  for (const {example, lastId, key} of errors.byKey.values()) {
    if (lastId < fromId) continue;
    // A group is of one connector.
    if (!Buffer.from(example.buffer, example.byteOffset, example.byteLength).includes(fatalBytes)) continue;
    if (connectorErrorIn(example) === undefined) continue;
    const line = buffer.lineAt(lastId);
    const failure = line && fatalLine(line);
    if (failure) found.set(connectorKey(failure), {...failure, group: key, errors: errors.inRunOf(failure.name)});
  }
  return [...found.values()];
}

function fatalLine(line: Uint8Array): Omit<LoggedFailure, 'group' | 'errors'> | undefined {
  const {asSent, record} = readLine(line);
  const [, side, name, message = ''] = fatalWords.exec(record?.format === 'json' ? record.message : asSent.text) ?? [];
  if (!record || name === undefined) return undefined;
  return {kind: side === 'output' ? 'output' : 'input', name, at: readTime(record.timeText), message: masked(message)};
}

/** Failed ones first, then unhealthy ones and those with errors, then the others in the server's order. */
export function connectorsOf(
  known: Pick<KnownStats, 'stats' | 'gone'> | undefined,
  failures: readonly LoggedFailure[],
): readonly KnownConnector[] {
  const failed = new Map(failures.map((failure) => [connectorKey(failure), failure]));
  const all = new Map<string, KnownConnector>();
  const add = (stats: ConnectorStats, isGone: boolean) => {
    const key = connectorKey(stats);
    const {kind, name, fatalError} = stats;
    // One that is there has been started again since the log's line.
    const logged = isGone ? failed.get(key) : undefined;
    const failure = logged ?? (fatalError === undefined ? undefined : {at: undefined, message: fatalError});
    all.set(key, {key, kind, name, stats, failure, isGone});
  };
  for (const stats of known?.stats?.connectors ?? []) add(stats, false);
  for (const stats of known?.gone ?? []) add(stats, true);
  for (const [key, failure] of failed) {
    if (!all.has(key))
      all.set(key, {key, kind: failure.kind, name: failure.name, stats: undefined, failure, isGone: true});
  }
  return [...all.values()].toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf(connector: KnownConnector): number {
  if (connector.failure) return 0;
  if (connector.isGone) return 1;
  if (connector.stats?.health && connector.stats.health.status !== 'Healthy') return 2;
  return errorCount(connector) > 0 ? 3 : 4;
}

/** Counts errors as the server does, or the log, if that knows more: the server forgets a connector that has failed. */
export function errorCount({stats, failure}: Pick<KnownConnector, 'stats' | 'failure'>): number {
  return Math.max(stats ? allErrors(stats) : 0, failure?.errors ?? 0);
}

/** The connectors whose errors have become more, those with most of them first. `count`: undefined: not known exactly. */
export type ConnectorIncrease = readonly {readonly name: string; readonly count: number | undefined}[];

/** Numbers of errors, by connector, in one process. */
export type ErrorsByConnector = {readonly incarnation: string; readonly counts: ReadonlyMap<string, number>};

export function errorsByConnector({incarnation, connectors}: PipelineStats): ErrorsByConnector {
  const counts = connectors.map((each) => [connectorKey(each), allErrors(each)] as const);
  return {incarnation, counts: new Map(counts)};
}

/**
 * The connectors of the `count` errors since `before`. Where that is unknown, those of the newest errors: without numbers
 * where the server does not send so many.
 */
export function connectorIncrease(
  stats: PipelineStats | undefined,
  before: ErrorsByConnector | undefined,
  count: number,
): ConnectorIncrease {
  if (!stats || count <= 0) return [];
  const isKnown = before?.incarnation === stats.incarnation;
  const newest = isKnown ? undefined : newestErrors(stats, count);
  const all = stats.connectors.map((each) => {
    const key = connectorKey(each);
    return {name: each.name, count: newest ? (newest.get(key) ?? 0) : allErrors(each) - (before?.counts.get(key) ?? 0)};
  });
  const increase = all.filter((each) => each.count > 0).toSorted((a, b) => b.count - a.count);
  const isSent = !newest || increase.reduce((sum, each) => sum + each.count, 0) === count;
  if (isSent) return increase;
  return increase.map(({name}) => ({name, count: increase.length === 1 ? count : undefined}));
}

/**
 * `12 in orders.bad, 2 in orders.web and 3 others`, after the number of all. Of one connector, the name alone: it has them
 * all. `withNumbers`: false where the numbers of connectors do not add up to that of all.
 */
export function increaseWords(increase: ConnectorIncrease, {withNumbers}: {readonly withNumbers: boolean}): string {
  const hasNumbers = withNumbers && increase.length > 1;
  const words = increase
    .slice(0, mostNamed)
    .map(({name, count: errors}) => clean(hasNumbers && errors !== undefined ? `${count(errors)} in ${name}` : name));
  const others = increase.length - words.length;
  return `${words.join(', ')}${others > 0 ? ` and ${counted(others, 'other', 'others')}` : ''}`;
}

const mostNamed = 3;

/** `14 new connector errors: 12 in orders.bad, 2 in orders.web`; without numbers where one is not known. */
export function newErrorsWords(increase: ConnectorIncrease): string {
  const counts = increase.flatMap(({count: errors}) => errors ?? []);
  const sum = counts.reduce((all, each) => all + each, 0);
  const isKnown = counts.length === increase.length;
  const words = isKnown ? counted(sum, 'new connector error', 'new connector errors') : 'new connector errors';
  return `${words}: ${increaseWords(increase, {withNumbers: isKnown})}`;
}

/** Counts, by connector, the newest `most` errors that the server has sent. */
function newestErrors({connectors}: PipelineStats, most: number): ReadonlyMap<string, number> {
  const sent = connectors.flatMap((connector) =>
    connector.errors.flatMap(({retained = []}) =>
      retained.map(({index, time}) => ({key: connectorKey(connector), index, at: readTime(time) || 0})),
    ),
  );
  const newest = sent.toSorted((a, b) => b.at - a.at || b.index - a.index).slice(0, most);
  return new Map([...Map.groupBy(newest, ({key}) => key)].map(([key, errors]) => [key, errors.length]));
}
