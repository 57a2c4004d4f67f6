import {dateTime} from '../../lib/format.ts';
import type {ConnectionEvent} from '../../logs/connection/state.ts';
import type {Log} from '../../logs/log.ts';
import {plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Fact} from '../../viewport/markdown.ts';
import {oldServerWords} from '../../words/failures.ts';
import {markerText} from '../../words/markers.ts';
import type {Controller} from '../controller.ts';
import {openedFacts} from '../opened.ts';
import {pipelinesOf} from '../state/view-state.ts';
import {tabTitle} from '../tabs.ts';
import {openPage, type Page} from './page.ts';
import {factRows, labelled, paragraph} from './page-rows.ts';

/** The latest events of the shown tab. */
export const eventsPage: Page = {
  kind: 'events',
  context: 'page',
  name: 'events of the connection',
  where: 'on pages of text',
  motions: 'lines',
  keys: {
    ...{context: 'page', group: 'other pages', motions: 'lines', close: ['q', 'Enter']},
    yieldsTakes: true,
    changes: {
      up: {id: 'page-line-up', help: 'a line up; in a description the connector above'},
      down: {id: 'page-line-down', help: 'a line down, or the connector below'},
    },
  },
  open: (controller) => openPage(controller, eventsPage, {}),
  rows: (controller, _, {width}) => eventsOf(controller, width),
  redrawnBy: ({services}) => (services.alerts ? [services.alerts.runs] : []),
};

/** Cells of the times of events. */
const timeCells = 22;

export type EventsView = {
  /** Name of the tab; undefined if none is open. */
  readonly name: string | undefined;
  readonly server: string;
  /** Undefined until the server has answered. */
  readonly version: string | undefined;
  /** Of an opened log, in place of a server. */
  readonly facts?: readonly Fact[];
  readonly events: readonly ConnectionEvent[];
  readonly width: number;
};

/** The events of the shown tab: of its connection, its pipelines and their alert commands. */
function eventsOf(controller: Controller, width: number): readonly StyledText[] {
  const {tab} = controller;
  const {serverUrl: server, serverVersion, symbols, alerts} = controller.services;
  const source = tab && controller.logOf(tab);
  const pipelines = pipelinesOf(tab);
  const runs = alerts?.runs.get().filter(({pipeline}) => pipelines.includes(pipeline)) ?? [];
  const name = tab && tabTitle(tab, controller.services.catalog.listed, symbols);
  const facts = tab ? openedFacts(controller, tab.name) : [];
  const ofFile = source && facts.length > 0 ? eventsIn(source.buffer) : [];
  const end = controller.eventFeed.watch?.end ?? [];
  const events = [...(source?.snapshot.get().events ?? []), ...ofFile, ...runs, end].flat().sort((a, b) => a.at - b.at);
  return eventRows({name, server, version: serverVersion.get(), facts, events, width});
}

/** Events that are shown of a file: a recording may have thousands. */
const mostOfFile = 200;

/** What happened to a file, or to the log while it was recorded: its newest markers. */
function eventsIn(buffer: Log['buffer']): readonly ConnectionEvent[] {
  const markers = [...buffer.markers()].filter(([, {kind}]) => kind !== 'drawn').slice(-mostOfFile);
  return markers.map(([, marker]) => ({at: marker.at, text: markerText(marker)}));
}

/** The server of a tab, and what happened to its connection and its pipeline, newest first. */
export function eventRows({name, server, version, facts = [], events, width}: EventsView): readonly StyledText[] {
  const old = oldServerWords(version);
  const heading = [
    plain(name === undefined ? ' Events' : ` Events of ${name}, newest first (UTC)`, {bold: true}),
    ...(facts.length > 0 ? [plain(''), ...factRows(facts, width)] : []),
    ...(facts.length > 0 || server === ''
      ? []
      : [plain(` ${server}  Feldera ${version ?? 'of unknown version'}`, {dim: true})]),
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
