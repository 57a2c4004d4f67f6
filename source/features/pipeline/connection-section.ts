import type {ConnectionEvent} from '../../engine/connection/state.ts';
import type {Log} from '../../engine/logs/log.ts';
import {factRows, labelled, paragraph} from '../../kit/pages/page-rows.ts';
import {textsOf, titledText, wide} from '../../kit/pages/page-text.ts';
import type {Section} from '../../kit/pages/sections.ts';
import {tabOf} from '../../kit/screen/common.ts';
import {openedFacts} from '../../kit/screen/opened-facts.ts';
import type {Screen} from '../../kit/screen/screen.ts';
import {tabTitle} from '../../kit/screen/tabs.ts';
import {type PageText, pipelinesOf, type Tab} from '../../kit/state/view-state.ts';
import {plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Fact} from '../../kit/viewport/markdown.ts';
import {oldServerWords} from '../../kit/words/failure-words.ts';
import {markerText} from '../../kit/words/marker-words.ts';
import {dateTime} from '../../lib/format.ts';

/** Cells of the times of events. */
const timeCells = 22;

export type EventsView = {
  /** Name of the tab; undefined if none is open. */
  readonly name: string | undefined;
  readonly server: string;
  /** Version of the server; undefined until it has answered. */
  readonly version: string | undefined;
  /** Facts of an opened log, in place of a server. */
  readonly facts?: readonly Fact[];
  readonly events: readonly ConnectionEvent[];
  readonly width: number;
};

/**
 * The events of the tab of a pipeline: of its connection, its pipelines and their alert commands. Of the shown tab, if
 * that has the pipeline among others; without a pipeline, too.
 */
export function connectionSection(screen: Screen, pipeline: string | undefined, width: number): Section {
  const tab = tabWith(screen, pipeline);
  const {serverUrl: server, serverVersion, symbols, alerts} = screen.services;
  const source = tab && screen.logOf(tab);
  const pipelines = pipelinesOf(tab);
  const runs = alerts?.runs.get().filter((run) => pipelines.includes(run.pipeline)) ?? [];
  const name = tab && tabTitle(tab, screen.services.catalog.listed, symbols);
  const opened = tab ? openedFacts(screen, tab.name) : [];
  // Of the pipeline itself they are at the top of the page.
  const facts = tab?.name === pipeline ? [] : opened;
  const ofFile = source && opened.length > 0 ? eventsIn(source.buffer) : [];
  const end = screen.eventTracker.watch?.end ?? [];
  const events = [...(source?.snapshot.get().events ?? []), ...ofFile, ...runs, end].flat().sort((a, b) => a.at - b.at);
  const isFile = opened.length > 0;
  return {
    name: 'connection',
    rows: eventRows({name, server: isFile ? '' : server, version: serverVersion.get(), facts, events, width}),
  };
}

function tabWith(screen: Screen, pipeline: string | undefined): Tab | undefined {
  const {tab} = screen;
  return pipeline === undefined || pipelinesOf(tab).includes(pipeline) ? tab : tabOf(screen, pipeline);
}

/** Events that are shown of a file: a recording may have thousands. */
const mostOfFile = 200;

/** Returns the newest markers of a file: what happened to it, or to the log while it was recorded. */
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

export function connectionAsText(screen: Screen, pipeline: string | undefined): PageText {
  const texts = textsOf(connectionSection(screen, pipeline, wide).rows);
  const [title = '', ...below] = texts.map((text) => text.trimStart());
  return {file: `${pipeline ?? 'pipetail'}-events`, ...titledText(screen, title, below)};
}
