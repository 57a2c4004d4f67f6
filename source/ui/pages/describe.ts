import type {Pipeline} from '../../api/types.ts';
import {count, dateTime} from '../../lib/format.ts';
import type {ConnectionEvent} from '../../streams/connection/state.ts';
import {clean} from '../../terminal/clean.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {pipelineMarkdown} from '../../viewport/markdown.ts';
import {oldServerWords} from '../../words/failures.ts';
import {type PipelineError, pipelineErrors, pipelineState} from '../../words/pipeline.ts';
import type {Controller} from '../controller.ts';
import {copyPage, openPipePrompt, openSavePrompt} from '../handlers/copy.ts';
import {withHint} from '../keys/commands.ts';
import type {Described} from '../services.ts';
import type {PageText} from '../state/view-state.ts';
import {labelled, paragraph} from './page-rows.ts';

/** Cells of the names of facts, and of the times of events. */
const factCells = 20;
const timeCells = 22;

export type EventsView = {
  /** Name of the tab; undefined if none is open. */
  readonly name: string | undefined;
  readonly server: string;
  /** Undefined until the server has answered. */
  readonly version: string | undefined;
  readonly events: readonly ConnectionEvent[];
  readonly width: number;
};

/**
 * What is not in a pipeline's log: its states with their times, deployment and compiler errors in full. `waited`: how
 * long the request has been in progress, such as `4 s`; undefined while that is short.
 */
export function describePage(
  described: Described | undefined,
  listed: Pipeline | undefined,
  width: number,
  waited?: string,
): readonly StyledText[] {
  if (!described) return [plain('')];
  const {answer} = described;
  const pipeline = answer?.kind === 'detail' ? answer.detail : listed;
  return [
    plain(` ${described.name}`, {bold: true}),
    plain(''),
    ...(pipeline ? facts(pipeline, width) : []),
    ...(answer === undefined ? [plain(''), plain(loadingWords(waited), {dim: true})] : []),
    ...(answer?.kind === 'failure' && answer.failure.kind !== 'cancelled'
      ? [plain(''), ...paragraph(`The request failed: ${answer.failure.message}`, width, {style: {fg: 1}})]
      : []),
    ...errors(pipeline, answer?.kind === 'detail' ? answer.detail.programError : undefined, width),
  ];
}

function loadingWords(waited: string | undefined): string {
  return waited === undefined ? ' loading' : ` waiting for the description of the pipeline, ${waited}`;
}

export const describeHandlers = {
  'describe-copy': (controller: Controller) =>
    take(controller, (page) => {
      if (page.errors === '')
        controller.say(withHint('no errors here', controller.commands, 'describe-copy-page', 'copies the page'));
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
  const answer = described?.answer;
  const pipeline = answer?.kind === 'detail' ? answer.detail : described && controller.pipeline(described.name);
  if (!pipeline || !answer) {
    controller.say(answer ? 'nothing to copy here' : 'still loading: press the key again');
    return;
  }
  const errors = pipelineErrors(pipeline, answer.kind === 'detail' ? answer.detail.programError : undefined);
  use({pipeline: pipeline.name, ...describedText(pipeline, errors, controller.services.serverUrl)});
}

/** A description as text, complete and unwrapped: its errors alone, all of it, and all of it as Markdown. */
export function describedText(pipeline: Pipeline, errors: readonly PipelineError[], server: string) {
  const facts = [['state', pipelineState(pipeline).word] as const, ...factsOf(pipeline)];
  const titled = errors.map(({title, text}) => `${title}\n${text.replace(/\n*$/, '\n')}`);
  return {
    errors: titled.join('\n'),
    text: [`${pipeline.name}\n`, facts.map(([name, value]) => `${name}: ${value}\n`).join(''), ...titled].join('\n'),
    markdown: pipelineMarkdown({
      ...{pipeline: pipeline.name, server, facts, errors},
    }),
  };
}

function facts(pipeline: Pipeline, width: number): readonly StyledText[] {
  const state = pipelineState(pipeline);
  return [
    concat([plain(' state'.padEnd(factCells)), plain(state.word, state.style)]),
    ...factsOf(pipeline).flatMap(([name, value]) => labelled(name, value, {cells: factCells, width})),
  ];
}

function factsOf(pipeline: Pipeline): readonly (readonly [name: string, value: string])[] {
  return [
    ...(pipeline.deploymentError ? ([['cause', pipeline.deploymentError.cause]] as const) : []),
    ['deployment', `${pipeline.deploymentStatus} since ${utc(pipeline.deploymentStatusSince)}`],
    ['desired', pipeline.deploymentDesiredStatus],
    ['program', `${pipeline.programStatus} since ${utc(pipeline.programStatusSince)}`],
    ['storage', pipeline.storageStatus],
    ['connector errors', pipeline.connectorErrors === undefined ? '–' : count(pipeline.connectorErrors)],
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

/** The server of a tab, and what happened to its connection and its pipeline, newest first. */
export function eventsPage({name, server, version, events, width}: EventsView): readonly StyledText[] {
  const old = oldServerWords(version);
  const heading = [
    plain(name === undefined ? ' Events' : ` Events of ${name}, newest first (UTC)`, {bold: true}),
    plain(` ${server}  Feldera ${version ?? 'of unknown version'}`, {dim: true}),
    ...(old === undefined ? [] : paragraph(old, width, {style: {fg: 3}})),
    plain(''),
  ];
  if (events.length === 0)
    return [...heading, plain(name === undefined ? ' no tab is open' : ' nothing has happened yet', {dim: true})];
  return [
    ...heading,
    ...events.toReversed().flatMap(({at, text}) => labelled(dateTime(at), text, {cells: timeCells, width})),
  ];
}
