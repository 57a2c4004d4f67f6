import {connectorTotal, errorsIn, hasForgotten} from '../../events/connector-states.ts';
import {connectorsOf, failuresInLog, type KnownConnector, type LoggedFailure} from '../../events/connectors.ts';
import {connectorTotalWords} from '../../events/event-words.ts';
import {counted} from '../../lib/format.ts';
import type {Log} from '../../logs/log.ts';
import {hasProcess} from '../../logs/stats-poller.ts';
import type {Style} from '../../terminal/style.ts';
import {plain} from '../../terminal/styled-text.ts';
import {type NoAnswer, noAnswer} from '../../words/failures.ts';
import type {Controller} from '../controller.ts';
import {copyPage} from '../handlers/copy.ts';
import type {OpenPage} from '../state/page.ts';
import {activityRows} from './activity.ts';
import {
  collectedNote,
  connectorRows,
  connectorTable,
  type OpenedConnector,
  openedText,
  statsNote,
} from './connectors.ts';
import {openPage, type Page} from './page.ts';
import {paragraph} from './page-rows.ts';
import {type Section, stacked} from './sections.ts';

const quiet: Style = {dim: true};

type ConnectorState = {readonly opened: OpenedConnector};

/**
 * A connector with its errors in full, opened from the page of its pipeline. It does not change: it shows what was known when it
 * was opened.
 */
export const connectorPage: Page<ConnectorState> = {
  ...{kind: 'connector', context: 'pipeline', motions: 'lines'},
  where: 'on the page of a connector',
  showsStatistics: true,
  rows(controller, {opened}, {width}) {
    const now = describedConnectors(controller).find(({key}) => key === opened.connector.key);
    return connectorRows(opened, now, width);
  },
  conditions: () => ({hasText: true}),
  takes: textOf,
  redrawnBy: ({services}) => [services.stats.known],
  run: {
    'pipeline-open': (controller, {under}) => controller.dispatch({type: 'page', page: under}),
    'pipeline-copy'(controller, page) {
      const text = textOf(controller, page);
      if (text.errors === '') controller.sayHint('no errors here', {id: 'pipeline-copy-page'}, 'copy the page');
      else void copyPage(controller, text, text.errors, {on: page.kind});
    },
  },
};

function textOf({services}: Controller, {opened: {pipeline, connector}}: ConnectorState) {
  return openedText(pipeline, connector, services.serverUrl);
}

/** The connectors of the described pipeline; empty while none is known. */
export function describedConnectors(controller: Controller): readonly KnownConnector[] {
  const name = controller.lookup.described.get()?.name;
  if (name === undefined) return [];
  if (controller.pipeline(name)) return controller.events.connectors.connectors(name);
  return connectorsOf(controller.services.stats.known.get().get(name), failuresOf(controller, name));
}

/** What the statistics say of the connectors, in sentences, and a table of them. */
export function connectorsSection(controller: Controller, name: string, width: number): Section {
  const {stats, symbols, clock, catalog} = controller.services;
  const runs = hasProcess(controller.pipeline(name));
  const known = stats.known.get().get(name);
  const connectors = describedConnectors(controller);
  const isOpened = catalog.find(name) !== undefined;
  const note = isOpened ? collectedNote(known) : statsNote(known, runs, isExplained(controller, name));
  const table = connectorTable(connectors, {width, symbols, now: clock.wall()});
  const others = errorsOf(controller, name).all - errorsIn(connectors);
  // An input that stopped with a fatal error is not in them.
  const none = !isOpened && known?.stats && connectors.length === 0 ? 'The statistics list no connectors' : undefined;
  const prose = (words: string | undefined) => (words === undefined ? [] : paragraph(words, width, {style: quiet}));
  const notes = [...prose(note), ...prose(none)];
  const hasTable = connectors.length > 0;
  const more = hasTable && others > 0 ? otherErrorsWords(others, hasForgotten(connectors)) : undefined;
  const blank = {rows: notes.length > 0 && hasTable ? [plain('')] : []};
  return {name: 'connectors', ...stacked([{rows: notes}, blank, table, {rows: prose(more)}])};
}

/** What the table lacks of the number above: the log may lack errors of a failed connector. */
function otherErrorsWords(others: number, hasFailed: boolean): string {
  const or = hasFailed ? ' or from a failed connector' : '';
  return `and ${counted(others, 'more error', 'more errors')}, newer than this table${or}`;
}

/** The last minute of a pipeline that runs. */
export function minuteSection(controller: Controller, name: string, width: number): Section {
  const {stats, isUtf8} = controller.services;
  const view = {width, isUtf8, isExplained: isExplained(controller, name)};
  const runs = hasProcess(controller.pipeline(name));
  return {name: 'minute', rows: runs ? activityRows(stats.known.get().get(name), view) : []};
}

/** The page says why the server does not answer. */
function isExplained(controller: Controller, name: string): boolean {
  return controller.services.catalog.find(name) === undefined && noAnswerNow(controller) !== undefined;
}

/** Opens a connector of the described pipeline over its page, with its errors in full. */
export function openConnector(controller: Controller, page: OpenPage, key: string): void {
  const name = controller.lookup.described.get()?.name;
  const connector = describedConnectors(controller).find((each) => each.key === key);
  if (name === undefined || !connector) return;
  const at = connector.stats && controller.services.stats.known.get().get(name)?.at;
  openPage(controller, connectorPage, {opened: {pipeline: name, connector, at}}, {under: page});
}

/** The number of connector errors of the last run: all of them, and in words. */
export function errorsOf(controller: Controller, name: string): {readonly all: number; readonly words: string} {
  const log = controller.services.logs.get(name)?.errors.connectors;
  const {errors, isCounted, isAtLeast} = controller.events.connectors.counted(name);
  const {all} = connectorTotal(errors, log);
  return {all, words: all === 0 && !isCounted ? '–' : connectorTotalWords(errors, log, {isAtLeast})};
}

/** For this page, whose times are UTC. */
export function noAnswerNow({services: {poller, clock}}: Controller): NoAnswer | undefined {
  const answer = noAnswer(poller.snapshot.get(), {now: clock.wall()});
  return answer && {...answer, since: `${answer.since} UTC`};
}

/** By log: a log's errors are read again when there are new ones. */
const readFailures = new WeakMap<Log, {errors: object; fromId: number; failures: readonly LoggedFailure[]}>();

/** The connectors that stopped with a fatal error in the newest run of an opened log. */
function failuresOf(controller: Controller, name: string): readonly LoggedFailure[] {
  const stream = controller.services.logs.get(name);
  if (!stream) return [];
  const tab = controller.state.tabs.find((each) => each.name === name);
  const fromId = (tab && controller.indexOf(tab)?.runs.at(-1)?.firstId) ?? 0;
  const errors = stream.errors.byKey;
  const read = readFailures.get(stream);
  if (read?.errors === errors && read.fromId === fromId) return read.failures;
  const failures = failuresInLog(stream, fromId);
  readFailures.set(stream, {errors, fromId, failures});
  return failures;
}
