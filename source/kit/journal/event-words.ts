import type {Marker} from '../../engine/buffer/markers.ts';
import {type ConnectorErrorCount, type ErrorGroup, watchPatternKey} from '../../engine/records/error-log.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import type {ConnectorCount} from '../../engine/records/suppressed.ts';
import {clockTime, count, counted} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';
import {connectorTotal} from '../facts/connector-states.ts';
import {type ConnectorIncrease, increaseWords} from '../facts/connectors.ts';
import {concat, plain, type StyledText, slice} from '../terminal/styled-text.ts';
import {compactLine, levelCells, panicAsError, readLine, withoutCredentials} from '../viewport/line-text.ts';
import {utc} from '../viewport/time-column.ts';
import {lostAmount, markerText} from '../words/marker-words.ts';
import {briefError} from '../words/reason.ts';

/** Errors of one group: the first and the last of those that are told. */
export type ErrorEnds = Pick<ErrorGroup, 'key' | 'example' | 'latest'>;

/** With fewer cells the target would leave too little room for the message. */
export const widthWithTarget = 100;

export const unknownStream = 'a stream of the process is lost';

/** A stream of the process is lost: nobody reads it until the next start. */
export type LostStream = {readonly marker?: Marker | undefined; readonly isOver?: boolean};

/** Returns the words of a list on a lost stream, beside the time: the longest that leave room for the cause. */
export function lostStreamWords(
  {marker, isOver, until}: LostStream & {readonly until?: number | undefined},
  cells: number,
): string {
  if (marker?.kind !== 'unread') return unknownStream;
  const {stream, why} = marker;
  const shortest = `${stream}: ${why}`;
  const end = until === undefined ? 'the next start' : clockTime(until);
  const longer = [`${stream} ${isOver ? 'was' : 'is'} lost until ${end}: ${why}`, `${stream} lost: ${why}`];
  return longer.find((words) => textWidth(words) <= cells) ?? shortest;
}

/**
 * Errors that the API counts. `besides`: an open log does not have them: suppressed, or it lacks lines.
 * `increase`: their connectors, where they are known.
 */
export type ConnectorErrors = {
  readonly besides?: 'suppressed' | 'suppressed-or-missing' | undefined;
  readonly increase: ConnectorIncrease;
};

/** The number, and whose they are. */
export function connectorWords({count: errors, besides, increase}: ConnectorErrors & {readonly count: number}): string {
  const words = `${counted(errors, 'connector error', 'connector errors')}${besides ? ` ${onlyInApi}` : ''}`;
  return increase.length === 0 ? words : `${words}: ${increaseWords(increase, {withNumbers: !besides})}`;
}

/** Words on errors that an open log does not have: they are suppressed, or it lacks lines. */
const onlyInApi = 'counted only by the API';

/**
 * Returns the words of `connectorWords` without the number, which a column has. Connectors of errors that an open log
 * does not have are named without numbers: that one is no sum of them.
 */
export function connectorNames({besides, increase}: ConnectorErrors): string {
  const names = increaseWords(increase, {withNumbers: besides === undefined});
  if (besides === undefined) return names === '' ? 'connector errors' : `connector errors: ${names}`;
  const words = `connector errors ${besides === 'suppressed' ? 'suppressed' : onlyInApi}`;
  return names === '' ? words : `${words}: ${names}`;
}

/** The number of connector errors with its parts, of which there are some where not all are in the open log. */
export function connectorTotalWords(
  counted: number,
  log: ConnectorErrorCount | undefined,
  {isAtLeast = false}: {readonly isAtLeast?: boolean} = {},
): string {
  const {all, logged, suppressed, uncounted} = connectorTotal(counted, log);
  const sum = `${isAtLeast ? 'at least ' : ''}${count(all)}`;
  if (!log || logged === all) return sum;
  const parts = [
    `${count(logged)} in the log`,
    ...(suppressed > 0 ? [`${count(suppressed)} suppressed`] : []),
    ...(uncounted > 0 ? [`${count(uncounted)} ${log.isWhole ? 'suppressed, ' : ''}${onlyInApi}`] : []),
  ];
  return `${sum}: ${parts.join(' · ')}`;
}

/** ` +812 suppressed`; nothing for 0. Errors that were not logged, besides those that were. */
export function suppressedWords(suppressed: number): string {
  return suppressed === 0 ? '' : ` +${count(suppressed)} suppressed`;
}

/** Connectors in `unmatchedWords`; the others are a number. */
const mostConnectors = 5;

/**
 * Returns what `--exit-on` could not match, by connector and tag: `276 connector errors +812 suppressed, …:
 * orders.kafka 274 +800 (text_event_err) · …`; undefined if nothing was suppressed. `uncounted`: number of those that only
 * the statistics count.
 */
export function unmatchedWords(connectors: readonly ConnectorCount[], uncounted: number): string | undefined {
  const sumOf = (part: 'logged' | 'suppressed') => connectors.reduce((sum, each) => sum + each[part], 0);
  const suppressed = sumOf('suppressed') + uncounted;
  if (suppressed === 0) return undefined;
  const shown = connectors.slice(0, mostConnectors);
  const parts = [
    ...shown.map((each) => `${each.name === '' ? "Kafka's client" : each.name} ${countsOf(each)}`),
    ...(connectors.length > shown.length ? [`${count(connectors.length - shown.length)} more connectors`] : []),
    ...(uncounted > 0 ? [`${count(uncounted)} ${onlyInApi}`] : []),
  ];
  const all = counted(sumOf('logged'), 'connector error', 'connector errors');
  return `${all}${suppressedWords(suppressed)}, which --exit-on cannot match: ${parts.join(' · ')}`;
}

function countsOf({logged, suppressed, tags}: ConnectorCount): string {
  const named = tags.length > 0 ? ` (${tags.join(', ')})` : '';
  return suppressed > 0 ? `${count(logged)} +${count(suppressed)}${named}` : count(logged);
}

/** The group's example without name, time, level and credentials. `width`: cells of the screen, or of a column for the words. */
export function errorWords({example, key}: Pick<ErrorGroup, 'example' | 'key'>, width: number): StyledText {
  const isPanic = isPanicLine(example, 0, example.length);
  const {asSent, record} = readLine(isPanic ? panicAsError(example, 0, width >= widthWithTarget) : example);
  if (!record) return withoutCredentials(asSent);
  const compactness = width < widthWithTarget ? 'no-target' : 'full';
  const text = withoutCredentials(compactLine(asSent, record, {compactness, time: 'off', offsetAt: utc}));
  // Errors are all of one level; a watched line may be of any.
  return key === watchPatternKey ? text : slice(text, levelCells, text.text.length);
}

/** Words for an error in a row that may be cut: what differs from error to error comes first. */
export function briefErrorWords(error: Pick<ErrorGroup, 'example' | 'key'>, width: number): StyledText {
  const words = errorWords(error, width);
  const brief = error.key === watchPatternKey ? words.text : briefError(words.text);
  return brief === words.text ? words : plain(brief);
}

/** About what a fingerprint leaves out: quoted texts, ids and numbers. */
const variablePart = /"(?:[^"\\]|\\.)*"|(?<!\w)'.*?'(?!\w)|\b(?=[a-f-]*\d)[a-f\d-]{4,}\b|\d+(?:[.,]\d+)*/gi;
/** Characters of a variable part of which two are shown. */
const mostOfEnd = 40;

/** The words of the last of several errors; where the first one differs, with its part before it: `exit status: 3 … 5`. */
export function rangeWords(
  {key, example, latest}: ErrorEnds,
  width: number,
  {ellipsis = '…', wordsOf = errorWords}: {readonly ellipsis?: string; readonly wordsOf?: typeof errorWords} = {},
): StyledText {
  const last = wordsOf({key, example: latest}, width);
  if (example === latest) return last;
  const first = wordsOf({key, example}, width).text;
  const parts: StyledText[] = [];
  const shorten = (text: StyledText) =>
    text.text.length <= mostOfEnd ? text : concat([slice(text, 0, mostOfEnd), plain(ellipsis)]);
  const partsOfFirst = [...first.matchAll(variablePart)];
  let [from, fromOfFirst] = [0, 0];
  for (const [at, {0: part, index}] of [...last.text.matchAll(variablePart)].entries()) {
    const {0: partOfFirst = '', index: indexOfFirst = -1} = partsOfFirst[at] ?? {};
    // Their fingerprints differ from here on.
    if (first.slice(fromOfFirst, indexOfFirst) !== last.text.slice(from, index)) break;
    const end = index + part.length;
    if (partOfFirst !== part) {
      const both = [plain(partOfFirst), slice(last, index, end)].map(shorten);
      parts.push(slice(last, from, index), ...both.slice(0, 1), plain(` ${ellipsis} `), ...both.slice(1));
    } else parts.push(slice(last, from, end));
    [from, fromOfFirst] = [end, indexOfFirst + partOfFirst.length];
  }
  const rest = slice(last, from, last.text.length);
  const restOfFirst = first.slice(fromOfFirst);
  // An example may be cut.
  if (rest.text.startsWith(restOfFirst) || restOfFirst.startsWith(rest.text)) return concat([...parts, rest]);
  // Lines that are watched may be of any kind.
  const differs = wordThatDiffers(restOfFirst, rest.text);
  parts.push(slice(rest, 0, differs), shorten(plain(restOfFirst.slice(differs))), plain(` ${ellipsis} `));
  return concat([...parts, slice(rest, differs, rest.text.length)]);
}

/** Returns the index of the first word that two texts do not share. */
function wordThatDiffers(a: string, b: string): number {
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return a.lastIndexOf(' ', at - 1) + 1;
}

/** Loss in gaps, whose number is the event's `count`. `marker`: the log's own, of the last gap. */
export type Lost = {readonly atLeast: number; readonly atMost: number; readonly marker?: Marker | undefined};

/** One gap as its marker says; several as `5 entries lost in 2 gaps`. A cut line lost its end, which is no entry. */
export function lostWords({count: gaps, atLeast, atMost, marker}: Lost & {readonly count: number}): string {
  if (gaps === 1 && marker && marker.kind !== 'line-cut') return markerText(marker);
  if (gaps === 1) return 'a line was cut; its rest is lost';
  if (atMost === 0 && marker?.kind !== 'unreadable' && marker?.kind !== 'not-recorded')
    return `${count(gaps)} lines were cut; their rest is lost`;
  if (atMost === 0) return `there are ${count(gaps)} gaps; how much is lost in them is unknown`;
  return `${lostAmount({atLeast, atMost})} lost in ${counted(gaps, 'gap', 'gaps')}`;
}
