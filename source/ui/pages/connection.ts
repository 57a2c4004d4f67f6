import {dateTime} from '../../lib/format.ts';
import type {ConnectionEvent} from '../../logs/connection/state.ts';
import type {Log} from '../../logs/log.ts';
import {plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Fact} from '../../viewport/markdown.ts';
import {oldServerWords} from '../../words/failures.ts';
import {markerText} from '../../words/markers.ts';
import type {Controller} from '../controller.ts';
import {tabOf} from '../handlers/common.ts';
import {openedFacts} from '../opened.ts';
import {type PageText, pipelinesOf, type Tab} from '../state/view-state.ts';
import {tabTitle} from '../tabs.ts';
import {factRows, labelled, paragraph} from './page-rows.ts';
import {textsOf, titledText, wide} from './page-text.ts';
import type {Section} from './sections.ts';

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

/**
 * The events of the tab of a pipeline: of its connection, its pipelines and their alert commands. Of the shown tab, if
 * that has the pipeline among others; without a pipeline, too.
 */
export function connectionSection(controller: Controller, pipeline: string | undefined, width: number): Section {
  const tab = tabWith(controller, pipeline);
  const {serverUrl: server, serverVersion, symbols, alerts} = controller.services;
  const source = tab && controller.logOf(tab);
  const pipelines = pipelinesOf(tab);
  const runs = alerts?.runs.get().filter((run) => pipelines.includes(run.pipeline)) ?? [];
  const name = tab && tabTitle(tab, controller.services.catalog.listed, symbols);
  const opened = tab ? openedFacts(controller, tab.name) : [];
  // Of the pipeline itself they are at the top of the page.
  const facts = tab?.name === pipeline ? [] : opened;
  const ofFile = source && opened.length > 0 ? eventsIn(source.buffer) : [];
  const end = controller.eventFeed.watch?.end ?? [];
  const events = [...(source?.snapshot.get().events ?? []), ...ofFile, ...runs, end].flat().sort((a, b) => a.at - b.at);
  const isFile = opened.length > 0;
  return {
    name: 'connection',
    rows: eventRows({name, server: isFile ? '' : server, version: serverVersion.get(), facts, events, width}),
  };
}

function tabWith(controller: Controller, pipeline: string | undefined): Tab | undefined {
  const {tab} = controller;
  return pipeline === undefined || pipelinesOf(tab).includes(pipeline) ? tab : tabOf(controller, pipeline);
}

/** Events that are shown of a file: a recording may have thousands. */
const mostOfFile = 200;

/** What happened to a file, or to the log while it was recorded: its newest markers. */
function eventsIn(buffer: Log['buffer']): readonly ConnectionEvent[] {
  const markers = [...buffer.markers()].slice(-mostOfFile);
  return markers.map(([, marker]) => ({at: marker.at, text: markerText(marker)}));
}

/** The server of a tab, and what happened to its connection and its pipeline, newest first. */
export function eventRows({name, server, version, facts = [], events, width}: EventsView): readonly StyledText[] {
  const old = oldServerWords(version);
  // A file has no connection.
  const what = server === '' ? 'Events' : 'Connection';
  const heading = [
    plain(name === undefined ? ' Connection' : ` ${what} of ${name}  newest first, UTC`, {bold: true}),
    ...factRows(facts, width),
    ...(facts.length > 0 || server === ''
      ? []
      : [plain(` ${server}  Feldera ${version ?? 'of unknown version'}`, {dim: true})]),
    ...(old === undefined ? [] : paragraph(old, width, {style: {fg: 3}})),
  ];
  if (events.length === 0)
    return [...heading, plain(name === undefined ? ' no tab is open' : ' no events yet', {dim: true})];
  return [
    ...heading,
    ...events.toReversed().flatMap(({at, text}) => labelled(dateTime(at), text, {cells: timeCells, width})),
  ];
}

/** The same as text. */
export function connectionAsText(controller: Controller, pipeline: string | undefined): PageText {
  const texts = textsOf(connectionSection(controller, pipeline, wide).rows);
  const [title = '', ...below] = texts.map((text) => text.trimStart());
  return {file: `${pipeline ?? 'pipetail'}-events`, ...titledText(controller, title, below)};
}
