import type {ApiFailure, PipelineDetail} from '../../api/types.ts';
import {compilePattern, type Pattern} from '../../buffer/pattern.ts';
import {bisect} from '../../lib/bisect.ts';
import {count, counted, fineMoment, readTime} from '../../lib/format.ts';
import {maskSteps} from '../../program/credentials.ts';
import {clean, isAscii} from '../../terminal/clean.ts';
import {wrapOffsets} from '../../terminal/fit.ts';
import {concat, overlay, plain, type StyledText, slice} from '../../terminal/styled-text.ts';
import {currentMatchStyle, matchStyle} from '../../viewport/entry-text.ts';
import {textMarkdownSteps} from '../../viewport/markdown.ts';
import {stateWord} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import type {ProgramLookup} from '../program-lookup.ts';
import type {PageText} from '../state/view-state.ts';
import {type Opened, openAs, openPage, type Page, type Problem} from './page.ts';
import {fitted, headingRows, type PageRows, pageTitle, paragraph} from './page-rows.ts';
import {whenDrawn} from './sections.ts';

type ProgramState = {
  readonly programs: ProgramLookup;
  readonly pipeline: string;
  /** The line that a message names, from 1; undefined: it was opened as a whole. */
  readonly line?: number | undefined;
  /** As typed. */
  readonly search?: string | undefined;
  /** The line of the last match that the user went to, from 1. */
  readonly match?: number | undefined;
};

/** A pipeline's program in SQL, whole. */
export const programPage: Page<ProgramState> = {
  ...{kind: 'program', context: 'program', name: 'program', where: 'on the page of the program', motions: 'lines'},
  keys: {
    ...{context: 'program', group: 'page of the program', motions: 'lines', close: ['q', 'p']},
    own: [
      {
        id: 'program-search',
        keys: ['/'],
        help: 'search the program: regex, smart case, as you type',
        hint: {hasText: 'find'},
      },
      {id: 'program-next-match', keys: ['n'], help: 'next match', hint: {isSearched: 'next'}},
      {id: 'program-previous-match', keys: ['N'], help: 'previous match'},
    ],
  },
  rows: rowsOf,
  takes: textOf,
  conditions: (_, {search}) => ({isSearched: search !== undefined}),
  redrawnBy: ({programs}) => [programs.changes],
  close(controller, page) {
    if (page.search === undefined) controller.dispatch({type: 'page', page: page.under});
    else change(controller, page, {search: undefined, match: undefined});
  },
  closed: ({programs}) => programs.stop(),
  content: (controller, {pipeline}) => controller.programs.get(pipeline)?.kind ?? '',
  run: {
    'program-search': search,
    'program-next-match': (controller, page) => goToMatch(controller, page, 1),
    'program-previous-match': (controller, page) => goToMatch(controller, page, -1),
  },
};

/** Over the open page. `line`: the one to show, from 1. */
export function openProgram(controller: Controller, pipeline: string, line?: number): void {
  const {programs, state} = controller;
  programs.want(pipeline);
  openPage(controller, programPage, {programs, pipeline, line}, {under: state.page});
  const page = openAs(controller.state.page, programPage);
  if (line !== undefined && page) change(controller, page, {offset: offsetOf(controller, pipeline, line)});
}

function change(
  controller: Controller,
  page: Opened<ProgramState>,
  by: Partial<Pick<Opened<ProgramState>, 'offset' | 'search' | 'match'>>,
): void {
  const changed: Opened<ProgramState> = {...page, ...by};
  controller.dispatch({type: 'page', page: changed});
}

/** A program, wrapped to a width in cells. */
type ProgramRows = {
  readonly width: number;
  readonly numberCells: number;
  readonly lines: readonly string[];
  /** The first row of each line, and the number of all rows. */
  readonly starts: readonly number[];
};

const made = new WeakMap<PipelineDetail, ProgramRows>();

function programRows(detail: PipelineDetail, width: number): ProgramRows {
  const before = made.get(detail);
  if (before?.width === width) return before;
  const lines = linesOf(detail.programCode);
  const numberCells = Math.max(4, String(lines.length).length + 1);
  const room = roomOf(width, numberCells);
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + Math.max(1, rowCount(line, room)));
  const rows = {width, numberCells, lines, starts};
  made.set(detail, rows);
  return rows;
}

/** Without the empty line behind the last newline. */
function linesOf(code: string): readonly string[] {
  return code.replace(/\n$/, '').split('\n');
}

function roomOf(width: number, numberCells: number): number {
  return Math.max(10, width - numberCells - 2);
}

function rowCount(line: string, room: number): number {
  return isAscii(line) ? Math.ceil(line.length / room) : rowStarts(line, room).length;
}

/** Where the rows of a line begin in its cleaned text. */
function rowStarts(line: string, room: number): readonly number[] {
  if (isAscii(line)) return Array.from({length: rowCount(line, room)}, (_, row) => row * room);
  return wrapOffsets(clean(line), room);
}

function rowsOf(controller: Controller, page: Opened<ProgramState>, {width}: {readonly width: number}): PageRows {
  const {programs, services} = controller;
  const {pipeline, search: typed} = page;
  const program = programs.get(pipeline);
  const title = (words: string) => fitted(pageTitle(`Program of ${pipeline}`, words), width, services.symbols);
  if (!program || program.kind === 'loading')
    return whenDrawn([title('loading')], () => isOpen(controller) && programs.want(pipeline));
  if (program.kind === 'failure')
    return [title('not known'), plain(''), ...paragraph(failedWords(program.failure), width, {style: {fg: 1}})];
  if (program.kind !== 'known') return [title('a log that is a file has no program')];
  const {detail} = program;
  const rows = programRows(detail, width);
  const pattern = typed === undefined ? undefined : patternOf(controller, typed);
  const heading = title(
    [
      ...(detail.programVersion === undefined ? [] : [`version ${count(detail.programVersion)}`]),
      detail.programCode === '' ? 'empty' : counted(rows.lines.length, 'line', 'lines'),
      `${stateWord(detail.programStatus)} since ${sinceWords(detail, services.clock.wall())}`,
    ].join(' · '),
  );
  return {
    length: headingRows + (rows.starts.at(-1) ?? 0),
    at: (row) =>
      row < headingRows ? (row === 0 ? heading : plain('')) : rowAt(rows, row - headingRows, page, pattern),
    spoken: {top: 0, end: headingRows},
  };
}

function rowAt(
  {lines, starts, numberCells, width}: ProgramRows,
  row: number,
  {line: named, match}: ProgramState,
  pattern: Pattern | undefined,
): StyledText | undefined {
  const at = bisect(0, lines.length, (line) => (starts[line] ?? 0) <= row) - 1;
  const line = lines[at];
  if (line === undefined) return undefined;
  const text = plain(clean(line), at + 1 === named ? {bold: true} : {});
  const ranges = pattern?.ranges(text.text) ?? [];
  const shown = overlay(text, ranges, at + 1 === match ? currentMatchStyle : matchStyle);
  const offsets = rowStarts(line, roomOf(width, numberCells));
  const part = row - (starts[at] ?? 0);
  const number = part === 0 ? String(at + 1) : '';
  return concat([
    plain(`${number.padStart(numberCells)}  `, at + 1 === named ? {bold: true} : {dim: true}),
    slice(shown, offsets[part] ?? 0, offsets[part + 1] ?? text.text.length),
  ]);
}

function sinceWords({programStatusSince}: PipelineDetail, now: number): string {
  const since = readTime(programStatusSince);
  return Number.isNaN(since) ? 'an unknown time' : fineMoment(since, now);
}

export function failedWords(failure: ApiFailure): string {
  return failure.kind === 'cancelled' ? '' : `The program could not be read: ${failure.message}`;
}

function isOpen({state}: Controller): boolean {
  return state.page?.kind === programPage.kind;
}

/** The offset at which a line is on the screen, with some above it. */
function offsetOf(controller: Controller, pipeline: string, line: number): number {
  const program = controller.programs.get(pipeline);
  if (program?.kind !== 'known') return 0;
  const {starts} = programRows(program.detail, controller.size.columns);
  return Math.max(0, headingRows + (starts[line - 1] ?? 0) - Math.floor(controller.pageHeight / 3));
}

/** The last pattern: one that was stopped stays so. */
let lastPattern: Pattern | undefined;

function patternOf({services}: Controller, source: string): Pattern {
  if (lastPattern?.source !== source)
    lastPattern = compilePattern(source, {timeLimit: services.timeLimit, earlier: lastPattern});
  return lastPattern;
}

function search(controller: Controller, before: Opened<ProgramState>): void {
  const find = (text: string, isRepeated = false) => {
    const search = text === '' ? undefined : text;
    change(controller, before, {search, match: undefined});
    if (search === undefined) return undefined;
    const isNext = isRepeated && search === before.search && before.match !== undefined;
    const from = isNext ? before.match + 1 : topLine(controller, before);
    const match = matchFrom(controller, {...before, search}, from, 1);
    if (match === undefined) return noMatchWords(controller, search);
    show(controller, {...before, search}, match);
    return undefined;
  };
  controller.dispatch({type: 'prompt', prompt: {kind: 'page-search', on: programPage.kind, text: '', before, find}});
}

/** The first line on the screen, from 1. */
function topLine(controller: Controller, {pipeline, offset}: Opened<ProgramState>): number {
  const program = controller.programs.get(pipeline);
  if (program?.kind !== 'known') return 1;
  const {starts, lines} = programRows(program.detail, controller.size.columns);
  return Math.max(
    1,
    bisect(0, lines.length, (line) => (starts[line] ?? 0) <= offset - headingRows),
  );
}

/** The first line with a match from `line` on, around the end. */
function matchFrom(controller: Controller, page: ProgramState, line: number, by: 1 | -1): number | undefined {
  const program = controller.programs.get(page.pipeline);
  if (program?.kind !== 'known' || page.search === undefined) return undefined;
  const pattern = patternOf(controller, page.search);
  const {lines} = programRows(program.detail, controller.size.columns);
  const longest = lines.reduce((most, {length}) => Math.max(most, length), 0);
  const find = () => {
    for (let step = 0, at = line - 1; step < lines.length; step++, at += by) {
      const place = (at + 2 * lines.length) % lines.length;
      if (pattern.test(clean(lines[place] ?? ''))) return place + 1;
    }
    return undefined;
  };
  return pattern.guardMany({total: program.detail.programCode.length, longest}, find);
}

function goToMatch(controller: Controller, page: Opened<ProgramState>, by: 1 | -1): void {
  const typed = page.search ?? controller.services.histories.patterns.entries[0];
  if (typed === undefined) {
    controller.sayHint('nothing was searched', {id: 'program-search'}, 'search');
    return;
  }
  const searched = {...page, search: typed};
  const from = page.match === undefined ? topLine(controller, page) : page.match + by;
  const match = matchFrom(controller, searched, from, by);
  if (match === undefined) controller.say(noMatchWords(controller, typed));
  else {
    if (page.match !== undefined && (by > 0 ? match <= page.match : match >= page.match))
      controller.say(by > 0 ? 'past the last match: now at the first' : 'past the first match: now at the last');
    show(controller, searched, match);
  }
}

function noMatchWords(controller: Controller, typed: string): string {
  return patternOf(controller, typed).whyStopped ?? `no line matches ${typed}`;
}

function show(controller: Controller, page: Opened<ProgramState>, match: number): void {
  change(controller, page, {match, offset: offsetOf(controller, page.pipeline, match)});
}

/** As the server has it; in Markdown, which is for others, without credentials. */
function textOf(controller: Controller, {pipeline}: ProgramState): PageText | Problem {
  const program = controller.programs.get(pipeline);
  if (program?.kind !== 'known')
    return {problem: program ? 'nothing to copy here' : 'still loading: press the key again'};
  const code = program.detail.programCode;
  if (code === '') return {problem: 'nothing to copy here'};
  const title = `Program of ${pipeline}`;
  return {
    ...{file: `${pipeline}-program`, extension: 'sql' as const, text: code},
    // Of a megabyte it takes a tenth of a second.
    *markdown() {
      const {text} = yield* maskSteps(code);
      return yield* textMarkdownSteps({title, server: controller.services.serverUrl, text});
    },
  };
}
