import type {ConnectorError, ConnectorStats, ErrorsOfKind} from '../../engine/api/types.ts';
import {allErrors} from '../../engine/pipelines/stats-poller.ts';
import {errorCount, type KnownConnector} from '../../kit/facts/connectors.ts';
import type {ConnectorStep} from '../../kit/journal/milestones.ts';
import {factLines, factRows, fitted, keptRows, marginCells, nameColumn, paragraph} from '../../kit/pages/page-rows.ts';
import {type Block, itemBlock, stacked} from '../../kit/pages/sections.ts';
import {clip, wordOffsets} from '../../kit/terminal/fit.ts';
import type {Style} from '../../kit/terminal/style.ts';
import {concat, plain, type StyledText, slice} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {factsOf, pipelineMarkdown} from '../../kit/viewport/markdown.ts';
import {cutBeforeEnd} from '../../kit/words/excerpt.ts';
import {clean} from '../../lib/clean.ts';
import {
  byteSize,
  clockTime,
  count,
  counted,
  dateTime,
  fineDuration,
  fineMoment,
  rangeInWords,
  readTime,
} from '../../lib/format.ts';
import {textWidth} from '../../lib/width.ts';

/** Rows of a table are made with each frame: more connectors are counted only, the healthy ones first. */
const mostShown = 200;
/** From this width on, the table has a column for the stream. */
const widthWithStream = 100;
const noteIndent = 5;

const stateStyles: Readonly<Partial<Record<string, Style>>> = {
  failed: {fg: 1, bold: true},
  unhealthy: {fg: 1, bold: true},
  gone: {fg: 3},
  paused: {fg: 3},
  healthy: {fg: 2},
};

/** `now`: Unix time in ms; times of the last day have no date. `hasNotes`: as it is by itself, health and last error. */
type TableSize = {
  readonly width: number;
  readonly symbols: Symbols;
  readonly now: number;
  readonly hasNotes: boolean;
  readonly steps: readonly ConnectorStep[];
};

/** A row of each connector, with what it says of its health, its last error and what it did below it. */
export function connectorTable(connectors: readonly KnownConnector[], view: TableSize): Block {
  const {width, symbols, now, hasNotes, steps} = view;
  if (connectors.length === 0) return {rows: []};
  const shown = connectors.slice(0, mostShown);
  const names = nameColumn(['connector', ...shown.map(({name}) => name)], {width, symbols});
  const room = width - marginCells - textWidth(names('', {}).text);
  const columns = fitting(columnsOf(shown, width), room);
  const title = columns.map(({title, cells, isNumber}) => (isNumber ? title.padStart(cells) : title.padEnd(cells)));
  const heading = [
    plain(' Connectors', {bold: true}),
    fitted(
      concat([plain('   '), names('connector', {dim: true}), plain(`  ${title.join('  ')}`.trimEnd(), {dim: true})]),
      width,
      symbols,
    ),
  ];
  const blocks = shown.map((connector, index) => {
    const cells = columns.flatMap(({cells, isNumber, styled}, place) => {
      const text = styled[index] ?? plain('');
      // A blank at the end of a row would be cut off, as if it said something.
      const isLast = place === columns.length - 1;
      const blank = plain(isLast && !isNumber ? '' : ' '.repeat(Math.max(0, cells - textWidth(text.text))));
      return [plain('  '), ...(isNumber ? [blank, text] : [text, blank])];
    });
    const row = fitted(concat([plain('   '), names(connector.name, {}), ...cells]), width, symbols);
    const timeOf = (at: number) => fineMoment(at, now);
    const done = stepWords(connector, steps, timeOf).join(` ${symbols.dot} `);
    const said = [...(hasNotes ? notesOf(connector, timeOf) : []), ...(done === '' ? [] : [plain(done, {dim: true})])];
    const notes = said.flatMap((note) => noteRows(note, {width, symbols}));
    return itemBlock(connector.key, [row, ...notes]);
  });
  const more = connectors.length - shown.length;
  const rest = plain(`   and ${counted(more, 'other connector', 'other connectors')}`, {dim: true});
  return stacked([{rows: heading}, ...blocks, {rows: more > 0 ? [rest] : []}]);
}

/** A note below a connector's row, in two rows at most: its page has all of it. */
function noteRows(note: StyledText, {width, symbols}: Pick<TableSize, 'width' | 'symbols'>): readonly StyledText[] {
  const [, second, third] = wordOffsets(note.text, width - noteIndent);
  const {length} = note.text;
  const parts = [slice(note, 0, second ?? length), ...(second === undefined ? [] : [slice(note, second, length)])];
  const margin = plain(' '.repeat(noteIndent));
  return parts.map((part, row) => {
    const isCut = row === 1 && third !== undefined;
    const room = width - noteIndent;
    return concat([margin, isCut ? cutBeforeEnd(part, room, symbols.ellipsis) : clip(part, 0, room)]);
  });
}

type Column = {
  readonly title: string;
  readonly cells: number;
  readonly isNumber: boolean;
  readonly styled: readonly StyledText[];
};

function columnsOf(connectors: readonly KnownConnector[], width: number): readonly Column[] {
  const column = (title: string, isNumber: boolean, textOf: (each: KnownConnector) => StyledText): Column => {
    const styled = connectors.map(textOf);
    return {title, isNumber, styled, cells: Math.max(title.length, ...styled.map(({text}) => textWidth(text)))};
  };
  const number = (title: string, of: (stats: ConnectorStats) => number | undefined, words = count) =>
    column(title, true, ({stats}) => plain(numberWords(stats && of(stats), words)));
  return [
    ...(width < widthWithStream ? [] : [column('of', false, (each) => plain(clean(streamWords(each))))]),
    column('state', false, (each) => {
      const state = clean(connectorState(each));
      return plain(state, stateStyles[state] ?? {});
    }),
    number('records', ({records}) => records),
    number('bytes', ({bytes}) => bytes, byteSize),
    number('buffered', ({bufferedRecords}) => bufferedRecords),
    column('errors', false, (each) => plain(errorsWords(each), errorCount(each) > 0 ? {fg: 1} : {dim: true})),
  ];
}

/** Without those that say least, in this order, where the errors would be cut. */
function fitting(columns: readonly Column[], room: number): readonly Column[] {
  let left = columns;
  const cells = () => left.reduce((sum, each) => sum + 2 + each.cells, 0);
  for (const spare of ['bytes', 'buffered', 'records']) {
    if (cells() > room) left = left.filter(({title}) => title !== spare);
  }
  return left;
}

/** An unknown value in a table. */
const unknown = '–';

function numberWords(value: number | undefined, words: (value: number) => string): string {
  return value === undefined ? unknown : words(value);
}

function streamWords({kind, stats}: KnownConnector): string {
  return stats === undefined || stats.stream === '' ? kind : `${kind} ${stats.stream}`;
}

/** `54 parse, 2 transport`; `none`. */
function errorsWords({stats, failure}: KnownConnector): string {
  const {errors: logged = 0} = failure ?? {};
  if (logged > (stats ? allErrors(stats) : 0)) return `${count(logged)} in the log`;
  if (!stats) return unknown;
  const words = stats.errors.flatMap((errors) => (errors.count > 0 ? `${count(errors.count)} ${errors.kind}` : []));
  return words.length === 0 ? 'none' : words.join(', ');
}

/** Rows below that of a connector: why it failed or is unhealthy, and its last error. */
function notesOf(connector: KnownConnector, timeOf: (at: number) => string = dateTime): readonly StyledText[] {
  const {failure, stats, isGone} = connector;
  const description = stats?.health?.status === 'Healthy' ? '' : (stats?.health?.description ?? '');
  const last = lastError(connector);
  const isSame = last !== undefined && failure?.message.split('\n')[0] === last.message.split('\n')[0];
  return [
    ...(failure
      ? [plain(`${timeWords(failure.at, timeOf)}stopped with a fatal error: ${firstLine(failure.message)}`, {fg: 1})]
      : []),
    ...(isGone && !failure ? [plain('no longer in the statistics', {dim: true})] : []),
    ...(description === '' ? [] : [plain(firstLine(description), {fg: 1})]),
    ...(last && !isSame
      ? [
          plain(
            `${timeWords(readTime(last.time), timeOf)}${last.tag === undefined ? '' : `${clean(last.tag)}: `}${firstLine(last.message)}`,
          ),
        ]
      : []),
  ];
}

/** Words for what a connector has done, the oldest first: `12:00:41–12:09:02 end of input (60 times)`. */
function stepWords(
  {name}: KnownConnector,
  steps: readonly ConnectorStep[],
  timeOf: (at: number) => string = dateTime,
): readonly string[] {
  return steps.flatMap(({connector, at, firstAt, count: times, words}) => {
    if (connector !== name) return [];
    const isSpan = at !== undefined && firstAt !== undefined && timeOf(firstAt) !== timeOf(at);
    const time = isSpan ? `${rangeInWords(timeOf(firstAt), timeOf(at))} ` : timeWords(at, timeOf);
    return `${time}${words}${times === 1 ? '' : ` (${count(times)} times)`}`;
  });
}

function firstLine(text: string): string {
  return clean(text.split('\n')[0] ?? '');
}

function timeWords(at: number | undefined, timeOf: (at: number) => string = dateTime): string {
  return at === undefined || Number.isNaN(at) ? '' : `${timeOf(at)} `;
}

/** A connector with its errors in full, as text: title, what is known of it, and the errors with their titles. */
function connectorText({connector, steps}: OpenedConnector) {
  const {kind, name, stats, failure} = connector;
  const {health, latency} = stats ?? {};
  const number = (value: number | undefined, words = count) => (value === undefined ? undefined : words(value));
  const yesNo = (value: boolean | undefined) => (value === undefined ? undefined : value ? 'yes' : 'no');
  const errors = errorsWords(connector);
  const facts = factsOf({
    state: connectorState(connector),
    'fatal error': failure && `${timeWords(failure.at)}${failure.message}`,
    log: stepWords(connector, steps).join(', ') || undefined,
    [kind === 'input' ? 'input of' : 'output of']: stats?.stream || undefined,
    health: health && [health.status, health.description].filter((text) => text !== '').join(': '),
    records: number(stats?.records),
    bytes: number(stats?.bytes, byteSize),
    buffered: number(stats?.bufferedRecords, (value) => counted(value, 'record', 'records')),
    paused: yesNo(stats?.isPaused),
    'end of input': kind === 'input' ? yesNo(stats?.hasEnded) : undefined,
    latency: kind === 'input' && latency !== undefined ? `99 % within ${latencyWords(latency)}` : undefined,
    errors: errors === unknown ? undefined : errors,
  });
  return {name, facts, errors: errorEntries(stats).map(entryText)};
}

/** `3 ms`, `1.2 s`. */
function latencyWords(microseconds: number): string {
  const milliseconds = Math.ceil(microseconds / 1000);
  return milliseconds < 1000 ? `${milliseconds} ms` : fineDuration(milliseconds);
}

/** An error that the server still has, how many it has dropped at a place, or that it sends their number only. */
type ErrorEntry = {readonly of: ErrorsOfKind['kind']} & (
  | ({readonly kind: 'error'} & ConnectorError)
  | {readonly kind: 'dropped' | 'no-texts'; readonly count: number}
);

/** The errors of a connector, the newest first, with what the server no longer keeps where it is missing. */
function errorEntries(stats: Pick<ConnectorStats, 'errors'> | undefined): readonly ErrorEntry[] {
  const entries: {readonly at: number; readonly entry: ErrorEntry}[] = [];
  for (const {kind: of, count, retained} of stats?.errors ?? []) {
    if (retained === undefined && count > 0) entries.push({at: 0, entry: {kind: 'no-texts', of, count}});
    if (retained === undefined) continue;
    let index = 0;
    let at = 0;
    for (const error of retained) {
      const missing = error.index - index - 1;
      at = readTime(error.time) || 0;
      // They are older than the error after them, below which they stand.
      if (missing > 0) entries.push({at, entry: {kind: 'dropped', of, count: missing}});
      entries.push({at, entry: {kind: 'error', of, ...error}});
      index = error.index;
    }
    if (count > index) entries.push({at, entry: {kind: 'dropped', of, count: count - index}});
  }
  // Stable: those of the same time keep their order, newest first.
  return entries
    .toReversed()
    .toSorted((a, b) => b.at - a.at)
    .map(({entry}) => entry);
}

type EntryText = {readonly title: string; readonly text: string; readonly isError: boolean};

function entryText(entry: ErrorEntry): EntryText {
  if (entry.kind !== 'error') {
    return {title: moreErrorsWords(entry.count, entry.of, entry.kind), text: '', isError: false};
  }
  const tag = entry.tag === undefined ? '' : `  ${entry.tag}`;
  const title = `${timeWords(readTime(entry.time))}UTC  ${entry.of} error ${count(entry.index)}${tag}`;
  return {title, text: entry.message, isError: true};
}

/** A connector of a pipeline. What is read does not move: new errors are counted only. */
export type OpenedConnector = {
  readonly pipeline: string;
  readonly connector: KnownConnector;
  /** Unix time in ms of its statistics; undefined: the log alone knows it. */
  readonly at: number | undefined;
  readonly steps: readonly ConnectorStep[];
};

/** `now`: the connector as it is known by now. */
export function connectorRows(
  opened: OpenedConnector,
  now: KnownConnector | undefined,
  width: number,
): readonly StyledText[] {
  const {pipeline, connector, at} = opened;
  const since = now ? errorCount(now) - errorCount(connector) : 0;
  const title = concat([
    plain(` ${connector.name}`, {bold: true}),
    plain(`  of ${pipeline}${at === undefined ? '' : `, as of ${clockTime(at)} UTC`}`, {dim: true}),
    ...(since > 0 ? [plain(`  ${counted(since, 'error', 'errors')} since`, {fg: 3})] : []),
  ]);
  return [title, ...keptRows(connector, width, () => bodyOf(opened, width))];
}

function bodyOf(opened: OpenedConnector, width: number): readonly StyledText[] {
  const {facts, errors} = connectorText(opened);
  return [
    plain(''),
    ...factRows(facts, width),
    ...errors.flatMap(({title, text, isError}) => [
      plain(''),
      plain(` ${clean(title)}`, isError ? {bold: true} : {dim: true}),
      ...(text === '' ? [] : paragraph(text, width)),
    ]),
  ];
}

/** A connector as text: its errors alone, all of it, and all of it as Markdown. */
export function openedText(opened: OpenedConnector, server: string) {
  const {pipeline} = opened;
  const {name, facts, errors} = connectorText(opened);
  const titled = errors.map(({title, text}) => `${title}\n${text === '' ? '' : text.replace(/\n*$/, '\n')}`);
  const errorsText = titled.join('\n');
  const all = [['connector', name] as const, ...facts];
  return {
    file: `${pipeline}-connector`,
    errors: errorsText,
    text: [`${name} of ${pipeline}\n`, factLines(facts), ...titled].join('\n'),
    markdown: pipelineMarkdown({
      pipeline,
      server,
      facts: all,
      errors: errorsText === '' ? [] : [{title: 'Errors', text: errorsText.trimEnd()}],
    }),
  };
}

/** The table as text, with the notes below each connector. */
export function connectorsText(connectors: readonly KnownConnector[]): string {
  return connectors
    .map((connector) => {
      const notes = notesOf(connector).map(({text}) => `  ${text}\n`);
      const {stats} = connector;
      const numbers = [
        `records ${numberWords(stats?.records, count)}`,
        `bytes ${numberWords(stats?.bytes, byteSize)}`,
        `buffered ${numberWords(stats?.bufferedRecords, count)}`,
        `errors ${errorsWords(connector)}`,
      ];
      return `${connector.name} (${streamWords(connector)}): ${connectorState(connector)}, ${numbers.join(', ')}\n${notes.join('')}`;
    })
    .join('');
}

/** `312 more parse errors, no longer kept`. */
function moreErrorsWords(errors: number, of: string, because: 'dropped' | 'no-texts'): string {
  return because === 'dropped'
    ? `${counted(errors, `more ${of} error`, `more ${of} errors`)}, no longer kept`
    : `${counted(errors, `${of} error`, `${of} errors`)}, whose texts the server does not send`;
}

/** `failed`, or what is best known: `paused`, `ended`, `healthy`; `–` of a kind that tells nothing of its health. */
export function connectorState({failure, isGone, stats}: KnownConnector): string {
  if (failure) return 'failed';
  if (isGone) return 'gone';
  if (stats?.health && stats.health.status !== 'Healthy') return stats.health.status.toLowerCase();
  if (stats?.isPaused) return 'paused';
  if (stats?.hasEnded) return 'ended';
  return stats?.health ? 'healthy' : '–';
}

/** The newest error of a connector that the server has sent. */
function lastError(connector: KnownConnector): ConnectorError | undefined {
  return errorEntries(connector.stats).find((entry) => entry.kind === 'error');
}
