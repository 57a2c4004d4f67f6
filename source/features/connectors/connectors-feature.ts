import type {Log} from '../../engine/logs/log.ts';
import {hasProcess, type KnownStats} from '../../engine/pipelines/stats-poller.ts';
import {errorsIn, hasForgotten} from '../../kit/facts/connector-states.ts';
import type {KnownConnector} from '../../kit/facts/connectors.ts';
import {type ConnectorStep, MilestoneReader, milestonesOf} from '../../kit/journal/milestones.ts';
import {openAbout, openKind, openPage} from '../../kit/pages/page.ts';
import {paragraph} from '../../kit/pages/page-rows.ts';
import {copyErrors} from '../../kit/pages/page-text.ts';
import {type Section, stacked} from '../../kit/pages/sections.ts';
import type {Feature, Page, PipelinePart, Screen} from '../../kit/screen/screen.ts';
import {connectorErrorsOf, outageNow} from '../../kit/screen/server-state.ts';
import {plain} from '../../kit/terminal/styled-text.ts';
import {counted, dateTime} from '../../lib/format.ts';
import {activityRows, activityText} from './activity.ts';
import {connectorRows, connectorsText, connectorTable, type OpenedConnector, openedText} from './connector-table.ts';

/** Returns the steps of a log's newest run, the oldest first, as far as they were read. */
function stepsOf(log: Pick<Log, 'buffer' | 'errors'> | undefined): readonly ConnectorStep[] {
  const {firstId = 0} = log?.errors.connectors ?? {};
  return log ? milestonesOf(log.buffer).steps.filter(({id}) => id >= firstId) : [];
}

type ConnectorState = {readonly opened: OpenedConnector};

/**
 * A connector with its errors in full, opened from the page of its pipeline. It does not change: it shows what was known when it
 * was opened.
 */
const connectorPage: Page<ConnectorState> = {
  kind: 'connector',
  context: 'pipeline',
  motions: 'lines',
  where: 'on the page of a connector',
  showsStatistics: true,
  rows(screen, {opened}, {width}) {
    return connectorRows(opened, describedConnector(screen, opened.connector.key), width);
  },
  open(screen, {about}) {
    const {page} = screen.state;
    const name = screen.lookup.described.get()?.name;
    const connector = describedConnector(screen, about);
    if (name === undefined || !connector) return;
    const at = connector.stats && screen.services.stats.known.get().get(name)?.at;
    const steps = stepsOf(screen.services.logs.get(name));
    openPage(screen, connectorPage, {opened: {pipeline: name, connector, at, steps}}, {under: page});
  },
  conditions: () => ({hasText: true}),
  takes: textOf,
  redrawnBy: ({services}) => [services.stats.known],
  run: {
    'pipeline-open': (screen, {under}) => screen.dispatch({type: 'page', page: under}),
    'pipeline-copy': (screen, page) => copyErrors(screen, textOf(screen, page), page.kind),
  },
};

function textOf({services}: Screen, {opened}: ConnectorState) {
  return openedText(opened, services.serverUrl);
}

function describedConnector({lookup, events}: Screen, wanted: string | undefined): KnownConnector | undefined {
  const name = lookup.described.get()?.name;
  return name === undefined ? undefined : events.connectors.connectors(name).find(({key}) => key === wanted);
}

/** Sentences about the statistics, and a table of the connectors; their errors, if the page was opened for that. */
function connectorsSection(
  screen: Screen,
  name: string,
  {width, isAsked}: {readonly width: number; readonly isAsked: boolean},
): Section {
  const {stats, symbols, clock, catalog} = screen.services;
  const runs = hasProcess(screen.pipeline(name));
  const known = stats.known.get().get(name);
  const connectors = screen.events.connectors.connectors(name);
  const isOpened = catalog.find(name) !== undefined;
  const note = isOpened ? collectedNote(known) : statsNote(known, runs, isExplained(screen, name));
  const steps = isAsked ? stepsOf(screen.services.logs.get(name)) : [];
  const table = connectorTable(connectors, {width, symbols, now: clock.wall(), hasNotes: isAsked, steps});
  const others = connectorErrorsOf(screen, name).all - errorsIn(connectors);
  // An input that stopped with a fatal error is not in them.
  const none = !isOpened && known?.stats && connectors.length === 0 ? 'The statistics list no connectors' : undefined;
  const prose = (words: string | undefined) =>
    words === undefined ? [] : paragraph(words, width, {style: {dim: true}});
  const notes = [...prose(note), ...prose(none)];
  const hasTable = connectors.length > 0;
  const more = hasTable && others > 0 ? otherErrorsWords(others, hasForgotten(connectors)) : undefined;
  const blank = {rows: notes.length > 0 && hasTable ? [plain('')] : []};
  return {name: 'connectors', ...stacked([{rows: notes}, blank, table, {rows: prose(more)}])};
}

/** Says when the statistics of a support bundle were collected; undefined: it has none. */
function collectedNote(known: KnownStats | undefined): string | undefined {
  if (known?.at === undefined) return undefined;
  const {connectors = [], bufferedRecords = 0} = known.stats ?? {};
  const buffered = bufferedRecords > 0 ? `, ${counted(bufferedRecords, 'record', 'records')} buffered` : '';
  const rest = connectors.length === 0 ? `: no connectors${buffered}` : '';
  return `Statistics of ${dateTime(known.at)} UTC, when they were collected${rest}`;
}

/**
 * Says what cannot be known of the connectors, in a sentence; undefined: all is known. `runs`: the pipeline has a process.
 * `isExplained`: the page says why the server does not answer.
 */
function statsNote(known: KnownStats | undefined, runs: boolean, isExplained: boolean): string | undefined {
  const {stats, at, failure} = known ?? {};
  const problem = failure && failure.kind !== 'cancelled' ? failure.message : undefined;
  if (!stats || at === undefined) {
    if (isExplained) return runs ? 'No connector data' : undefined;
    if (problem !== undefined) return `No connector data: ${problem}`;
    return runs ? undefined : "No connector data: it isn't running, and pipetail has no earlier statistics";
  }
  if (!runs) return `Last known at ${dateTime(at)} UTC; the pipeline no longer runs`;
  if (isExplained) return `Statistics as of ${dateTime(at)} UTC`;
  if (problem !== undefined) return `Statistics as of ${dateTime(at)} UTC: ${problem}`;
  const isWithoutTexts = stats.connectors.some(({errors}) => errors.some((each) => each.count > 0 && !each.retained));
  return isWithoutTexts
    ? 'The texts of the errors are unknown: this version of Feldera sends only their number'
    : undefined;
}

/** Names the errors that the table lacks of the number above: the log may lack those of a failed connector. */
function otherErrorsWords(others: number, hasFailed: boolean): string {
  const why = hasFailed ? ', newer or from a failed connector' : ' yet';
  return `+ ${counted(others, 'error', 'errors')} this table doesn't show${why}`;
}

/** The last minute of a pipeline that runs. */
function minuteSection(screen: Screen, name: string, width: number): Section {
  const {stats, isUtf8} = screen.services;
  const view = {width, isUtf8, isExplained: isExplained(screen, name), memoryLimit: memoryLimitOf(screen.lookup, name)};
  const runs = hasProcess(screen.pipeline(name));
  return {name: 'minute', rows: runs ? activityRows(stats.known.get().get(name), view) : []};
}

/** Limit in MB, once the server has described the pipeline. */
function memoryLimitOf({described}: Screen['lookup'], name: string): number | undefined {
  const {name: of, answer} = described.get() ?? {};
  return of === name && answer?.kind === 'detail' ? answer.detail.memoryLimit : undefined;
}

/** The page says why the server does not answer. */
function isExplained(screen: Screen, name: string): boolean {
  return screen.services.catalog.find(name) === undefined && outageNow(screen) !== undefined;
}

/** It reads the log for what connectors have done. */
const connectorsPart: PipelinePart<MilestoneReader> = {
  name: 'connectors',
  above: 'connection',
  start: ({services}) => new MilestoneReader(services.clock),
  section: (screen, {name}, view) => connectorsSection(screen, name, view),
  read: ({services}, kept, pipeline) => kept.start(services.logs.get(pipeline)),
  goTo: (screen, _, key) => openAbout(screen, 'connector', key),
  isConnector: () => true,
  described: ({events}, {name}) => ({
    texts: [{title: 'Connectors', text: connectorsText(events.connectors.connectors(name))}],
  }),
  redrawnBy: ({changes}) => [changes],
};

export const connectors: Feature = {
  keys: {
    'log: show': [
      {
        id: 'connectors',
        opens: 'pipeline',
        section: 'connectors',
        keys: ['c'],
        help: 'connectors of the pipeline, and their errors',
      },
    ],
  },
  pages: [connectorPage],
  pageKeys: {
    pipeline: [
      {
        id: 'pipeline-connectors',
        keys: ['c'],
        help: 'go to its connectors, or close them',
        /** Does what the keys of other parts do, which are commands of the log and the list, too. */
        run(screen, keyName) {
          const {page} = screen.state;
          if (page?.kind !== 'pipeline') return;
          if (page.section === 'connectors') screen.dispatch({type: 'page', page: page.under});
          else openKind(screen, page.kind, {keyName, section: 'connectors'});
        },
      },
    ],
  },
  parts: [
    connectorsPart,
    {
      name: 'minute',
      above: 'connection',
      section: (screen, {name}, {width}) => minuteSection(screen, name, width),
      described({services, lookup}, {name}) {
        const text = activityText(services.stats.known.get().get(name), memoryLimitOf(lookup, name));
        return {texts: [{title: 'The last minute', text}]};
      },
    },
  ],
};
