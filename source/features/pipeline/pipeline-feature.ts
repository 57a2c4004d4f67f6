import type {ConnectionEvent} from '../../engine/connection/state.ts';
import type {Log} from '../../engine/logs/log.ts';
import {hasProcess} from '../../engine/pipelines/stats-poller.ts';
import type {Conditions} from '../../kit/keys/commands.ts';
import {closePages, keptBy, openAs, openPage, rowsOf} from '../../kit/pages/page.ts';
import {factRows, labelled, paragraph, scrollOffset} from '../../kit/pages/page-rows.ts';
import {copyErrors, textsOf, titledText, wide} from '../../kit/pages/page-text.ts';
import {joinSections, type Section, whenDrawn} from '../../kit/pages/sections.ts';
import {pipelineOf, tabOf} from '../../kit/screen/common.ts';
import {openedFacts} from '../../kit/screen/opened-facts.ts';
import type {Feature, Opened, Opening, Page, PageView, PipelinePart, Problem, Screen} from '../../kit/screen/screen.ts';
import {listFailureWords, sayNoPipeline} from '../../kit/screen/server-state.ts';
import {tabTitle} from '../../kit/screen/tabs.ts';
import {type Chosen, withUnder} from '../../kit/state/page-state.ts';
import {type PageText, pipelinesOf, type Tab} from '../../kit/state/view-state.ts';
import {plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Fact} from '../../kit/viewport/markdown.ts';
import {oldServerWords} from '../../kit/words/failure-words.ts';
import {markerText} from '../../kit/words/marker-words.ts';
import {dateTime} from '../../lib/format.ts';
import {describedAsText, descriptionSections, descriptionView} from './description.ts';

/** Cells of the times of events. */
const timeCells = 22;

export type EventsView = {
  /** Name of the tab; undefined if none is open. */
  readonly name: string | undefined;
  readonly server: string;
  /** Version of the server; undefined until it has answered. */
  readonly version: string | undefined;
  /** Why there is no list from it; undefined: it has come. */
  readonly failure?: string | undefined;
  /** Facts of an opened log, in place of a server. */
  readonly facts?: readonly Fact[];
  readonly events: readonly ConnectionEvent[];
  readonly width: number;
};

/**
 * The events of the tab of a pipeline: of its connection, its pipelines and their alert commands. Of the shown tab, if
 * that has the pipeline among others; without a pipeline, too.
 */
function connectionSection(screen: Screen, pipeline: string | undefined, width: number): Section {
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
    rows: eventRows({
      name,
      server: isFile ? '' : server,
      version: serverVersion.get(),
      failure: isFile ? undefined : listFailureWords(screen),
      facts,
      events,
      width,
    }),
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
export function eventRows({
  name,
  server,
  version,
  failure,
  facts = [],
  events,
  width,
}: EventsView): readonly StyledText[] {
  const old = oldServerWords(version);
  // A file has no connection.
  const what = server === '' ? 'Events' : 'Connection';
  const heading = [
    plain(name === undefined ? ' Connection' : ` ${what} of ${name}  newest first, UTC`, {bold: true}),
    ...factRows(facts, width),
    ...(facts.length > 0 || server === ''
      ? []
      : [plain(` ${server}  Feldera ${version ?? 'of unknown version'}`, {dim: true})]),
    ...(failure === undefined ? [] : paragraph(failure, width, {style: {fg: 1}})),
    ...(old === undefined ? [] : paragraph(old, width, {style: {fg: 3}})),
  ];
  if (events.length === 0)
    return [...heading, plain(name === undefined ? ' no tab is open' : ' no events yet', {dim: true})];
  return [
    ...heading,
    ...events.toReversed().flatMap(({at, text}) => labelled(dateTime(at), text, {cells: timeCells, width})),
  ];
}

function connectionAsText(screen: Screen, pipeline: string | undefined): PageText {
  const texts = textsOf(connectionSection(screen, pipeline, wide).rows);
  const [title = '', ...below] = texts.map((text) => text.trimStart());
  return {file: `${pipeline ?? 'pipetail'}-events`, ...titledText(screen, title, below)};
}

/** `chosen`: what is under the cursor; undefined: the first from the part on at which the page was opened. */
type PipelineState = {
  readonly chosen?: Chosen | undefined;
  /** Values that the parts keep, by their names. */
  readonly parts: ReadonlyMap<string, {stop(): void}>;
};

/** All that is known of a pipeline: what is wrong with it first, what is long last. */
export const pipelinePage: Page<PipelineState> = {
  kind: 'pipeline',
  context: 'pipeline',
  motions: 'lines',
  where: 'on the page of a pipeline',
  showsStatistics: true,
  explainsFailure: true,
  saysState: true,
  keys: {
    context: 'pipeline',
    group: 'page of a pipeline',
    motions: 'lines',
    close: ['q'],
    own: [
      {
        id: 'pipeline-open',
        keys: ['Enter', 'o'],
        help: 'go to its place in the log, or open the connector',
        hint: {hasConnector: 'connector', hasPlace: 'go to'},
      },
      {
        id: 'pipeline-copy',
        keys: ['y'],
        help: 'copy its errors, or the section under the cursor',
        hint: {hasErrors: 'copy errors', else: 'copy'},
      },
    ],
    changes: {
      up: {help: 'a line up, or the item above'},
      down: {help: 'a line down, or the item below'},
      save: {help: 'save the page to a file, or its program to one that ends in .sql'},
      copy: {id: 'pipeline-copy-page', hint: {hasErrors: 'copy page'}},
    },
  },
  open,
  rows(screen, page, view) {
    const {chosen, section: from} = page;
    return joinSections(sectionsOf(screen, page, view), {chosen, from, symbols: screen.services.symbols});
  },
  conditions,
  at: (screen, page, item) => ({...page, chosen: rowsOf(pipelinePage, screen, page).chosenAt?.(item)}),
  takes: (screen, page) => withProgram(screen, textOf(screen, page)),
  redrawnBy: ({lookup, services, events, features}, page) => [
    lookup.described,
    events.readings.flows,
    services.stats.known,
    services.logs.names,
    ...features.parts.flatMap((part) => part.redrawnBy?.(keptBy(page, part)) ?? []),
    services.runner,
    ...(services.alerts ? [services.alerts.runs] : []),
  ],
  closed({parts}) {
    for (const kept of parts.values()) kept.stop();
  },
  run: {
    'pipeline-open': openChosen,
    'pipeline-copy': (screen, page) => copyErrors(screen, textOf(screen, page), page.kind),
  },
};

/** Opens the page of a pipeline, or of the shown tab alone. `section`: where; undefined: at its top. */
export function openPipeline(screen: Screen, pipeline: string | undefined, section?: string): void {
  if (pipeline === undefined) screen.lookup.clear();
  else screen.lookup.start(pipeline);
  const started = screen.features.parts.map((part) => [part.name, part.start?.(screen)] as const);
  const parts = new Map(started.flatMap(([name, kept]) => (kept ? [[name, kept]] : [])));
  openPage(screen, pipelinePage, {parts}, {section});
}

/** The command that opens it at a part goes there, too, while it is open. */
function open(screen: Screen, {section, about}: Opening): void {
  if (about !== undefined) {
    openPipeline(screen, about, section);
    return;
  }
  const opened = withUnder(screen.state.page).flatMap((page) => openAs(page, pipelinePage) ?? [])[0];
  const name = opened ? screen.lookup.described.get()?.name : pipelineOf(screen);
  const part = screen.features.parts.find((each) => each.name === section);
  if (part?.canOpen?.(screen, name) === false) return;
  if (opened) screen.dispatch({type: 'page', page: {...opened, section, offset: 0, chosen: undefined}});
  // A tab whose pipeline is gone has a connection, too.
  else if (name !== undefined || section === 'connection') openPipeline(screen, name, section);
  else if (!sayNoPipeline(screen)) screen.sayHint('no log is open', 'open-tab', 'show the one under the cursor');
  const page = openAs(screen.state.page, pipelinePage);
  if (page && part && name !== undefined) part.read?.(screen, keptBy(page, part), name);
}

/** Returns all sections. What is long, or has to be read first, is read when the first of its rows is drawn. */
function sectionsOf(screen: Screen, page: Opened<PipelineState>, view: PageView): readonly Section[] {
  const described = screen.lookup.described.get();
  const {width} = view;
  if (!described) return [connectionSection(screen, undefined, width)];
  const {name: pipeline} = described;
  const {title, state, below} = descriptionSections(descriptionView(screen, described, view));
  const isOpen = () => withUnder(screen.state.page).some((each) => openAs(each, pipelinePage)?.parts === page.parts);
  const above = (own: PipelinePart['above']) =>
    screen.features.parts
      .filter((part) => part.above === own)
      .map((part): Section => {
        const kept = keptBy(page, part);
        const section = part.section(screen, described, {kept, width, isAsked: page.section === part.name});
        return {...section, rows: whenDrawn(section.rows, () => isOpen() && part.read?.(screen, kept, pipeline))};
      });
  return [
    title,
    ...above('state'),
    state,
    ...above('connection'),
    connectionSection(screen, pipeline, width),
    ...below,
  ];
}

/** Returns the item under the cursor, if it is on the screen. */
function shownItem(screen: Screen, page: Opened<PipelineState>): Chosen | undefined {
  const rows = rowsOf(pipelinePage, screen, page);
  const {items} = rows;
  const chosen = items && rows.chosenAt?.(items.cursor);
  const top = scrollOffset(screen, page, rows);
  const {top: row} = chosen ? items.rowsOf(items.cursor) : {top: -1};
  return row >= top && row < top + screen.pageHeight ? chosen : undefined;
}

/**
 * The part that is read: the one it was opened at, that of the cursor, or the one at the top of the screen. Undefined:
 * it was opened at its top.
 */
function partOf(screen: Screen, page: Opened<PipelineState>): string | undefined {
  const {section, chosen, offset} = page;
  if (chosen === undefined && offset === 0) return section;
  const rows = rowsOf(pipelinePage, screen, page);
  return shownItem(screen, page)?.section ?? rows.sectionAt?.(scrollOffset(screen, page, rows));
}

function conditions(screen: Screen, page: Opened<PipelineState>): Conditions {
  const item = shownItem(screen, page);
  const part = partOf(screen, page);
  const {of, kept} = partNamed(screen, page, item?.section);
  const isConnector = item !== undefined && of?.isConnector?.(screen, kept, item.key) === true;
  const read = partNamed(screen, page, part);
  return {
    hasText: true,
    hasConnector: isConnector,
    hasPlace: item !== undefined && !isConnector,
    hasErrors: part !== 'connection' && !read.of?.text,
    ...read.of?.conditions?.(read.kept),
  };
}

/** The part of another feature, with what it keeps. */
function partNamed(screen: Screen, page: Opened<PipelineState>, name: string | undefined) {
  const of = screen.features.parts.find((part) => part.name === name);
  return {of, kept: of && keptBy(page, of)};
}

/** Goes to the item under the cursor, and opens a connector; without one on the screen it closes the page. */
function openChosen(screen: Screen, page: Opened<PipelineState>): void {
  const item = shownItem(screen, page);
  const {of, kept} = partNamed(screen, page, item?.section);
  if (item && of?.goTo) {
    of.goTo(screen, kept, item.key);
    return;
  }
  const name = screen.lookup.described.get()?.name;
  const isLoading = name !== undefined && !screen.services.stats.known.get().get(name);
  if (isLoading && hasProcess(screen.pipeline(name))) screen.say('still loading: press the key again');
  else closePages(screen);
}

/** Some parts are taken by themselves; the others are the description. */
function textOf(screen: Screen, page: Opened<PipelineState>): PageText | Problem {
  const name = partOf(screen, page);
  if (name === 'connection') return connectionAsText(screen, screen.lookup.described.get()?.name);
  const {of, kept} = partNamed(screen, page, name);
  return of?.text?.(screen, kept) ?? describedAsText(screen, (part) => keptBy(page, part));
}

function withProgram(screen: Screen, text: PageText | Problem): PageText | Problem {
  const {answer} = screen.lookup.described.get() ?? {};
  if ('problem' in text || answer?.kind !== 'detail') return text;
  return {...text, program: answer.detail.programCode};
}

export const pipeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'pipeline-page',
        opens: 'pipeline',
        keys: ['d'],
        help: 'page of the pipeline: its problems and details',
        core: {task: 'list', words: 'problems and details'},
        synonyms: ['cause', 'reason', 'why', 'failure', 'crash', 'panic', 'killed', 'attention', 'describe', 'status'],
        hint: {hasPipeline: 'details'},
      },
      {
        id: 'connection',
        opens: 'pipeline',
        section: 'connection',
        keys: ['i'],
        help: 'latest events of the tab: connection, failures',
        hint: {isWithoutServer: 'connection'},
      },
    ],
  },
  pages: [pipelinePage],
};
