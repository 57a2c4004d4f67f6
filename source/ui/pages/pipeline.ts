import {hasProcess} from '../../logs/stats-poller.ts';
import {ChangesReader} from '../changes.ts';
import {CheckpointReader} from '../checkpoint-reader.ts';
import type {Controller} from '../controller.ts';
import {pipelineOf, tabOf} from '../handlers/common.ts';
import {copyPage} from '../handlers/copy.ts';
import type {Conditions} from '../keys/command.ts';
import {withUnder} from '../state/page.ts';
import type {PageText} from '../state/view-state.ts';
import {TimelineReader} from '../timeline.ts';
import {changesAsText, changesSection, goToChange, hidesValues, readChanges} from './changes.ts';
import {connectionAsText, connectionSection} from './connection.ts';
import {connectorsSection, minuteSection, openConnector} from './connector.ts';
import {
  configurationSection,
  describedAsText,
  descriptionView,
  factsSection,
  stateSection,
  titleSection,
} from './description.ts';
import {
  closePages,
  type Opened,
  type Opening,
  openAs,
  openPage,
  type Page,
  type PageView,
  type Problem,
  rowsOf,
} from './page.ts';
import {type Chosen, scrollOffset} from './page-rows.ts';
import {joinSections, type Section, whenDrawn} from './sections.ts';
import {goToEvent, readTimeline, timelineAsText, timelineSection} from './timeline.ts';
import {goToStatement, whereTo, whySection} from './why.ts';

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
  rows(controller, page, view) {
    const {chosen, section: from} = page;
    return joinSections(sectionsOf(controller, page, view), {chosen, from, symbols: controller.services.symbols});
  },
  conditions,
  at: (controller, page, item) => ({...page, ...{chosen: rowsOf(pipelinePage, controller, page).chosenAt?.(item)}}),
  takes: (controller, page) => withProgram(controller, textOf(controller, page)),
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
    'changes-earlier': (controller, page) => stepRun(controller, page, -1),
    'changes-later': (controller, page) => stepRun(controller, page, 1),
    'changes-values': toggleValues,
  },
};

/** Opens the page of a pipeline, or of the shown tab alone. `section`: where; undefined: at its top. */
export function openPipeline(controller: Controller, pipeline: string | undefined, section?: string): void {
  if (pipeline === undefined) controller.lookup.clear();
  else controller.lookup.start(pipeline);
  const readers = {
    changes: new ChangesReader(controller.services.clock),
    timeline: new TimelineReader(controller.services),
    checkpoints: new CheckpointReader(controller.services.clock),
  };
  openPage(controller, pipelinePage, readers, {section});
}

/** The command that opens it at a part goes there, too, while it is open. */
function open(controller: Controller, {section}: Opening): void {
  const opened = withUnder(controller.state.page).flatMap((page) => openAs(page, pipelinePage) ?? [])[0];
  const name = opened ? controller.lookup.described.get()?.name : pipelineOf(controller);
  const tab = name === undefined ? undefined : tabOf(controller, name);
  if (section === 'changes' && !tab && controller.tab?.merges) {
    controller.sayHint('a merged log has no runs', 'changes', 'compare those of one pipeline');
    return;
  }
  if (opened) controller.dispatch({type: 'page', page: {...opened, section, offset: 0, ...{chosen: undefined}}});
  // The tab has a connection also without a pipeline of this name.
  else if (name !== undefined || section === 'connection') openPipeline(controller, name, section);
  const page = openAs(controller.state.page, pipelinePage);
  if (page && name !== undefined && section === 'changes') readChanges(controller, page.changes, name);
  if (page && name !== undefined && section === 'timeline') readTimeline(controller, page.timeline, name);
}

/** As the keys of other parts do, which are commands of the log and the list, too. */
function goToConnectors(controller: Controller, page: Opened<PipelineState>): void {
  if (page.section === 'connectors') controller.dispatch({type: 'page', page: page.under});
  else controller.dispatch({type: 'page', page: {...page, section: 'connectors', offset: 0, ...{chosen: undefined}}});
}

/** What is long, or has to be read first, is read when the first of its rows is drawn. */
function sectionsOf(controller: Controller, page: Opened<PipelineState>, view: PageView): readonly Section[] {
  const described = controller.lookup.described.get();
  const {width} = view;
  if (!described) return [connectionSection(controller, undefined, width)];
  const {name: pipeline} = described;
  const {changes, timeline, checkpoints, isRevealed = false} = page;
  const description = descriptionView(controller, described, view);
  const changed = changesSection(controller, {state: changes.state.get(), pipeline, width, isRevealed});
  const events = timelineSection(controller, {state: timeline.state.get(), pipeline, width});
  const isOpen = () =>
    withUnder(controller.state.page).some((each) => openAs(each, pipelinePage)?.timeline === timeline);
  const begun = (section: Section, read: () => void): Section => ({
    ...section,
    rows: whenDrawn(section.rows, () => isOpen() && read()),
  });
  const indexNow = () => {
    const tab = controller.state.tabs.find((each) => each.name === pipeline);
    return tab && controller.indexOf(tab);
  };
  return [
    begun(titleSection(description), () => checkpoints.start(controller.services.logs.get(pipeline), indexNow)),
    whySection(controller, {described, width, failedCheckpoints: checkpoints.state.get()}),
    stateSection(description),
    connectorsSection(controller, pipeline, width),
    minuteSection(controller, pipeline, width),
    factsSection(description),
    begun(changed, () => readChanges(controller, changes, pipeline)),
    begun(events, () => readTimeline(controller, timeline, pipeline)),
    connectionSection(controller, pipeline, width),
    configurationSection(description),
  ];
}

/** What is under the cursor, if that is on the screen. */
function shownItem(controller: Controller, page: Opened<PipelineState>): Chosen | undefined {
  const rows = rowsOf(pipelinePage, controller, page);
  const {items} = rows;
  const chosen = items && rows.chosenAt?.(items.cursor);
  const top = scrollOffset(controller, page, rows);
  const {top: row} = chosen ? items.rowsOf(items.cursor) : {top: -1};
  return row >= top && row < top + controller.pageHeight ? chosen : undefined;
}

/**
 * The part that is read: the one it was opened at, that of the cursor, or the one at the top of the screen. Undefined:
 * it was opened at its top.
 */
function partOf(controller: Controller, page: Opened<PipelineState>): string | undefined {
  const {section, chosen, offset} = page;
  if (chosen === undefined && offset === 0) return section;
  const rows = rowsOf(pipelinePage, controller, page);
  return shownItem(controller, page)?.section ?? rows.sectionAt?.(scrollOffset(controller, page, rows));
}

function conditions(controller: Controller, page: Opened<PipelineState>): Conditions {
  const item = shownItem(controller, page);
  const part = partOf(controller, page);
  const opensConnector =
    item?.section === 'connectors' || (item?.section === 'why' && whereTo(controller, page, item.key) === 'connector');
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
function openChosen(controller: Controller, page: Opened<PipelineState>): void {
  const item = shownItem(controller, page);
  switch (item?.section) {
    case 'why':
      goToStatement(controller, page, item.key);
      return;
    case 'connectors':
      openConnector(controller, page, item.key);
      return;
    case 'changes':
      goToChange(controller, page.changes.state.get(), Number(item.key));
      return;
    case 'timeline':
      goToEvent(controller, page.timeline.state.get(), Number(item.key));
      return;
  }
  const name = controller.lookup.described.get()?.name;
  const isLoading = name !== undefined && !controller.services.stats.known.get().get(name);
  if (isLoading && hasProcess(controller.pipeline(name))) controller.say('still loading: press the key again');
  else closePages(controller);
}

/** Parts that are taken by themselves; the others are the description. */
const parts: Readonly<Record<string, (controller: Controller, page: Opened<PipelineState>) => PageText | Problem>> = {
  changes: (controller, {changes}) => changesAsText(controller, changes.state.get()),
  timeline: (controller, {timeline}) => timelineAsText(controller, timeline.state.get()),
  connection: (controller) => connectionAsText(controller, controller.lookup.described.get()?.name),
};

function textOf(controller: Controller, page: Opened<PipelineState>): PageText | Problem {
  const part = parts[partOf(controller, page) ?? ''];
  return part ? part(controller, page) : describedAsText(controller, page.checkpoints.state.get());
}

function withProgram(controller: Controller, text: PageText | Problem): PageText | Problem {
  const {answer} = controller.lookup.described.get() ?? {};
  if ('problem' in text || answer?.kind !== 'detail') return text;
  return {...text, program: answer.detail.programCode};
}

/** Of the description its errors alone; of any other part all of it. */
function copyPart(controller: Controller, page: Opened<PipelineState>): void {
  const text = textOf(controller, page);
  if ('problem' in text) controller.say(text.problem);
  else if (text.errors === '') controller.sayHint('no errors here', {id: 'pipeline-copy-page'}, 'copy the page');
  else void copyPage(controller, text, text.errors ?? text.text, {on: pipelinePage.kind});
}

function toggleValues(controller: Controller, page: Opened<PipelineState>): void {
  if (hidesValues(page.changes.state.get())) {
    const toggled: Opened<PipelineState> = {...page, isRevealed: page.isRevealed !== true};
    controller.dispatch({type: 'page', page: toggled});
  } else controller.say('no value is hidden here');
}

function stepRun(controller: Controller, page: Opened<PipelineState>, by: -1 | 1): void {
  const {changes} = page;
  const isCompared = changes.state.get()?.kind === 'compared';
  const isThere = changes.step(by);
  if (!isCompared) controller.say('no runs are compared here');
  else if (!isThere) controller.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
  else controller.dispatch({type: 'page', page: {...page, ...{chosen: {section: 'changes', key: '0'}}}});
}
