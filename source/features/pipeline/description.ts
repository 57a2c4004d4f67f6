import {beyondCause} from '../../engine/api/parse-pipeline.ts';
import {hasState} from '../../engine/api/pipeline-state.ts';
import type {ApiFailure, Pipeline} from '../../engine/api/types.ts';
import {hasEnded} from '../../engine/logs/log-snapshot.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import {excerptOf, excerptsOf, positionIn} from '../../engine/program/program-excerpt.ts';
import {programThen} from '../../engine/program/program-version.ts';
import {notRecognised} from '../../engine/records/log-format.ts';
import {endedRun, type Run} from '../../engine/records/runs.ts';
import {keysNamed} from '../../kit/keys/commands.ts';
import {factLines, factRows, keptRows, pageTitle, paragraph} from '../../kit/pages/page-rows.ts';
import type {Section} from '../../kit/pages/sections.ts';
import {indexNamed} from '../../kit/screen/common.ts';
import {openedFacts} from '../../kit/screen/opened-facts.ts';
import type {PipelinePart, Problem, Screen} from '../../kit/screen/screen.ts';
import {connectorErrorsOf, outageNow} from '../../kit/screen/server-state.ts';
import type {Described} from '../../kit/screen/services.ts';
import type {PageText} from '../../kit/state/view-state.ts';
import {plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {type Fact, factsOf, pipelineMarkdown} from '../../kit/viewport/markdown.ts';
import {excerptRows} from '../../kit/viewport/program-rows.ts';
import type {Outage} from '../../kit/words/failure-words.ts';
import {
  compilerCause,
  failureCause,
  failureSentence,
  type PipelineError,
  pipelineErrors,
  tagWords,
} from '../../kit/words/pipeline-words.ts';
import {endWords, noEnd, runState} from '../../kit/words/run-words.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted, readTime} from '../../lib/format.ts';

/** Data that describes a pipeline: its states with their times, deployment and compiler errors in full. */
export type DescriptionView = {
  readonly described: Described;
  readonly symbols: Symbols;
  readonly listed: Pipeline | undefined;
  /** The number of connector errors, in words. */
  readonly connectorErrors?: string;
  readonly width: number;
  /** Time for which the request has been in progress, such as `4 s`; undefined while that is short. */
  readonly waited?: string | undefined;
  /** Which keys go to the parts below. */
  readonly parts?: string;
  /** Facts that a log that is a file tells itself. */
  readonly logged?: readonly Fact[];
  /** Facts about a log that is a file, such as its path. */
  readonly opened?: readonly Fact[];
  /** There are lines of its log. */
  readonly hadLog?: boolean;
  /** The server does not answer. */
  readonly unanswered?: Outage | undefined;
};

export function descriptionView(
  screen: Screen,
  described: Described,
  {width, waited}: Pick<DescriptionView, 'width' | 'waited'>,
): DescriptionView {
  const {name} = described;
  const opened = openedFacts(screen, name);
  return {
    described,
    width,
    waited,
    symbols: screen.services.symbols,
    listed: screen.pipeline(name),
    unanswered: outageNow(screen),
    connectorErrors: connectorErrorsOf(screen, name).words,
    parts: keysNamed(screen.commands, [
      ['changes', 'changes'],
      ['timeline', 'timeline'],
      ['connection', opened.length > 0 ? 'events' : 'connection'],
    ]),
    logged: loggedFacts(screen, name),
    opened,
    hadLog: (screen.services.logs.get(name)?.buffer.endId ?? 0) > 0,
  };
}

/** Rows of errors that leave place for the connectors on a screen of 35 rows; of longer errors `firstRows` are above those. */
const mostAbove = 24;
const firstRows = 10;

/** Sections of the description; other parts of the page stand between them. */
type DescriptionSections = {
  readonly title: Section;
  /** Numbers, and errors; another part says why the pipeline is in its state. */
  readonly state: Section;
  /** Facts that may be needed for a report, the whole configuration in a support bundle, and errors that are long. */
  readonly below: readonly Section[];
};

export function descriptionSections(view: DescriptionView): DescriptionSections {
  const {described, listed, connectorErrors, width, waited, parts = '', logged = [], opened = []} = view;
  const {unanswered, hadLog = false} = view;
  const {name, answer} = described;
  const {detail, configuration} = answer?.kind === 'detail' ? answer : {};
  const pipeline = detail ?? listed;
  const errors = pipeline ? keptRows(pipeline, width, () => errorRows(pipeline, view)) : [];
  const areLong = errors.length > mostAbove;
  const state = [
    ...factRows([...(pipeline ? stateFacts(pipeline, connectorErrors) : []), ...logged, ...opened], width),
    ...(answer === undefined ? [plain(loadingWords(waited), {dim: true})] : []),
    ...(answer?.kind === 'failure' && answer.failure.kind !== 'cancelled' && !unanswered
      ? paragraph(failureText(answer.failure, hadLog), width, {style: {fg: 1}})
      : []),
    ...(areLong ? [...errors.slice(0, firstRows), restBelow(errors)] : errors),
  ];
  const facts = pipeline ? factRows(otherFacts(pipeline, connectorErrors), width) : [];
  return {
    title: {name: 'title', rows: [parts === '' ? plain(` ${name}`, {bold: true}) : pageTitle(name, parts)]},
    state: {name: 'state', rows: withoutBlank(state)},
    below: [
      {name: 'facts', rows: headed('Details', facts)},
      {
        name: 'configuration',
        rows: headed('Configuration', configuration === undefined ? [] : paragraph(configuration, width)),
      },
      {name: 'errors', rows: areLong ? withoutBlank(errors) : []},
    ],
  };
}

function headed(heading: string, rows: readonly StyledText[]): readonly StyledText[] {
  return rows.length > 0 ? [plain(` ${heading}`, {bold: true}), ...rows] : [];
}

function restBelow(errors: readonly StyledText[]): StyledText {
  return plain(` … ${count(errors.length - firstRows)} more rows at the end of this page`, {dim: true});
}

/** Removes the blank row with which errors begin: it parts them from facts above, and there are none. */
function withoutBlank(rows: readonly StyledText[]): readonly StyledText[] {
  return rows[0]?.text === '' ? rows.slice(1) : rows;
}

function failureText(failure: Exclude<ApiFailure, {kind: 'cancelled'}>, hadLog: boolean): string {
  if (failure.reason !== 'unknown-pipeline') return `The request failed: ${failure.message}`;
  return hadLog
    ? 'Deleted: the server no longer has a pipeline of this name'
    : 'The server has no pipeline of this name';
}

/** The text of the page, complete and unwrapped: its errors alone, all of it, and all of it as Markdown. */
export function describedAsText(screen: Screen, keptOf: (part: PipelinePart) => unknown): PageText | Problem {
  const described = screen.lookup.described.get();
  if (!described?.answer) return {problem: 'still loading: press the key again'};
  const {name, answer} = described;
  const detail = answer.kind === 'detail' ? answer.detail : undefined;
  const pipeline = detail ?? screen.pipeline(name);
  const {serverUrl} = screen.services;
  const parts = screen.features.parts.map((part) => part.described?.(screen, described, keptOf(part)) ?? {});
  const opened = [...openedFacts(screen, name), ...loggedFacts(screen, name)];
  if (!pipeline && opened.length === 0) return {problem: 'nothing to copy here'};
  const title = pipeline?.name ?? name;
  const errors = pipeline ? pipelineErrors(pipeline, detail?.programError) : [];
  const sections = [
    ...parts.flatMap(({texts = []}) => texts),
    {title: 'Configuration', text: answer.kind === 'detail' ? (answer.configuration ?? '') : ''},
  ].filter(({text}) => pipeline && text !== '');
  const {words} = connectorErrorsOf(screen, title);
  const facts = pipeline
    ? [...parts.flatMap(({facts = []}) => facts), ...stateFacts(pipeline, words), ...otherFacts(pipeline, words)]
    : opened;
  const all = [...errors, ...sections.map(({title, text}) => ({title, text: text.trimEnd()}))];
  return {
    file: `${title}-description`,
    errors: errors.map(titled).join('\n'),
    text: [`${title}\n`, factLines(facts), ...all.map(titled)].join('\n'),
    markdown: pipelineMarkdown({pipeline: title, server: pipeline ? serverUrl : '', facts, errors: all}),
  };
}

function titled({title, text}: PipelineError): string {
  return `${title}\n${text.replace(/\n*$/, '\n')}`;
}

function loadingWords(waited: string | undefined): string {
  return waited === undefined ? ' loading' : ` waiting for the description of the pipeline, ${waited}`;
}

/** Returns the number of connector errors; none, or an unknown number, is said among the other facts. */
function stateFacts(pipeline: Pipeline, connectorErrors = '–'): readonly Fact[] {
  return hasState(pipeline) && !quietErrors.has(connectorErrors) ? [['connector errors', connectorErrors]] : [];
}

/** None, and an unknown number. */
const quietErrors: ReadonlySet<string> = new Set(['0', '–']);

function otherFacts(pipeline: Pipeline, connectorErrors = '–'): readonly Fact[] {
  const {deploymentStatus, deploymentStatusSince, deploymentDesiredStatus, description} = pipeline;
  const state = {
    deployment: `${deploymentStatus} since ${utc(deploymentStatusSince)}`,
    desired: deploymentDesiredStatus === deploymentStatus ? undefined : deploymentDesiredStatus || undefined,
    'connector errors': quietErrors.has(connectorErrors) && hasProcess(pipeline) ? connectorErrors : undefined,
  };
  return factsOf({
    description: description === '' ? undefined : description,
    tags: pipeline.tags?.length ? tagWords(pipeline) : undefined,
    ...(hasState(pipeline) && state),
    program: `${pipeline.programStatus} since ${utc(pipeline.programStatusSince)}`,
    storage: pipeline.storageStatus || undefined,
    id: pipeline.id,
    created: utc(pipeline.createdAt),
    platform: pipeline.platformVersion || undefined,
  });
}

type ErrorView = Pick<DescriptionView, 'described' | 'width' | 'symbols'>;

function errorRows(pipeline: Pipeline, view: ErrorView) {
  const {deploymentError: error, deploymentStatusSince} = pipeline;
  const {
    described: {answer},
    width,
    symbols,
  } = view;
  const detail = answer?.kind === 'detail' ? answer.detail : undefined;
  // The sentence above has it.
  const isSaid = failureSentence(pipeline, detail?.programError) !== undefined;
  const cause = isSaid ? failureCause(pipeline, detail?.programError) : undefined;
  const parts: (readonly StyledText[])[] = [];
  if (error) {
    const isOfProgram = detail && programThen(detail, readTime(deploymentStatusSince)) === 'same';
    const place = isOfProgram ? positionIn(error.message) : undefined;
    const excerpt = detail && place && excerptOf(detail.programCode, place);
    const message = isSaid ? beyondCause(error) : error.message.trim();
    const more = error.more.filter(([, text]) => text.trim() !== cause);
    if (message !== '' || excerpt || more.length > 0)
      parts.push([plain(''), plain(` Deployment error (${error.errorCode})`, {fg: 1, bold: true})]);
    if (excerpt) parts.push(excerptRows(excerpt, {width, symbols}), message === '' ? [] : [plain('')]);
    if (message !== '') parts.push(paragraph(message, width));
    for (const [place, text] of more) {
      parts.push([plain(''), plain(` ${place}`, {dim: true})], paragraph(text, width));
    }
  }
  if (!detail || detail.programErrors.length === 0) return parts.flat();
  parts.push([plain(''), plain(' Compiler', {fg: 1, bold: true})]);
  // The error is of the program of now: a change of it drops the error.
  const excerpts = excerptsOf(
    detail.programCode,
    detail.programErrors.map(({place}) => place),
  );
  for (const [at, {text, snippet}] of detail.programErrors.entries()) {
    const excerpt = excerpts[at];
    // Its column is marked below, in the program or in what the compiler quotes of it.
    const isTold = !text.trim().includes('\n') && compilerCause(text) === cause;
    parts.push(at === 0 ? [] : [plain('')], isTold ? [] : paragraph(text, width));
    if (excerpt) parts.push(excerptRows(excerpt, {width, symbols}));
    else if (snippet !== '') parts.push(paragraph(snippet, width));
  }
  return parts.flat();
}

/** `2026-11-25 09:17:30 UTC`, from RFC 3339 of any precision. */
function utc(time: string): string {
  return clean(time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'));
}

/** Returns what an opened log itself tells of its pipeline, as far as it was read; empty for any other tab. */
function loggedFacts(screen: Screen, name: string): readonly Fact[] {
  const {logs, catalog} = screen.services;
  const log = catalog.find(name) && logs.get(name);
  const runs = indexNamed(screen, name)?.runs.filter(({state}) => state !== 'unknown') ?? [];
  const last = runs.at(-1);
  if (!log) return [];
  const {endId} = log.buffer;
  const shown = last && hasEnded(log.snapshot.get()) ? endedRun(last, endId) : last;
  const groups = log.errors.byKey.size;
  const errors = [...log.errors.byKey.values()].reduce((sum, group) => sum + group.count, 0);
  const known = errors === 0 ? 'none' : `${count(errors)} of ${counted(groups, 'kind', 'kinds')}`;
  return factsOf({
    runs: shown && `${count(runs.length)}, the last one ${lastWords(shown)}`,
    errors: log.format.isRecognised === false ? `not known: ${notRecognised}` : known,
  });
}

/** Returns the words after `the last one`: `failed to start`. */
function lastWords(run: Run): string {
  const state = runState(run);
  if (state === 'start failed') return 'failed to start';
  return state === 'cut short' ? `${endWords(run)}, ${noEnd}` : endWords(run);
}
