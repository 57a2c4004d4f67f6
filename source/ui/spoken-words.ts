import {filterText} from '../filters/filter.ts';
import {count, counted} from '../lib/format.ts';
import {hasEnded, isCut, isSilent} from '../logs/log-snapshot.ts';
import {clean} from '../terminal/clean.ts';
import {shorten} from '../terminal/fit.ts';
import {connectionWords, silentWords} from '../words/connection.ts';
import {type NoAnswer, noAnswer, noAnswerWords} from '../words/failures.ts';
import {markerText, markerTone} from '../words/markers.ts';
import {fileWords} from '../words/opened.ts';
import {failureSentence, isFailing, pipelineState} from '../words/pipeline.ts';
import type {Controller} from './controller.ts';
import {promptExample, promptLabel} from './handlers/prompts.ts';
import {closingCommand, keysNamed, pressTo} from './keys/commands.ts';
import {itemWords} from './list-item.ts';
import {missingWords} from './missing-words.ts';
import {type PaneAt, searchStatus} from './pane/pane-at.ts';
import {withSuggestion} from './state/edit-line.ts';
import type {PaneView} from './state/pane-view.ts';
import {type Prompt, pipelinesOf, promptInUse, type Tab} from './state/view-state.ts';

/** Characters of one line that are said; `Enter` shows all of it. */
const mostCharacters = 400;

/** Prompts whose label is a sign. */
const promptNames: Readonly<Partial<Record<Prompt['kind'], string>>> = {
  search: 'search: ',
  filter: 'filter: ',
  highlight: 'highlight: ',
  'find-name': 'find a pipeline: ',
};

/** The one line that stays at the end: what is being typed, else the open page, else the log and where the keys go. */
export function statusWords(controller: Controller): string {
  const {state, commands} = controller;
  const prompt = promptInUse(state);
  if (prompt) return promptWords(controller, prompt);
  if (state.page) {
    const closing = closingCommand(commands, controller.keyContext);
    const back = closing === undefined ? '' : pressTo(commands, [closing, 'go back']);
    return [controller.kindOf(state.page)?.name ?? '', back].filter((part) => part !== '').join(' · ');
  }
  const {tab} = controller;
  const parts = [
    ...(tab ? logWords(controller, tab) : ['no log']),
    state.focus === 'list' ? 'keys go to the list' : 'keys go to the log',
    keysNamed(commands, [['help', 'help']]),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function promptWords(controller: Controller, prompt: Prompt): string {
  const label = promptNames[prompt.kind] ?? promptLabel(prompt);
  const example = promptExample(controller, prompt);
  const {text} = withSuggestion(prompt);
  const typed = text === '' && example !== '' ? `(${example})` : text;
  const at = prompt.kind === 'search' ? controller.paneAt : undefined;
  const found = at && matchWords(at);
  return `${label}${typed}${found === undefined ? '' : ` · ${found}`}`;
}

/** Name, state, connection and view of the shown log. */
function logWords(controller: Controller, tab: Tab): readonly string[] {
  const on = tab.pane.filters.filter((filter) => filter.on).length;
  return [
    ...[...stateWords(controller, tab), on > 0 ? counted(on, 'filter', 'filters') : ''],
    ...[...positionWords(controller), missingWords(controller) ?? ''],
  ];
}

function stateWords(controller: Controller, {name}: Tab): readonly string[] {
  const pipeline = controller.pipeline(name);
  const isDegraded = controller.events.degraded.get().has(name);
  const word = pipeline && pipelineState(pipeline, isDegraded).word;
  const answer = noAnswerNow(controller);
  const state = answer && word !== undefined ? noAnswerWords(answer, word) : word;
  return [nameOf(name), state ?? '', connectionText(controller)];
}

/** Defined while the server does not answer: what is said of its pipelines is of an earlier time. */
export function noAnswerNow({services: {poller, clock, offsetAt}}: Controller): NoAnswer | undefined {
  return noAnswer(poller.snapshot.get(), {now: clock.wall(), offsetAt});
}

/** Whether the shown log is followed; none above the end of one to which nothing is added, or comes from nowhere. */
export function positionWords(controller: Controller): readonly string[] {
  const {tab} = controller;
  const isHeld = tab?.pane.position.kind === 'held';
  const log = tab && controller.logOf(tab);
  if (log && hasEnded(log.snapshot.get())) return isHeld ? [] : ['at the end'];
  if (isHeld) return ['paused'];
  return log && isCut(log.snapshot.get(), controller.services.poller.snapshot.get()) ? [] : ['following'];
}

/** Of the shown log, without a countdown. */
export function connectionText(controller: Controller): string {
  const log = controller.tab && controller.logOf(controller.tab);
  if (!log) return '';
  const snapshot = log.snapshot.get();
  const {connection, file, endId} = snapshot;
  // How far it has come is not said: it changes all the time.
  if (file?.kind === 'reading') return 'reading';
  if (isSilent(snapshot, controller.services.poller.snapshot.get())) return silentWords.text;
  return file ? fileWords(file).text : connectionWords(connection, undefined, endId > 0).text;
}

/** `tab 2 of 3: fraud, Running, LIVE`, with the number of `errors` that are unseen. */
export function tabWords(controller: Controller, {errors = false} = {}): string {
  const {tab, state} = controller;
  if (!tab) return 'no log is open';
  const pinned = state.tabs.filter((each) => each.pinned);
  const place = tab.pinned ? `tab ${pinned.indexOf(tab) + 1} of ${pinned.length}` : 'preview';
  const unseen = errors ? controller.events.unseenErrors(pipelinesOf(tab)) : 0;
  const parts = [
    ...stateWords(controller, tab),
    ...(tab.pane.position.kind === 'held' ? positionWords(controller) : []),
    unseen > 0 ? counted(unseen, 'unseen error', 'unseen errors') : '',
  ];
  return `${place}: ${parts.filter((part) => part !== '').join(', ')}`;
}

/** The pipeline under the cursor of the list: `orders, Running, 3 of 41`. */
export function cursorWords(controller: Controller): string {
  const {listed, state, services} = controller;
  const at = listed.findIndex(({name}) => name === state.cursor);
  const item = listed[at];
  if (!item) return `no ${services.catalog.noun}`;
  const isMarked = state.marked.includes(item.name);
  const place = `${count(at + 1)} of ${count(listed.length)}`;
  const isDegraded = controller.events.degraded.get().has(item.name);
  const {kind, state: itemState} = itemWords(item, {isDegraded});
  return `${nameOf(item.name)}, ${kind ?? itemState?.word ?? ''}, ${isMarked ? 'marked, ' : ''}${place}`;
}

/** `on localhost:8080: 3 pipelines, 1 failing, 1 degraded`, or `with 2 logs`; undefined: the list has not come yet. */
export function listWords(controller: Controller): string | undefined {
  const {poller, serverName, catalog} = controller.services;
  if (!catalog.hasServer) return `with ${counted(catalog.found.length, 'log', 'logs')}`;
  const {pipelines} = poller.snapshot.get();
  if (!pipelines) return undefined;
  const failing = failures(controller).size;
  const all = counted(pipelines.length, 'pipeline', 'pipelines');
  const degraded = controller.events.degraded.get().size;
  const words = [all, failing > 0 ? `${failing} failing` : '', degraded > 0 ? `${degraded} degraded` : ''];
  return `on ${serverName}: ${words.filter((word) => word !== '').join(', ')}`;
}

/** Why each failing pipeline fails, by name. */
export function failures(controller: Controller): ReadonlyMap<string, string> {
  const pipelines = controller.services.poller.snapshot.get().pipelines ?? [];
  return new Map(pipelines.filter(isFailing).map((pipeline) => [pipeline.name, failureSentence(pipeline) ?? '']));
}

/** One line for each change of the view that shows no notice. */
export function viewChangeWords(before: PaneView, after: PaneView): readonly string[] {
  const changed = <Key extends keyof PaneView>(key: Key, words: (value: PaneView[Key]) => string) =>
    before[key] === after[key] ? [] : [words(after[key])];
  const markedMore = after.marks.size - before.marks.size;
  return [
    ...changed('asSent', (on) => (on ? 'lines as sent' : 'compact lines')),
    ...changed('lineNumbers', (on) => (on ? 'line numbers on' : 'line numbers off')),
    ...changed('fold', (on) => (on ? 'similar lines folded' : 'lines not folded')),
    ...changed('pan', (cells) => (cells === 0 ? 'from the start of the lines' : `from column ${count(cells + 1)}`)),
    ...changed('search', (text) => (text === undefined ? 'search ended' : `search: ${text}`)),
    ...changed('highlights', (texts) => (texts.length === 0 ? 'no highlights' : `highlights: ${texts.join(', ')}`)),
    ...changed('filters', filterWords),
    ...changed('selectedFrom', (from) => (from === undefined ? 'selection ended' : 'selecting from here')),
    ...(markedMore === 0 ? [] : [markedMore > 0 ? 'marked' : 'mark removed']),
  ];
}

function filterWords(filters: PaneView['filters']): string {
  if (filters.length === 0) return 'no filters';
  return `filters: ${filters.map(({filter, on}) => `${filterText(filter)}${on ? '' : ' (off)'}`).join(', ')}`;
}

/** `3 of 41 lines match`; undefined without a search. */
export function matchWords(at: PaneAt): string | undefined {
  const status = searchStatus(at);
  if (!status) return undefined;
  const {whyStopped, matches, rank, complete} = status;
  if (whyStopped !== undefined) return `stopped: ${whyStopped}`;
  if (matches === 0) return complete ? 'no match' : 'searching';
  const place = rank === undefined ? '' : `${count(rank)} of `;
  return `${place}${counted(matches, 'line matches', 'lines match')}${complete ? '' : ' so far'}`;
}

/** An entry of the log in one line. */
export function entryWords({model, rows, tab, layout}: PaneAt, id: number): string {
  const {source, shown, index} = model;
  const origin = source.merge?.originAt(id);
  const name = origin === undefined ? undefined : source.merge?.names[origin];
  const folded = shown?.foldedAt(id) ?? 1;
  const suppressed = model.folds.suppressedAt(id);
  const prefix = [
    ...(name === undefined ? [] : [`${nameOf(name)}:`]),
    ...(folded > 1 ? [`${count(folded)} similar:`] : []),
    ...(suppressed > 0 ? [`${count(suppressed)} suppressed:`] : []),
    ...(tab.pane.marks.has(index.headOf(id)) && index.headOf(id) === id ? ['marked:'] : []),
  ];
  const text = rows.renderer(tab.pane, layout).spokenLine(id);
  const rest = text.length - mostCharacters;
  const cut =
    rest <= 0 ? text : `${text.slice(0, mostCharacters)} … and ${counted(rest, 'character', 'characters')} more`;
  return [...prefix, cut].join(' ');
}

/** The last entries that are shown of those from `first` to `last`, oldest first. */
export function lastWords(at: PaneAt, {first, last, most}: {first: number; last: number; most: number}): string[] {
  const {entries} = at.geometry;
  const words: string[] = [];
  for (let id: number | undefined = last; id !== undefined && id >= first && words.length < most; ) {
    words.unshift(entryWords(at, id));
    id = entries.atOrBefore(id - 1);
  }
  return words;
}

function nameOf(name: string): string {
  return shorten(clean(name), 60, '…');
}

/** The markers of these entries that must not be missed. */
export function markerLines(
  {model}: PaneAt,
  {first, last}: {readonly first: number; readonly last: number},
): readonly string[] {
  return [...model.source.buffer.markers()].flatMap(([id, marker]) =>
    id < first || id > last || markerTone(marker) === 'quiet' ? [] : markerText(marker),
  );
}
