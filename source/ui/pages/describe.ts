import type {Pipeline} from '../../api/types.ts';
import {connectorTotal} from '../../events/connector-states.ts';
import {
  connectorsOf,
  errorCount,
  failuresInLog,
  type KnownConnector,
  type LoggedFailure,
} from '../../events/connectors.ts';
import {connectorTotalWords} from '../../events/event-words.ts';
import {counted} from '../../lib/format.ts';
import type {CountedLog} from '../../logs/log-source.ts';
import {hasProcess} from '../../logs/stats-poller.ts';
import {clean} from '../../terminal/clean.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {type Fact, pipelineMarkdown} from '../../viewport/markdown.ts';
import {hasUnknownErrors, type NoAnswer, noAnswer, noAnswerWords} from '../../words/failures.ts';
import {type PipelineError, pipelineErrors, pipelineState} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import {copyPage, openPipePrompt, openSavePrompt} from '../handlers/copy.ts';
import {loggedFacts, openedFacts} from '../opened.ts';
import type {Described} from '../services.ts';
import type {Page} from '../state/page.ts';
import type {PageText} from '../state/view-state.ts';
import {activityRows, activityText, standstill} from './activity.ts';
import {
  type ConnectorTable,
  collectedNote,
  connectorPage,
  connectorsText,
  connectorTable,
  openedText,
  statsNote,
} from './connectors.ts';
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

/** What is not in a pipeline's log: its states with their times, deployment and compiler errors in full. */
export function describePage(view: DescriptionView): readonly StyledText[] {
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

/** The rows of a description, or of the connector that was opened there. */
export function describeRows(controller: Controller, page: DescriptionPage, waited?: string): readonly StyledText[] {
  const width = controller.size.columns;
  const described = controller.lookup.described.get();
  if (page.kind === 'connector') {
    const now = describedConnectors(controller).find(({key}) => key === page.opened.connector.key);
    return connectorPage(page.opened, now, width);
  }
  if (!described) return [plain('')];
  const listed = controller.pipeline(described.name);
  const activity = statsRows(controller, page).rows;
  const connectorErrors = errorsOf(controller, described.name).words;
  const opened = factsOfFile(controller);
  const unanswered = noAnswerNow(controller);
  return describePage({described, listed, connectorErrors, width, waited, activity, opened, unanswered});
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

type DescriptionPage = Extract<Page, {kind: 'describe' | 'connector'}>;

/** The connectors of the described pipeline; empty while none is known. */
export function describedConnectors(controller: Controller): readonly KnownConnector[] {
  const name = controller.lookup.described.get()?.name;
  if (name === undefined) return [];
  if (controller.pipeline(name)) return controller.events.connectors.connectors(name);
  return connectorsOf(controller.services.stats.known.get().get(name), failuresOf(controller, name));
}

/** By log: a log's errors are read again when there are new ones. */
const readFailures = new WeakMap<CountedLog, {errors: object; fromId: number; failures: readonly LoggedFailure[]}>();

/** The connectors that failed for good in the newest run of an opened log. */
function failuresOf(controller: Controller, name: string): readonly LoggedFailure[] {
  const stream = controller.logs.get(name);
  if (!stream) return [];
  const tab = controller.state.tabs.find((each) => each.name === name);
  const fromId = (tab && controller.indexOf(tab)?.runs.at(-1)?.firstId) ?? 0;
  const errors = stream.errors.byKey;
  const read = readFailures.get(stream);
  if (read?.errors === errors && read.fromId === fromId) return read.failures;
  const failures = failuresInLog(stream.buffer, errors.values(), fromId);
  readFailures.set(stream, {errors, fromId, failures});
  return failures;
}

function statsRows(controller: Controller, page: Extract<Page, {kind: 'describe'}>): ConnectorTable {
  const {stats, symbols, isUtf8, clock} = controller.services;
  const name = controller.lookup.described.get()?.name;
  if (name === undefined) return {rows: [], places: []};
  const width = controller.size.columns;
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

function chosenIn(
  connectors: readonly KnownConnector[],
  {connector}: Extract<Page, {kind: 'describe'}>,
): string | undefined {
  return (connectors.find(({key}) => key === connector) ?? connectors[0])?.key;
}

/** Moves the cursor to the next connector, if it is on the screen or near it. Returns false where the page scrolls. */
export function moveConnector(controller: Controller, by: -1 | 1): boolean {
  const {page} = controller.state;
  if (page?.kind !== 'describe') return false;
  const {rows, places} = statsRows(controller, page);
  const at = places.findIndex(({key}) => key === chosenIn(describedConnectors(controller), page));
  const next = places[at + by];
  if (!next) return false;
  const height = controller.pageHeight;
  const row = describeRows(controller, page).length - rows.length + next.row;
  const end = row + next.end - next.row;
  // The page scrolls on until the connector comes: what is between them is read, too.
  if (row < page.offset - 1 || row > page.offset + height) return false;
  const offset = offsetToShow(page.offset, {top: row, end}, height);
  controller.dispatch({type: 'page', page: {...page, connector: next.key, offset: Math.min(offset, row)}});
  return true;
}

function loadingWords(waited: string | undefined): string {
  return waited === undefined ? ' loading' : ` waiting for the description of the pipeline, ${waited}`;
}

export const describeHandlers = {
  'describe-open'(controller: Controller) {
    const {page} = controller.state;
    const name = controller.lookup.described.get()?.name;
    const connectors = describedConnectors(controller);
    const known = name === undefined ? undefined : controller.services.stats.known.get().get(name);
    const chosen = page?.kind === 'describe' ? chosenIn(connectors, page) : undefined;
    const connector = connectors.find(({key}) => key === chosen);
    if (page?.kind === 'describe' && name !== undefined && connector) {
      const opened = {pipeline: name, connector, at: connector.stats && known?.at};
      controller.dispatch({type: 'page', page: {kind: 'connector', offset: 0, opened, under: page}});
    } else if (page?.kind === 'describe' && name !== undefined && !known && hasProcess(controller.pipeline(name))) {
      controller.say('still loading: press the key again');
    } else controller.dispatch({type: 'page', page: page?.kind === 'connector' ? page.under : undefined});
  },
  'describe-copy': (controller: Controller) =>
    take(controller, (page) => {
      if (page.errors === '') controller.sayHint('no errors here', 'describe-copy-page', 'copies the page');
      else void copyPage(controller, page, page.errors);
    }),
  'describe-copy-page': (controller: Controller) =>
    take(controller, (page) => void copyPage(controller, page, page.text)),
  'describe-markdown': (controller: Controller) =>
    take(controller, (page) => void copyPage(controller, page, page.markdown, 'md')),
  'describe-save': (controller: Controller) => take(controller, (page) => openSavePrompt(controller, page)),
  'describe-pipe': (controller: Controller) => take(controller, (page) => openPipePrompt(controller, page)),
};

/** Runs `use` on the text of the page, unless the server has not answered yet. */
function take(controller: Controller, use: (page: PageText & {readonly errors: string}) => void): void {
  const described = controller.lookup.described.get();
  const {page} = controller.state;
  const connectors = describedConnectors(controller);
  if (page?.kind === 'connector') {
    const {pipeline, connector} = page.opened;
    use(openedText(pipeline, connector, controller.services.serverUrl));
    return;
  }
  const answer = described?.answer;
  const pipeline = answer?.kind === 'detail' ? answer.detail : described && controller.pipeline(described.name);
  const opened = factsOfFile(controller);
  if (described && answer && opened.length > 0 && !pipeline) {
    const {name: pipeline} = described;
    const text = `${pipeline}\n\n${factLines(opened)}`;
    const markdown = pipelineMarkdown({pipeline, server: '', facts: opened, errors: []});
    use({page: 'describe', pipeline, text, errors: '', markdown});
    return;
  }
  if (!pipeline || !answer) {
    controller.say(answer ? 'nothing to copy here' : 'still loading: press the key again');
    return;
  }
  const errors = pipelineErrors(pipeline, answer.kind === 'detail' ? answer.detail.programError : undefined);
  const sections = [
    {title: 'Connectors', text: connectorsText(connectors)},
    {
      title: 'The last minute',
      text: activityText(controller.services.stats.known.get().get(described?.name ?? pipeline.name)),
    },
    {title: 'Configuration', text: (answer.kind === 'detail' && answer.configuration) || ''},
  ].filter(({text}) => text !== '');
  use({
    page: 'describe',
    pipeline: pipeline.name,
    ...describedText({
      ...{pipeline, errors, sections},
      server: controller.services.serverUrl,
      connectorErrors: errorsOf(controller, pipeline.name).words,
      answer: noAnswerNow(controller),
    }),
  });
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
