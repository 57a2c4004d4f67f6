import type {Pipeline} from '../../api/types.ts';
import {connectorTotal} from '../../events/connector-states.ts';
import {errorCount, type KnownConnector} from '../../events/connectors.ts';
import {connectorTotalWords} from '../../events/event-words.ts';
import {counted} from '../../lib/format.ts';
import {hasProcess} from '../../logs/stats-poller.ts';
import {clean} from '../../terminal/clean.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {type Fact, pipelineMarkdown} from '../../viewport/markdown.ts';
import {hasUnknownErrors, type NoAnswer, noAnswer, noAnswerWords} from '../../words/failures.ts';
import {type PipelineError, pipelineErrors, pipelineState} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import {pipelineOf} from '../handlers/common.ts';
import {copyPage} from '../handlers/copy.ts';
import type {Motion} from '../keys/command.ts';
import {loggedFacts, openedFacts} from '../opened.ts';
import type {Described} from '../services.ts';
import type {OpenPage} from '../state/page.ts';
import type {PageText} from '../state/view-state.ts';
import {activityRows, activityText, standstill} from './activity.ts';
import {connectorPage, describedConnectors} from './connector.ts';
import {type ConnectorTable, collectedNote, connectorsText, connectorTable, statsNote} from './connectors.ts';
import {closePages, type Opened, openPage, type Page, type PageView, type Problem} from './page.ts';
import {factCells, factLines, factRows, offsetToShow, paragraph} from './page-rows.ts';

type DescriptionView = {
  readonly described: Described;
  readonly listed: Pipeline | undefined;
  /** The number of connector errors, in words. */
  readonly connectorErrors?: string;
  readonly width: number;
  /** How long the request has been in progress, such as `4 s`; undefined while that is short. */
  readonly waited?: string | undefined;
  /** What the statistics say, below the errors that ended the pipeline. */
  readonly activity?: readonly StyledText[];
  /** Of a log that is a file. */
  readonly opened?: readonly Fact[];
  /** The server does not answer. */
  readonly unanswered?: NoAnswer | undefined;
};

/** `connector`: key of the one under the cursor; absent: the first. */
type DescribeState = {readonly connector?: string | undefined};

/** What is not in a pipeline's log: its states with their times, deployment and compiler errors in full. */
export const describePage: Page<DescribeState> = {
  ...{kind: 'describe', context: 'describe', name: 'description of the pipeline', motions: 'lines'},
  where: 'in the description of a pipeline',
  showsStatistics: true,
  explainsFailure: true,
  keys: {
    ...{context: 'describe', besides: 'page', group: 'description of a pipeline', motions: 'lines'},
    own: [
      {
        id: 'describe-open',
        keys: ['Enter', 'o'],
        help: 'the connector with its errors in full, or back',
        hint: {hasRow: 'connector'},
      },
      {id: 'describe-copy', keys: ['y'], help: 'copy its errors', hint: 'copy errors'},
    ],
    changes: {copy: {id: 'describe-copy-page'}},
  },
  open(controller) {
    const name = pipelineOf(controller);
    if (name !== undefined) openDescription(controller, name);
  },
  rows: describedRows,
  sections(controller, page) {
    const width = controller.size.columns;
    const {rows} = statsRows(controller, page, width);
    return {connectors: describedRows(controller, page, {width}).length - rows.length};
  },
  conditions: (controller) => ({hasRow: describedConnectors(controller).length > 0, hasText: true}),
  move: moveConnector,
  takes: textOf,
  redrawnBy: ({lookup, services}) => [lookup.described, services.stats.known],
  counts: true,
  run: {'describe-open': openChosen, 'describe-copy': copyErrors},
};

/** `section`: where it is opened; absent: at its top. */
export function openDescription(controller: Controller, pipeline: string, section?: 'connectors'): void {
  controller.lookup.start(pipeline);
  openPage(controller, describePage, {}, {section});
}

export function descriptionRows(view: DescriptionView): readonly StyledText[] {
  const {described, listed, connectorErrors, width, waited, activity = [], opened = [], unanswered} = view;
  const {answer} = described;
  const pipeline = answer?.kind === 'detail' ? answer.detail : listed;
  return [
    plain(` ${described.name}`, {bold: true}),
    plain(''),
    ...factRows(opened, width),
    ...(pipeline && opened.length > 0 ? [plain('')] : []),
    ...(pipeline ? facts(pipeline, width, {connectorErrors, answer: unanswered}) : []),
    ...(answer === undefined ? [plain(''), plain(loadingWords(waited), {dim: true})] : []),
    ...(answer?.kind === 'failure' && answer.failure.kind !== 'cancelled' && !unanswered
      ? [plain(''), ...paragraph(`The request failed: ${answer.failure.message}`, width, {style: {fg: 1}})]
      : []),
    ...errors(pipeline, answer?.kind === 'detail' ? answer.detail.programError : undefined, width),
    ...activity,
    ...(answer?.kind === 'detail' ? configurationRows(answer.configuration, width) : []),
  ];
}

/** Of a support bundle, whole. */
function configurationRows(configuration: string | undefined, width: number): readonly StyledText[] {
  if (configuration === undefined) return [];
  return [plain(''), plain(' Configuration', {bold: true}), ...paragraph(configuration, width)];
}

function describedRows(controller: Controller, page: DescribeState, {width, waited}: PageView): readonly StyledText[] {
  const described = controller.lookup.described.get();
  if (!described) return [plain('')];
  const listed = controller.pipeline(described.name);
  const activity = statsRows(controller, page, width).rows;
  const connectorErrors = errorsOf(controller, described.name).words;
  const opened = factsOfFile(controller);
  const unanswered = noAnswerNow(controller);
  return descriptionRows({described, listed, connectorErrors, width, waited, activity, opened, unanswered});
}

/** The errors of the connectors in the last run: all of them, and in words. */
function errorsOf(controller: Controller, name: string): {readonly all: number; readonly words: string} {
  const listed = controller.pipeline(name);
  const log = controller.logs.get(name)?.errors.connectors;
  const {errors} = controller.events.connectors.counted(name);
  const {all} = connectorTotal(errors, log);
  const isUnknown = all === 0 && (!listed || hasUnknownErrors(listed));
  return {all, words: isUnknown ? '–' : connectorTotalWords(errors, log)};
}

/** For this page, whose times are UTC. */
function noAnswerNow({services: {poller, clock}}: Controller): NoAnswer | undefined {
  const answer = noAnswer(poller.snapshot.get(), {now: clock.wall()});
  return answer && {...answer, since: `${answer.since} UTC`};
}

/** Of the described log, if it is a file: where it is, and what it tells itself. */
function factsOfFile(controller: Controller): readonly Fact[] {
  const name = controller.lookup.described.get()?.name;
  return name === undefined ? [] : [...openedFacts(controller, name), ...loggedFacts(controller, name)];
}

function statsRows(controller: Controller, page: DescribeState, width: number): ConnectorTable {
  const {stats, symbols, isUtf8, clock} = controller.services;
  const name = controller.lookup.described.get()?.name;
  if (name === undefined) return {rows: [], places: []};
  const runs = hasProcess(controller.pipeline(name));
  const known = stats.known.get().get(name);
  const connectors = describedConnectors(controller);
  const isOpened = controller.services.catalog.find(name) !== undefined;
  const isExplained = !isOpened && noAnswerNow(controller) !== undefined;
  const note = isOpened ? collectedNote(known) : statsNote(known, runs, isExplained);
  const still = runs ? standstill(known) : undefined;
  const table = connectorTable(connectors, chosenIn(connectors, page), {width, symbols, now: clock.wall()});
  const others = errorsOf(controller, name).all - connectors.reduce((sum, each) => sum + errorCount(each), 0);
  const rest =
    table.rows.length > 0 && others > 0 ? paragraph(otherErrorsWords(others), width, {style: {dim: true}}) : [];
  const sentences: readonly (readonly [text: string | undefined, style: Style])[] = [
    [note, {dim: true}],
    [still?.text, still?.isTrouble ? {fg: 3, bold: true} : {fg: 3}],
  ];
  const above = [
    ...sentences.flatMap(([text, style]) =>
      text === undefined ? [] : [plain(''), ...paragraph(text, width, {style})],
    ),
    ...(table.rows.length > 0 ? [plain('')] : []),
  ];
  const places = table.places.map((place) => ({
    ...place,
    row: place.row + above.length,
    end: place.end + above.length,
  }));
  const below = runs ? activityRows(known, {width, isUtf8, isExplained}) : [];
  return {rows: [...above, ...table.rows, ...rest, ...below], places};
}

/** What the table lacks of the number above. */
function otherErrorsWords(others: number): string {
  const words = counted(others, 'other error', 'other errors');
  return `and ${words}: newer than this table, or of a connector that failed`;
}

function chosenIn(connectors: readonly KnownConnector[], {connector}: DescribeState): string | undefined {
  return (connectors.find(({key}) => key === connector) ?? connectors[0])?.key;
}

/** With the cursor on the next connector, if it is on the screen or near it; undefined where the page scrolls. */
function moveConnector(controller: Controller, page: Opened<DescribeState>, motion: Motion): OpenPage | undefined {
  if (motion !== 'up' && motion !== 'down') return undefined;
  const {rows, places} = statsRows(controller, page, controller.size.columns);
  const at = places.findIndex(({key}) => key === chosenIn(describedConnectors(controller), page));
  const next = places[at + (motion === 'up' ? -1 : 1)];
  if (!next) return undefined;
  const height = controller.pageHeight;
  const all = describedRows(controller, page, {width: controller.size.columns});
  const row = all.length - rows.length + next.row;
  const end = row + next.end - next.row;
  // The page scrolls on until the connector comes: what is between them is read, too.
  if (row < page.offset - 1 || row > page.offset + height) return undefined;
  const offset = Math.min(offsetToShow(page.offset, {top: row, end}, height), row);
  return {...page, offset, ...{connector: next.key}};
}

function loadingWords(waited: string | undefined): string {
  return waited === undefined ? ' loading' : ` waiting for the description of the pipeline, ${waited}`;
}

/** The errors of a description; empty where none is copied. */
function copyErrors(controller: Controller): void {
  const text = textOf(controller);
  if ('problem' in text) controller.say(text.problem);
  else if (text.errors === '') controller.sayHint('no errors here', {id: 'describe-copy-page'}, 'copies the page');
  else void copyPage(controller, text, text.errors, {on: describePage.kind});
}

/** Opens the connector under the cursor; without connectors it closes the page. */
function openChosen(controller: Controller, page: Opened<DescribeState>): void {
  const name = controller.lookup.described.get()?.name;
  const connectors = describedConnectors(controller);
  const known = name === undefined ? undefined : controller.services.stats.known.get().get(name);
  const chosen = chosenIn(connectors, page);
  const connector = connectors.find(({key}) => key === chosen);
  if (name !== undefined && connector) {
    const opened = {pipeline: name, connector, at: connector.stats && known?.at};
    openPage(controller, connectorPage, {opened}, {under: page});
  } else if (name !== undefined && !known && hasProcess(controller.pipeline(name))) {
    controller.say('still loading: press the key again');
  } else closePages(controller);
}

/** The text of the page, and its errors alone. */
function textOf(controller: Controller): (PageText & {readonly errors: string}) | Problem {
  const described = controller.lookup.described.get();
  const connectors = describedConnectors(controller);
  const answer = described?.answer;
  const pipeline = answer?.kind === 'detail' ? answer.detail : described && controller.pipeline(described.name);
  const opened = factsOfFile(controller);
  if (described && answer && opened.length > 0 && !pipeline) {
    const {name: pipeline} = described;
    const text = `${pipeline}\n\n${factLines(opened)}`;
    const markdown = pipelineMarkdown({pipeline, server: '', facts: opened, errors: []});
    return {file: fileOf(pipeline), text, errors: '', markdown};
  }
  if (!pipeline || !answer) return {problem: answer ? 'nothing to copy here' : 'still loading: press the key again'};
  const errors = pipelineErrors(pipeline, answer.kind === 'detail' ? answer.detail.programError : undefined);
  const sections = [
    {title: 'Connectors', text: connectorsText(connectors)},
    {
      title: 'The last minute',
      text: activityText(controller.services.stats.known.get().get(described?.name ?? pipeline.name)),
    },
    {title: 'Configuration', text: (answer.kind === 'detail' && answer.configuration) || ''},
  ].filter(({text}) => text !== '');
  return {
    file: fileOf(pipeline.name),
    ...describedText({
      ...{pipeline, errors, sections},
      server: controller.services.serverUrl,
      connectorErrors: errorsOf(controller, pipeline.name).words,
      answer: noAnswerNow(controller),
    }),
  };
}

function fileOf(pipeline: string): string {
  return `${pipeline}-description`;
}

type DescribedText = {
  readonly pipeline: Pipeline;
  readonly errors: readonly PipelineError[];
  readonly server: string;
  /** What is below the errors. */
  readonly sections: readonly PipelineError[];
  readonly connectorErrors: string;
  readonly answer: NoAnswer | undefined;
};

/** A description as text, complete and unwrapped: its errors alone, all of it, and all of it as Markdown. */
function describedText({pipeline, errors, server, sections, connectorErrors, answer}: DescribedText) {
  const facts = [
    ...(hasState(pipeline) ? [['state', stateWords(pipeline, answer)] as const] : []),
    ...factsOf(pipeline, connectorErrors),
  ];
  const titled = ({title, text}: PipelineError) => `${title}\n${text.replace(/\n*$/, '\n')}`;
  const all = [...errors, ...sections.map(({title, text}) => ({title, text: text.trimEnd()}))];
  return {
    errors: errors.map(titled).join('\n'),
    text: [`${pipeline.name}\n`, factLines(facts), ...all.map(titled)].join('\n'),
    markdown: pipelineMarkdown({pipeline: pipeline.name, server, facts, errors: all}),
  };
}

function facts(
  pipeline: Pipeline,
  width: number,
  {connectorErrors, answer}: {readonly connectorErrors: string | undefined; readonly answer: NoAnswer | undefined},
): readonly StyledText[] {
  const words = stateWords(pipeline, answer);
  const {style} = pipelineState(pipeline);
  const state = answer
    ? factRows([['state', words]], width)
    : [concat([plain(' state'.padEnd(factCells)), plain(words, style)])];
  return [...(hasState(pipeline) ? state : []), ...factRows(factsOf(pipeline, connectorErrors), width)];
}

/** Once for the page: what follows is of the same time. */
function stateWords(pipeline: Pipeline, answer: NoAnswer | undefined): string {
  const {word} = pipelineState(pipeline);
  return answer ? noAnswerWords(answer, word) : word;
}

/** A support bundle has the configuration of the pipeline, without its state. */
function hasState({deploymentStatus}: Pipeline): boolean {
  return deploymentStatus !== '';
}

function factsOf(pipeline: Pipeline, connectorErrors = '–'): readonly Fact[] {
  return [
    ...(pipeline.deploymentError ? ([['cause', pipeline.deploymentError.cause]] as const) : []),
    ...(hasState(pipeline)
      ? ([
          ['deployment', `${pipeline.deploymentStatus} since ${utc(pipeline.deploymentStatusSince)}`],
          ['desired', pipeline.deploymentDesiredStatus],
        ] as const)
      : []),
    ['program', `${pipeline.programStatus} since ${utc(pipeline.programStatusSince)}`],
    ['storage', pipeline.storageStatus],
    ...(hasState(pipeline) ? [['connector errors', connectorErrors] as const] : []),
    ['id', pipeline.id],
    ['created', utc(pipeline.createdAt)],
    ['platform', pipeline.platformVersion],
    ...(pipeline.description === '' ? [] : ([['description', pipeline.description]] as const)),
  ];
}

function errors(pipeline: Pipeline | undefined, programError: string | undefined, width: number): StyledText[] {
  const rows: StyledText[] = [];
  const error = pipeline?.deploymentError;
  if (error) {
    rows.push(plain(''), plain(` Deployment error (${error.errorCode})`, {fg: 1, bold: true}));
    rows.push(...paragraph(error.message, width));
    for (const [place, text] of error.more) {
      rows.push(plain(''), plain(` ${place}`, {dim: true}), ...paragraph(text, width));
    }
  }
  if (programError !== undefined) {
    rows.push(plain(''), plain(' Compiler', {fg: 1, bold: true}), ...paragraph(programError, width));
  }
  return rows;
}

/** `2026-11-25 09:17:30 UTC`, from RFC 3339 of any precision. */
function utc(time: string): string {
  return clean(time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'));
}
