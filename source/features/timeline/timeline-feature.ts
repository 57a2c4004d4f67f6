import {hasEnded} from '../../engine/logs/log-snapshot.ts';
import {eventBrief, eventKind} from '../../kit/journal/pipeline-event.ts';
import {
  noTarget,
  spanOf,
  type TimelineEvent,
  TimelineLines,
  type TimelineLog,
  timelineOf,
} from '../../kit/journal/timeline.ts';
import {pressTo} from '../../kit/keys/commands.ts';
import {closePages} from '../../kit/pages/page.ts';
import {marginCells, pageTitle} from '../../kit/pages/page-rows.ts';
import {listSection, type Section} from '../../kit/pages/sections.ts';
import {goToEntryOf, indexNamed, tabOf} from '../../kit/screen/common.ts';
import type {Feature, PipelinePart, Problem, Screen} from '../../kit/screen/screen.ts';
import type {Services} from '../../kit/screen/services.ts';
import type {PageText} from '../../kit/state/view-state.ts';
import {shortenWords, textColumn} from '../../kit/terminal/fit.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import {pipelineMarkdown} from '../../kit/viewport/markdown.ts';
import {timeOfLast} from '../../kit/viewport/time-column.ts';
import {missingInShort} from '../../kit/words/missing-part.ts';
import {serverState} from '../../kit/words/pipeline-words.ts';
import {fineMoment, moment, rangeInWords} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {
  besideKind,
  lengthInWords,
  type Timeline,
  timelineRows,
  timelineText,
  timelineWord,
  timesInTimeline,
} from './timeline-words.ts';

/**
 * State of the timeline's page. `log`: the name of the tab whose log it is about; `timeline`: undefined until all was
 * read.
 */
type TimelineState = {
  readonly log: string;
  readonly timeline: Timeline | undefined;
  /** Unix time in ms of that: what comes later is not in it. */
  readonly readAt?: number;
};

/** Bytes that are read in a millisecond or two. */
const stepBytes = 64 * 1024;

/** A log that is open, and the name of its tab. */
type OpenLog = TimelineLog & {readonly name: string; readonly lines: TimelineLines};

/** Reads what happened to a pipeline when its page is opened, and again when its status changes. */
class TimelineReader {
  readonly #services: Pick<Services, 'clock' | 'poller' | 'history'>;
  readonly #state = createStore<TimelineState | undefined>(undefined);
  #stop: (() => void) | undefined;

  constructor(services: Pick<Services, 'clock' | 'poller' | 'history'>) {
    this.#services = services;
  }

  get state(): ReadableStore<TimelineState | undefined> {
    return this.#state;
  }

  /** `log`: undefined while the log is not open. */
  start(pipeline: string, log: OpenLog | undefined): void {
    this.stop();
    this.#state.set({log: log?.name ?? pipeline, timeline: undefined});
    const {poller} = this.#services;
    let request = this.#read(pipeline, log);
    let status = this.#statusOf(pipeline);
    const unsubscribe = poller.snapshot.subscribe(() => {
      const now = this.#statusOf(pipeline);
      if (now === status) return;
      status = now;
      request();
      request = this.#read(pipeline, log);
    });
    this.#stop = () => {
      unsubscribe();
      request();
    };
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#state.set(undefined);
  }

  /** Returns what ends it. */
  #read(pipeline: string, log: OpenLog | undefined): () => void {
    const {clock, history} = this.#services;
    const ended = new AbortController();
    const {signal} = ended;
    const read = async () => {
      // The key that opened the page gets its frame first.
      await clock.sleep(0, signal);
      await runInSlices(readSteps(log), {clock, signal});
    };
    // It only rejects when the page was closed.
    void Promise.all([history(pipeline, signal), read()]).then(
      ([answer]) => {
        if (signal.aborted) return;
        const timeline = {pipeline, events: timelineOf({pipeline, history: answer, log}), missing: answer.missing};
        this.#state.set({log: log?.name ?? pipeline, timeline, readAt: clock.wall()});
      },
      () => {},
    );
    return () => ended.abort();
  }

  #statusOf(name: string): string {
    const pipeline = this.#services.poller.snapshot.get().pipelines?.find((each) => each.name === name);
    return pipeline ? `${serverState(pipeline)} ${pipeline.deploymentStatusSince} ${pipeline.programStatusSince}` : '';
  }
}

function* readSteps(log: OpenLog | undefined): Generator<void, void, void> {
  while (log && !log.lines.step(stepBytes)) yield;
}

/** Cells of the longest word, `pipetail`. */
const fromCells = 8;
/** Cells below which a row says nothing of where it comes from. */
const widthWithSource = 100;
/** Between columns. */
const gap = '  ';

/** Reads the timeline, unless that was begun, or the log of its tab is not open yet. */
function readTimeline(screen: Screen, reader: TimelineReader, pipeline: string): void {
  if (reader.state.get()) return;
  const tab = tabOf(screen, pipeline);
  const index = tab && screen.indexOf(tab);
  const stream = tab && screen.services.logs.get(tab.name);
  if (tab && !stream) return;
  if (!index || !stream) {
    reader.start(pipeline, undefined);
    return;
  }
  const {name, buffer, errors, snapshot} = stream;
  const lines = new TimelineLines({buffer, index});
  reader.start(pipeline, {name, index, buffer, errors, lines, hasEnded: hasEnded(snapshot.get())});
}

type TimelineView = {
  readonly state: TimelineState | undefined;
  readonly pipeline: string;
  readonly width: number;
  /** Else the page says above which errors there are. */
  readonly isAsked: boolean;
};

/** Lists what happened to a pipeline, the newest first, also before pipetail was started. */
function timelineSection(screen: Screen, {state, pipeline, width, isAsked}: TimelineView): Section {
  const {symbols, clock} = screen.services;
  const {ellipsis} = symbols;
  const all = timelineRows(state?.timeline?.events ?? []);
  const rows = isAsked ? all : all.filter((event) => !isTold(event));
  const now = clock.wall();
  const until = lastMoment(screen, pipeline);
  const columnsOf = () => ({
    times: headed('time', rows, (event) => timelineTime(event, now), true),
    what: headed('what', rows, timelineWord),
    lengths: headed('lasted', rows, (event) => lengthInWords(event, until), true),
  });
  let made: ReturnType<typeof columnsOf> | undefined;
  const columns = () => (made ??= columnsOf());
  const isWide = width >= widthWithSource;
  const sourceOf = (source: string) => (isWide ? `${source.padEnd(fromCells)}${gap}` : '');
  return listSection('timeline', {
    title: titleOf(pipeline, state, screen, all.length - rows.length),
    heads() {
      const {times, what, lengths} = columns();
      return [times.head, what.head, lengths.head, `${sourceOf('source')}event`].join(gap);
    },
    items: rows,
    keyOf: (event) => String(all.indexOf(event)),
    rowOf() {
      const {times, what, lengths} = columns();
      const before = [times, what, lengths].reduce((sum, {cells}) => sum + cells + gap.length, sourceOf('').length);
      return (event, index) => {
        const {style} = eventKind(event);
        const many = timesInTimeline(event, symbols.times, isWide);
        const cells = width - marginCells - before - many.length;
        const brief = eventBrief(event, {width: noTarget, cells, ellipsis}).text;
        const words = shortenWords(besideKind(event, brief), cells, ellipsis);
        return concat([
          plain(times.at(index), {dim: true}),
          plain(`${gap}${what.at(index)}`, style),
          plain(`${gap}${lengths.at(index)}${gap}${sourceOf(event.from)}`, {dim: true}),
          plain(many, {bold: true}),
          plain(words, event.kind === 'failed' ? style : {}),
        ]);
      };
    },
    width,
    symbols,
  });
}

/** Errors, and a failure that is not over: what is wrong is the first part of the page. */
function isTold({kind, until}: TimelineEvent): boolean {
  return kind === 'errors' || kind === 'connector' || (kind === 'failed' && until === undefined);
}

/** Other parts of the page count on: the numbers here are of the time at which it was read. `left`: rows that it lacks. */
function titleOf(
  pipeline: string,
  state: TimelineState | undefined,
  {services, commands}: Screen,
  left: number,
): StyledText {
  const {timeline, readAt} = state ?? {};
  const {catalog, clock, symbols} = services;
  const title = `Timeline of ${pipeline}`;
  if (!timeline) return pageTitle(title, catalog.hasServer ? 'asking the server' : 'reading the log');
  const nothing = timeline.events.length === 0 ? 'no run, state or error is known' : undefined;
  const hint = left > 0 ? pressTo(commands, ['timeline', 'add errors']) : '';
  const order = hint === '' ? 'newest first, UTC' : `UTC ${symbols.dot} ${hint}`;
  const words = missingInShort(timeline.missing) || (nothing ?? order);
  const isOld = catalog.hasServer && readAt !== undefined;
  return pageTitle(title, isOld ? `${words} ${symbols.dot} as of ${fineMoment(readAt, clock.wall())}` : words);
}

/** A column with its head. */
function headed(
  head: string,
  rows: readonly TimelineEvent[],
  textOf: (event: TimelineEvent) => string,
  isNumber = false,
) {
  const column = textColumn([undefined, ...rows], (event) => (event ? textOf(event) : head), isNumber);
  return {head: column.at(0), cells: column.cells, at: (row: number) => column.at(row + 1)};
}

/** Goes to the place of an event in the log, or says why there is none. */
function goToEvent(screen: Screen, state: TimelineState | undefined, item: number): void {
  const event = timelineRows(state?.timeline?.events ?? [])[item];
  if (!event || !state) return;
  const {id: lastId, firstId: id = lastId} = event;
  const buffer = screen.services.logs.get(state.log)?.buffer;
  if (id === undefined) {
    screen.say('this is not in the log');
    return;
  }
  // Of errors of a kind, the first leaves before the last.
  const kept = [id, lastId].find((each) => each !== undefined && buffer && each >= buffer.firstId);
  if (kept === undefined) {
    screen.say('this is no longer kept');
    return;
  }
  closePages(screen);
  goToEntryOf(screen, state.log, kept);
  if (kept !== id) screen.say('the first of them is no longer kept: this is the last one');
}

function timelineAsText(screen: Screen, state: TimelineState | undefined): PageText | Problem {
  const timeline = state?.timeline;
  if (!timeline) return {problem: 'still loading: press the key again'};
  const {pipeline} = timeline;
  const {serverUrl: server} = screen.services;
  const text = timelineText(timeline, lastMoment(screen, pipeline));
  const markdown = pipelineMarkdown({pipeline, server, facts: [], errors: [{title: 'Timeline', text}]});
  return {file: `${pipeline}-timeline`, text, markdown};
}

export const timelinePart: PipelinePart<TimelineReader> = {
  name: 'timeline',
  above: 'connection',
  start: ({services}) => new TimelineReader(services),
  section: (screen, {name: pipeline}, {kept, width, isAsked}) =>
    timelineSection(screen, {state: kept.state.get(), pipeline, width, isAsked}),
  read: readTimeline,
  goTo: (screen, kept, key) => goToEvent(screen, kept.state.get(), Number(key)),
  text: (screen, kept) => timelineAsText(screen, kept.state.get()),
  redrawnBy: ({state}) => [state],
};

export const timeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'timeline',
        opens: 'pipeline',
        section: 'timeline',
        keys: ['H'],
        help: 'timeline of the pipeline: states, runs, gaps, errors',
        synonyms: ['history', 'events'],
      },
    ],
  },
  parts: [timelinePart],
};

/**
 * Until when what goes on has lasted, as Unix time in ms: now, but while the server does not answer until its last answer,
 * and in a log that is a file until its last record.
 */
function lastMoment(screen: Screen, name: string): number {
  const {services} = screen;
  const buffer = services.catalog.find(name) && services.logs.get(name)?.buffer;
  const index = indexNamed(screen, name);
  const at = buffer && index && timeOfLast(buffer, index);
  const {failure, goodAt} = services.poller.snapshot.get();
  return at ?? (failure ? goodAt : undefined) ?? services.clock.wall();
}

/** `12:03:41`; of several events at different times `12:00–12:09`. */
function timelineTime(event: TimelineEvent, now: number): string {
  const {from, to} = event.kind === 'connector' || event.firstAt !== undefined ? spanOf(event) : {};
  const [first = '', last = ''] = [from, to].map((at) => (at === undefined ? '' : moment(at, now)));
  if (first !== '' && last !== '' && first !== last) return rangeInWords(first, last);
  return event.at === undefined ? '' : fineMoment(event.at, now);
}
