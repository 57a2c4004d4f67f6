import {hasProcess} from '../../../engine/pipelines/stats-poller.ts';
import {ChangesReader} from '../../../features/changes/changes-reader.ts';
import {
  changesAsText,
  changesSection,
  goToChange,
  hidesValues,
  readChanges,
} from '../../../features/changes/changes-section.ts';
import {connectorsSection, minuteSection} from '../../../features/connectors/connector-page.ts';
import {TimelineReader} from '../../../features/timeline/timeline-reader.ts';
import {goToEvent, readTimeline, timelineAsText, timelineSection} from '../../../features/timeline/timeline-section.ts';
import {CheckpointReader} from '../../../features/why/checkpoint-reader.ts';
import {goToFinding, whereTo, whySection} from '../../../features/why/why-section.ts';
import {copyPage} from '../../../kit/copy/copy.ts';
import type {Conditions} from '../../../kit/keys/command.ts';
import {closePages, openAbout, openAs, openPage, rowsOf} from '../../../kit/pages/page.ts';
import {type Chosen, scrollOffset} from '../../../kit/pages/page-rows.ts';
import {joinSections, type Section, whenDrawn} from '../../../kit/pages/sections.ts';
import {pipelineOf, tabOf} from '../../../kit/screen/common.ts';
import type {Feature, Opened, Opening, Page, PageView, Problem, Screen} from '../../../kit/screen/screen.ts';
import {withUnder} from '../../../kit/state/page.ts';
import type {PageText} from '../../../kit/state/view-state.ts';
import {connectionAsText, connectionSection} from './connection-section.ts';
import {
  configurationSection,
  describedAsText,
  descriptionView,
  factsSection,
  stateSection,
  titleSection,
} from './description.ts';

/** `chosen`: what is under the cursor; undefined: the first from the part on at which the page was opened. */
type PipelineState = {
  readonly chosen?: Chosen | undefined;
  /** The values that the changes hide are on the screen. */
  readonly isRevealed?: boolean;
  readonly changes: ChangesReader;
  readonly timeline: TimelineReader;
  readonly checkpoints: CheckpointReader;
};

/** All that is known of a pipeline: what is wrong with it first, what is long last. */
export const pipelinePage: Page<PipelineState> = {
  ...{kind: 'pipeline', context: 'pipeline', motions: 'lines'},
  where: 'on the page of a pipeline',
  showsStatistics: true,
  explainsFailure: true,
  saysState: true,
  keys: {
    ...{context: 'pipeline', group: 'page of a pipeline', motions: 'lines', close: ['q']},
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
      {
        id: 'changes-earlier',
        keys: ['Left', 'h'],
        help: 'compare with an earlier run',
        hint: {hasEarlierRun: 'earlier run'},
      },
      {id: 'changes-later', keys: ['Right', 'l'], help: 'compare with a later run'},
      {
        id: 'changes-values',
        keys: ['x'],
        help: 'show the hidden values of the changes, on the screen alone, or hide them',
        hint: {isRevealed: 'hide values', hidesValues: 'show values'},
      },
      {id: 'pipeline-connectors', keys: ['c'], help: 'go to its connectors, or close them'},
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
  at: (screen, page, item) => ({...page, ...{chosen: rowsOf(pipelinePage, screen, page).chosenAt?.(item)}}),
  takes: (screen, page) => withProgram(screen, textOf(screen, page)),
  redrawnBy: ({lookup, services, events}, {changes, timeline, checkpoints}) => [
    ...[
      lookup.described,
      events.readings.flows,
      services.stats.known,
      changes.state,
      timeline.state,
      checkpoints.state,
      services.logs.names,
      ...(services.runner ? [services.runner] : []),
    ],
    ...(services.alerts ? [services.alerts.runs] : []),
  ],
  closed({changes, timeline, checkpoints}) {
    changes.stop();
    timeline.stop();
    checkpoints.stop();
  },
  run: {
    'pipeline-open': openChosen,
    'pipeline-copy': copyPart,
    'pipeline-connectors': goToConnectors,
    'changes-earlier': (screen, page) => stepRun(screen, page, -1),
    'changes-later': (screen, page) => stepRun(screen, page, 1),
    'changes-values': toggleValues,
  },
};

/** Opens the page of a pipeline, or of the shown tab alone. `section`: where; undefined: at its top. */
export function openPipeline(screen: Screen, pipeline: string | undefined, section?: string): void {
  if (pipeline === undefined) screen.lookup.clear();
  else screen.lookup.start(pipeline);
  const readers = {
    changes: new ChangesReader(screen.services.clock),
    timeline: new TimelineReader(screen.services),
    checkpoints: new CheckpointReader(screen.services.clock),
  };
  openPage(screen, pipelinePage, readers, {section});
}

/** The command that opens it at a part goes there, too, while it is open. */
function open(screen: Screen, {section, about}: Opening): void {
  if (about !== undefined) {
    openPipeline(screen, about, section);
    return;
  }
  const opened = withUnder(screen.state.page).flatMap((page) => openAs(page, pipelinePage) ?? [])[0];
  const name = opened ? screen.lookup.described.get()?.name : pipelineOf(screen);
  const tab = name === undefined ? undefined : tabOf(screen, name);
  if (section === 'changes' && !tab && screen.tab?.merges) {
    screen.sayHint('a merged log has no runs', 'changes', 'compare those of one pipeline');
    return;
  }
  if (opened) screen.dispatch({type: 'page', page: {...opened, section, offset: 0, ...{chosen: undefined}}});
  // The tab has a connection also without a pipeline of this name.
  else if (name !== undefined || section === 'connection') openPipeline(screen, name, section);
  const page = openAs(screen.state.page, pipelinePage);
  if (page && name !== undefined && section === 'changes') readChanges(screen, page.changes, name);
  if (page && name !== undefined && section === 'timeline') readTimeline(screen, page.timeline, name);
}

/** As the keys of other parts do, which are commands of the log and the list, too. */
function goToConnectors(screen: Screen, page: Opened<PipelineState>): void {
  if (page.section === 'connectors') screen.dispatch({type: 'page', page: page.under});
  else screen.dispatch({type: 'page', page: {...page, section: 'connectors', offset: 0, ...{chosen: undefined}}});
}

/** What is long, or has to be read first, is read when the first of its rows is drawn. */
function sectionsOf(screen: Screen, page: Opened<PipelineState>, view: PageView): readonly Section[] {
  const described = screen.lookup.described.get();
  const {width} = view;
  if (!described) return [connectionSection(screen, undefined, width)];
  const {name: pipeline} = described;
  const {changes, timeline, checkpoints, isRevealed = false} = page;
  const description = descriptionView(screen, described, view);
  const changed = changesSection(screen, {state: changes.state.get(), pipeline, width, isRevealed});
  const events = timelineSection(screen, {state: timeline.state.get(), pipeline, width});
  const isOpen = () => withUnder(screen.state.page).some((each) => openAs(each, pipelinePage)?.timeline === timeline);
  const begun = (section: Section, read: () => void): Section => ({
    ...section,
    rows: whenDrawn(section.rows, () => isOpen() && read()),
  });
  const indexNow = () => {
    const tab = screen.state.tabs.find((each) => each.name === pipeline);
    return tab && screen.indexOf(tab);
  };
  return [
    begun(titleSection(description), () => checkpoints.start(screen.services.logs.get(pipeline), indexNow)),
    whySection(screen, {described, width, failedCheckpoints: checkpoints.state.get()}),
    stateSection(description),
    connectorsSection(screen, pipeline, width),
    minuteSection(screen, pipeline, width),
    factsSection(description),
    begun(changed, () => readChanges(screen, changes, pipeline)),
    begun(events, () => readTimeline(screen, timeline, pipeline)),
    connectionSection(screen, pipeline, width),
    configurationSection(description),
  ];
}

/** What is under the cursor, if that is on the screen. */
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
  const opensConnector =
    item?.section === 'connectors' || (item?.section === 'why' && whereTo(screen, page, item.key) === 'connector');
  return {
    hasText: true,
    hasConnector: opensConnector,
    hasPlace: item !== undefined && !opensConnector,
    hasErrors: part === undefined || !(part in parts),
    hasEarlierRun: part === 'changes' && page.changes.hasEarlier,
    isRevealed: part === 'changes' && page.isRevealed === true,
    hidesValues: part === 'changes' && hidesValues(page.changes.state.get()),
  };
}

/** Goes to the item under the cursor, and opens a connector; without one on the screen it closes the page. */
function openChosen(screen: Screen, page: Opened<PipelineState>): void {
  const item = shownItem(screen, page);
  switch (item?.section) {
    case 'why':
      goToFinding(screen, page, item.key);
      return;
    case 'connectors':
      openAbout(screen, 'connector', item.key);
      return;
    case 'changes':
      goToChange(screen, page.changes.state.get(), Number(item.key));
      return;
    case 'timeline':
      goToEvent(screen, page.timeline.state.get(), Number(item.key));
      return;
  }
  const name = screen.lookup.described.get()?.name;
  const isLoading = name !== undefined && !screen.services.stats.known.get().get(name);
  if (isLoading && hasProcess(screen.pipeline(name))) screen.say('still loading: press the key again');
  else closePages(screen);
}

/** Parts that are taken by themselves; the others are the description. */
const parts: Readonly<Record<string, (screen: Screen, page: Opened<PipelineState>) => PageText | Problem>> = {
  changes: (screen, {changes}) => changesAsText(screen, changes.state.get()),
  timeline: (screen, {timeline}) => timelineAsText(screen, timeline.state.get()),
  connection: (screen) => connectionAsText(screen, screen.lookup.described.get()?.name),
};

function textOf(screen: Screen, page: Opened<PipelineState>): PageText | Problem {
  const part = parts[partOf(screen, page) ?? ''];
  return part ? part(screen, page) : describedAsText(screen, page.checkpoints.state.get());
}

function withProgram(screen: Screen, text: PageText | Problem): PageText | Problem {
  const {answer} = screen.lookup.described.get() ?? {};
  if ('problem' in text || answer?.kind !== 'detail') return text;
  return {...text, program: answer.detail.programCode};
}

/** Of the description its errors alone; of any other part all of it. */
function copyPart(screen: Screen, page: Opened<PipelineState>): void {
  const text = textOf(screen, page);
  if ('problem' in text) screen.say(text.problem);
  else if (text.errors === '') screen.sayHint('no errors here', 'pipeline-copy-page', 'copy the page');
  else void copyPage(screen, text, text.errors ?? text.text, {on: pipelinePage.kind});
}

function toggleValues(screen: Screen, page: Opened<PipelineState>): void {
  if (hidesValues(page.changes.state.get())) {
    const toggled: Opened<PipelineState> = {...page, isRevealed: page.isRevealed !== true};
    screen.dispatch({type: 'page', page: toggled});
  } else screen.say('no value is hidden here');
}

function stepRun(screen: Screen, page: Opened<PipelineState>, by: -1 | 1): void {
  const {changes} = page;
  const isCompared = changes.state.get()?.kind === 'compared';
  const isThere = changes.step(by);
  if (!isCompared) screen.say('no runs are compared here');
  else if (!isThere) screen.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
  else screen.dispatch({type: 'page', page: {...page, ...{chosen: {section: 'changes', key: '0'}}}});
}

export const pipeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'pipeline-page',
        opens: 'pipeline',
        keys: ['d'],
        help: 'page of the pipeline: what is wrong, and why',
        core: 'what is wrong, and why',
        hint: {hasPipeline: 'why'},
      },
      {
        id: 'connection',
        opens: 'pipeline',
        section: 'connection',
        keys: ['i'],
        help: 'latest events of the tab: connection, failures',
      },
    ],
  },
  pages: [pipelinePage],
};
