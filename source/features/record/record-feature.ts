import type {ApiFailure, PipelineDetail} from '../../engine/api/types.ts';
import {type ExcerptLine, type ProgramPlace, positionIn} from '../../engine/program/program-excerpt.ts';
import {programThen} from '../../engine/program/program-version.ts';
import {endpointIn} from '../../engine/records/suppressed.ts';
import {openAs, openPage} from '../../kit/pages/page.ts';
import {type PageRows, paragraph} from '../../kit/pages/page-rows.ts';
import {whenDrawn} from '../../kit/pages/sections.ts';
import {showsRecord, toggleFold} from '../../kit/screen/common.ts';
import {emptyLog} from '../../kit/screen/empty-log.ts';
import type {ProgramLookup} from '../../kit/screen/program-lookup.ts';
import type {Feature, Opening, Page, Screen} from '../../kit/screen/screen.ts';
import {clip} from '../../kit/terminal/fit.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {lineAsSent} from '../../kit/viewport/line-text.ts';
import {reveal} from '../../kit/viewport/position.ts';
import {excerptRows} from '../../kit/viewport/program-rows.ts';
import {adviceFor} from '../../kit/words/guide.ts';
import {markerText} from '../../kit/words/marker-words.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, dateTime, readTime} from '../../lib/format.ts';
import {recordRows} from './record-rows.ts';

/** A record whose message names a place in the program of its pipeline. */
type PlacedRecord = {
  readonly pipeline: string;
  readonly place: ProgramPlace;
  /** Unix time in ms; undefined: nothing tells it. */
  readonly at: number | undefined;
};

/** Bytes of a record that are searched for a place in the program. */
const mostRead = 8192;

/** Feldera's screen names a connector that has ended without quotes. */
const endedPattern = / (?:Input|Output) endpoint (\S+) failed/;

/** Returns the current record; undefined: there is none, or it names no place. */
function placedRecord(screen: Screen): PlacedRecord | undefined {
  const at = screen.paneOnScreen;
  if (!at || at.current === undefined) return undefined;
  const {index, source} = at.model;
  const head = index.headOf(at.current);
  const {merge, buffer} = source;
  if (buffer.markerAt(head) || buffer.lineAt(head) === undefined) return undefined;
  const origin = merge?.originAt(head);
  const pipeline = (origin === undefined ? undefined : merge?.names[origin]) ?? at.tab.pastOf ?? source.name;
  const place = placeIn(screen, head);
  return place && {pipeline, place, at: index.timeAt(head)};
}

function placeIn(screen: Screen, head: number): ProgramPlace | undefined {
  const {model} = screen.paneOnScreen ?? {};
  const first = model?.index.firstTextOf(head)?.subarray(0, mostRead);
  if (!model || !first) return undefined;
  const endpoint = endpointIn(first) ?? endedPattern.exec(lineAsSent(first).text)?.[1];
  if (endpoint !== undefined) return {kind: 'endpoint', endpoint};
  let text = '';
  for (const id of model.index.linesOf(head)) {
    const line = model.source.buffer.lineAt(id) ?? new Uint8Array();
    text += `${lineAsSent(line.subarray(0, mostRead)).text}\n`;
    if (text.length > mostRead) break;
  }
  return positionIn(text.slice(0, mostRead));
}

/** The lines of the program for a record that names a place in it, or why there are none. `width`: cells of a row. */
function programRowsOf(screen: Screen, record: PlacedRecord, width: number): readonly StyledText[] {
  const {programs, services} = screen;
  const {pipeline, place} = record;
  const known = programs.get(pipeline);
  if (known?.kind === 'file') return [];
  const heading = plain('program', {bold: true});
  const say = (words: string) => [plain(''), heading, ...paragraph(words, width, {indent: 0})];
  if (!known || known.kind === 'loading') return say('loading');
  if (known.kind === 'failure') return say(failedWords(known.failure));
  const {detail} = known;
  const then = programThen(detail, record.at);
  if (then !== 'same') return say(otherProgramWords[then](detail));
  const excerpt = programs.excerpt(pipeline, place);
  if (excerpt === 'reading') return say('loading');
  if (!excerpt) return say(`It has no ${placeWords(place)}.`);
  return [...say(shownWords(place, excerpt, detail)), ...excerptRows(excerpt, {width, symbols: services.symbols})];
}

function failedWords(failure: ApiFailure): string {
  return failure.kind === 'cancelled' ? '' : `The program could not be read: ${failure.message}`;
}

const otherProgramWords = {
  changed: ({programStatusSince}: PipelineDetail) =>
    `The program has changed since this run, or was compiled again, at ${dateTime(readTime(programStatusSince))} UTC: its lines may not be those of the run.`,
  unknown: () => 'Unknown whether the program has changed since this run: nothing tells the time of the record.',
} as const;

function placeWords(place: ProgramPlace): string {
  if (place.kind === 'position') return `line ${count(place.line)}`;
  return `table or view with a connector ${clean(place.endpoint)}`;
}

function shownWords(place: ProgramPlace, excerpt: readonly ExcerptLine[], {programVersion}: PipelineDetail): string {
  const version = programVersion === undefined ? '' : ` (version ${count(programVersion)})`;
  if (place.kind === 'position') return `Line ${count(place.line)}, column ${count(place.column)}${version}:`;
  const line = excerpt.find(({marked}) => marked)?.number ?? 1;
  return `${clean(place.endpoint)} is declared at line ${count(line)}${version}:`;
}

/** Bytes of a line in which a text of Feldera's guide is looked for, at each drawing. */
const mostAdvised = 16 * 1024;

type RecordState = {readonly programs: ProgramLookup};

/** A record in full. */
export const recordPage: Page<RecordState> = {
  kind: 'record',
  context: 'record',
  where: 'on the page of a record',
  motions: 'lines',
  showsFilters: true,
  keys: {
    context: 'record',
    group: 'page of a record',
    motions: 'lines',
    close: ['q', 'Enter'],
    own: [
      {id: 'record-next', keys: ['j'], help: 'next record', hint: 'next'},
      {id: 'record-previous', keys: ['k'], help: 'previous record', hint: 'previous'},
    ],
    changes: {
      copy: {help: 'copy the record', hint: 'copy'},
      markdown: {help: 'copy the record as Markdown, with its place', hint: 'copy with place'},
      save: {help: 'save the record to a file', hint: 'save'},
    },
  },
  run: {
    'record-next': (screen) => step(screen, 'next'),
    'record-previous': (screen) => step(screen, 'previous'),
  },
  open,
  rows: (screen, _, {width}) => rowsOf(screen, width),
  takes: () => 'record',
  redrawnBy: ({programs}) => [programs.changes],
  closed: ({programs}) => programs.stop(),
};

function open(screen: Screen, {keyName}: Opening): void {
  const at = screen.paneOnScreen;
  if (!at || at.current === undefined) {
    openClosest(screen);
    return;
  }
  if (showsRecord(screen, keyName, 'open this record')) return;
  const fold = at.model.folds.at(at.current);
  // An error has more to show than how often it came, and how many like it were suppressed.
  if (fold?.open === false && fold.of !== 'suppressed' && fold.of !== 'repeats') toggleFold(screen);
  else openRecord(screen);
}

/** To the next or previous shown record in the order of first lines: lines of two records may be mixed. */
function step(screen: Screen, direction: 'next' | 'previous'): void {
  const at = screen.paneOnScreen;
  if (!at || at.current === undefined) return;
  const {index} = at.model;
  const {entries} = at.geometry;
  const head = index.headOf(at.current);
  const {firstId} = at.model.source.buffer;
  const step = (from: number) => (direction === 'next' ? entries.atOrAfter(from + 1) : entries.atOrBefore(from - 1));
  // A record whose first line has left the scrollback is reached at any line that is left.
  const isOther = (id: number) => {
    const its = index.headOf(id);
    return its !== head && (its === id || its < firstId);
  };
  let id = step(Math.max(head, direction === 'next' ? firstId - 1 : head));
  while (id !== undefined && !isOther(id)) id = step(id);
  if (id === undefined) {
    screen.say(direction === 'next' ? 'this is the last record' : 'this is the first record');
    return;
  }
  screen.changePane({position: reveal(at.tab.pane.position, at.geometry, id)});
  openRecord(screen);
}

/** A record that names a place in the program needs it. */
function openRecord(screen: Screen): void {
  const {programs} = screen;
  const placed = placedRecord(screen);
  if (placed) programs.want(placed.pipeline);
  openPage(screen, recordPage, {programs});
}

function rowsOf(screen: Screen, width: number): PageRows {
  const at = screen.paneOnScreen;
  if (!at || at.current === undefined) return [plain(' nothing here', {dim: true})];
  const {index, source, folds} = at.model;
  const head = index.headOf(at.current);
  const similar = folds.at(at.current)?.of === 'repeats' ? folds.foldedAt(at.current) : 1;
  const marker = source.buffer.markerAt(head);
  const origin = source.merge?.originAt(head);
  const name = clean((origin === undefined ? undefined : source.merge?.names[origin]) ?? source.name);
  const heading = ` ${name}${marker ? '' : `  line ${count(head + 1)}`}${similar > 1 ? `, the first of ${count(similar)} similar records` : ''}`;
  const title = [clip(plain(heading, {bold: true}), 0, width), plain('')];
  if (marker) return [...title, ...paragraph(markerText(marker), width)];
  const {buffer} = source;
  const {format} = buffer;
  // Without what is in front of the lines of a container.
  const linePartAt = (id: number) => {
    const line = buffer.lineAt(id);
    return line?.subarray(format?.prefixLength?.(line, id) ?? 0);
  };
  const lines = index.linesOf(head).flatMap((id) => linePartAt(id) ?? []);
  const {offsetAt, symbols} = screen.services;
  const placed = placedRecord(screen);
  const advice = adviceFor(lines.map((line) => line.toString('utf8', 0, mostAdvised)).join('\n'));
  const suppressed = source.suppressed.between(head, head + 1, () => true);
  const say = (...texts: string[]) => [plain(''), ...texts.flatMap((text) => paragraph(text, width - 2, {indent: 0}))];
  const rows = recordRows(lines, {
    width: width - 2,
    offsetAt,
    symbols,
    canonical: format && buffer.canonicalAt(head),
    level: index.levelAt(head),
    at: index.timeAt(head),
    more: [
      ...(suppressed > 0 ? say(`${counted(suppressed, 'more like it was', 'more like it were')} suppressed`) : []),
      ...(advice ? say(`Feldera's guide: ${advice.sentence}`, advice.address) : []),
      ...(placed ? programRowsOf(screen, placed, width - 2) : []),
    ],
  });
  const shown = [...title, ...rows.map((row) => concat([plain(' '), row]))];
  if (!placed) return shown;
  const isOpen = () => openAs(screen.state.page, recordPage) !== undefined;
  return whenDrawn(shown, () => isOpen() && screen.programs.want(placed.pipeline));
}

export const record: Feature = {
  keys: {
    'log: show': [
      {
        id: 'record-page',
        opens: 'record',
        keys: ['Enter'],
        help: 'open the record page, or a folded row',
        core: {task: 'log', words: 'the record in full'},
        hint: {isOnFold: 'open', isOnRecord: 'record'},
      },
    ],
  },
  pages: [recordPage],
};

/** Opens the pipeline that was meant in place of a missing one; does nothing for any other tab. */
function openClosest(screen: Screen): void {
  const empty = emptyLog(screen);
  if (empty?.kind !== 'no-pipeline' || empty.closest === undefined) return;
  screen.tabSwitcher.replace(empty.name, empty.closest);
}
