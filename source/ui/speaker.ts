import {count, counted} from '../lib/format.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import {isCatchingUp, type LogSource} from '../streams/log-source.ts';
import {clean} from '../terminal/clean.ts';
import type {Controller} from './controller.ts';
import {keysDo, keysShown} from './keys/commands.ts';
import {helpOf} from './pages/help.ts';
import {headingRows} from './pages/page-rows.ts';
import {pageRows, pageShown, troubleShown} from './pages/pages.ts';
import type {PaneAt} from './pane/pane-at.ts';
import {
  connectionText,
  contentOf,
  cursorWords,
  entryWords,
  failures,
  lastWords,
  listWords,
  markerLines,
  positionWords,
  searchWords,
  statusWords,
  tabWords,
  takeUnsaid,
  viewChangeWords,
} from './spoken-words.ts';
import type {PaneView} from './state/pane-view.ts';
import {type Page, promptInUse, type ViewState} from './state/view-state.ts';

/** Lines of a log that are said within a second; when more come at once, their number is said instead. */
const mostLines = 5;
/** Milliseconds. */
const second = 1000;
/** Milliseconds between two numbers of a long flood: a number takes two seconds to hear. */
const longestPause = 5000;
/** Lines that are said of a log when its tab is opened. */
const lastLines = 3;
/** Items of a list that are said when its page is opened. */
const mostItems = 20;
/** Milliseconds until a terminal that accepts nothing is tried again. */
const retry = 200;
/** Times to wait for the index of a log that never rests. */
const mostIndexWaits = 10;
/** Lines that wait for such a terminal. */
const mostWaiting = 500;
/** Below 100 columns the help has one column, which can be read from top to bottom. */
const helpWidth = 99;

/** Connections that are worth a word. */
const passing: readonly string[] = ['', 'connecting', 'catching up', 'reading'];

/** What was last seen of the screen. */
type Seen = {
  readonly view: ViewState;
  readonly pane: PaneView | undefined;
  /** The current line of a paused log. */
  readonly current: number | undefined;
  readonly cursor: string;
  readonly connection: string;
  readonly failures: ReadonlyMap<string, string>;
  readonly isListed: boolean;
};

type SpeakerOptions = {
  readonly controller: Controller;
  /** Prints lines, each once, above the status. */
  readonly say: (lines: readonly string[]) => void;
  /** The terminal accepts lines now: neither lent nor stalled. Until then nothing is lost. */
  readonly isReady: () => boolean;
};

/**
 * Says in single lines what a screen reader's user would otherwise have to find on a screen: the new lines of the shown
 * log, what a key has changed, pages, notices, and failures. `status` is the one line that stays.
 */
export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #status = createStore('');
  readonly #waiting: string[] = [];
  /** The next entry of each log that is to be said. */
  readonly #next = new WeakMap<LogSource, number>();
  #seen: Seen | undefined;
  #isGreeted = false;
  /** Rows of the open page that were said. */
  #pageSaid = new Set<string>();
  #pageItem = '';
  #troubleSaid: ReadonlySet<string> = new Set();
  /** The search or filters whose result is not complete yet. */
  #resultDue: 'search' | 'filters' | undefined;
  #windowEnd = Number.NEGATIVE_INFINITY;
  #saidInWindow = 0;
  /** Milliseconds after the next number; doubled while a flood lasts. */
  #pause = second;
  /** The shown log was opened, or comes back after a pause: its last lines are said, too. */
  #isBack = false;
  #indexWaits = 0;
  #cancelCheck: (() => void) | undefined;
  #later: {readonly due: number; readonly cancel: () => void} | undefined;
  #followed: LogSource | undefined;
  #leaveLog = () => {};

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  get status(): ReadableStore<string> {
    return this.#status;
  }

  /** Returns what ends it. */
  start(): () => void {
    const {controller} = this.#options;
    const {poller} = controller.services;
    const check = () => this.#checkSoon();
    const undo = [
      controller.view.subscribe(check),
      controller.lookup.described.subscribe(check),
      controller.services.stats.known.subscribe(check),
      controller.comparison.state.subscribe(check),
      controller.story.state.subscribe(check),
      poller.snapshot.subscribe(check),
      controller.logs.names.subscribe(check),
    ];
    this.#check();
    return () => {
      for (const each of undo) each();
      this.#leaveLog();
      this.#cancelCheck?.();
      this.#later?.cancel();
    };
  }

  /** Once for all changes of one key. */
  #checkSoon(): void {
    this.#cancelCheck ??= this.#options.controller.services.clock.after(0, () => {
      this.#cancelCheck = undefined;
      this.#check();
    });
  }

  #checkLater(milliseconds: number): void {
    const {clock} = this.#options.controller.services;
    const due = clock.monotonic() + milliseconds;
    if (this.#later && this.#later.due <= due) return;
    this.#later?.cancel();
    const cancel = clock.after(milliseconds, () => {
      this.#later = undefined;
      this.#check();
    });
    this.#later = {due, cancel};
  }

  #check(): void {
    const {controller} = this.#options;
    this.#followLog();
    this.#greet();
    this.#sayChanges();
    if (controller.state.page) this.#sayPage(controller.state.page);
    else this.#pageSaid.clear();
    this.#sayResult();
    this.#sayLines();
    this.#flush();
    this.#status.set(statusWords(controller));
  }

  #followLog(): void {
    const model = this.#options.controller.pane?.model;
    if (model?.source === this.#followed) return;
    this.#leaveLog();
    this.#followed = model?.source;
    const check = () => this.#checkSoon();
    const undo = model ? [model.source.snapshot.subscribe(check), model.progress.subscribe(check)] : [];
    this.#leaveLog = () => {
      for (const each of undo) each();
    };
  }

  #greet(): void {
    const {controller} = this.#options;
    const list = listWords(controller);
    if (this.#isGreeted || list === undefined) return;
    this.#isGreeted = true;
    const keys = keysDo(controller.commands, [
      ['help', 'lists the keys'],
      ['other-side', 'goes to the list or to the log'],
      ['quit', 'quits'],
    ]);
    this.#say(`pipetail ${list}. ${keys}`);
  }

  #sayChanges(): void {
    const {controller} = this.#options;
    const {state} = controller;
    const before = this.#seen;
    // A prompt changes the view while it is typed: the result is said when it is closed.
    const isPrompting = promptInUse(state) !== undefined;
    const now: Seen = {
      view: state,
      pane: isPrompting && before ? before.pane : controller.tab?.pane,
      current: isPrompting && before ? before.current : this.#currentLine(),
      cursor: cursorWords(controller),
      connection: connectionText(controller),
      failures: failures(controller),
      isListed: controller.services.poller.snapshot.get().pipelines !== undefined,
    };
    this.#seen = now;
    this.#sayTrouble();
    const {prompt, notice, page} = state;
    const isNoticed = notice !== undefined && notice !== before?.view.notice;
    const isOtherTab = now.view.active !== before?.view.active;
    if (isOtherTab) {
      // The list has just named the pipeline whose preview this is.
      const isNamed = state.focus === 'sidebar' && controller.tab?.kept === false && before !== undefined;
      if ((controller.tab || before) && !isNamed) this.#say(tabWords(controller, {errors: true}));
      this.#isBack = true;
      this.#resultDue = undefined;
    } else {
      if (before?.pane && now.pane) this.#sayView(before.pane, now.pane, isNoticed);
      if (now.connection !== before?.connection && !passing.includes(now.connection)) {
        this.#say(`${clean(now.view.active ?? '')}: ${now.connection}`);
      }
    }
    this.#sayList(before, now);
    if (prompt?.problem !== undefined && prompt.problem !== before?.view.prompt?.problem) this.#say(prompt.problem);
    if (before?.view.page && !page && !isOtherTab) this.#say(`back: ${tabWords(controller)}`);
    if (isNoticed) this.#say(notice);
    const at = controller.paneAt;
    const isOtherLine = isOtherTab || now.current !== before?.current;
    if (at && now.current !== undefined && isOtherLine && !page) this.#sayCurrent(at, now.current);
  }

  /** What is shown in place of a list that there is not: each row once, although the next try changes them. */
  #sayTrouble(): void {
    const rows = troubleShown(this.#options.controller, {now: undefined, waited: undefined}) ?? [];
    const texts = rows.map(({text}) => text.trim());
    const fresh = texts.filter((text) => text !== '' && !this.#troubleSaid.has(text));
    this.#say(...fresh);
    this.#troubleSaid = new Set(texts.length === 0 ? [] : [...this.#troubleSaid, ...fresh]);
  }

  #currentLine(): number | undefined {
    const at = this.#options.controller.paneAt;
    return at?.tab.pane.position.kind === 'held' ? at.current : undefined;
  }

  #sayView(before: PaneView, now: PaneView, isNoticed: boolean): void {
    if (!isNoticed) this.#say(...viewChangeWords(before, now));
    const {kind} = now.position;
    if (kind !== before.position.kind) this.#say(...positionWords(this.#options.controller));
    if (now.search !== before.search && now.search !== undefined) this.#resultDue = 'search';
    if (now.filters !== before.filters || now.around !== before.around) this.#resultDue = 'filters';
    if (kind === 'follow' && before.position.kind === 'held') this.#isBack = true;
  }

  #sayList(before: Seen | undefined, now: Seen): void {
    const {controller} = this.#options;
    const {focus, marked, sidebarHidden} = now.view;
    if (before && sidebarHidden !== before.view.sidebarHidden) this.#say(sidebarHidden ? 'list hidden' : 'list shown');
    const isMoved = now.view.cursor !== before?.view.cursor || marked !== before?.view.marked;
    if (before && focus !== before.view.focus) {
      this.#say(focus === 'sidebar' ? `list: ${now.cursor}` : `log: ${tabWords(controller)}`);
    } else if (before && focus === 'sidebar' && isMoved) this.#say(now.cursor);
    if (before?.isListed !== true) return;
    for (const [name, why] of now.failures) {
      if (before.failures.get(name) !== why) this.#say(`${clean(name)}: ${why}`);
    }
  }

  #sayCurrent(at: PaneAt, id: number): void {
    const isHit = at.model.searching?.search.rankOf(id) !== undefined;
    const place = isHit ? searchWords(at) : undefined;
    if (isHit && at.model.isSearched && this.#resultDue === 'search') this.#resultDue = undefined;
    this.#say(`${place === undefined ? '' : `${place}: `}${entryWords(at, id)}`);
  }

  /** All rows of a text once, and each row that is new; of a list its title, its items, then the one at the cursor. */
  #sayPage(page: Page): void {
    const {controller} = this.#options;
    const at = controller.paneAt;
    const id = `${page.kind} ${page.kind === 'detail' ? at?.current : contentOf(controller, page)}`;
    if (!this.#pageSaid.has(id)) {
      this.#pageSaid = new Set([id]);
      this.#pageItem = '';
    }
    if (page.kind === 'help') {
      this.#sayHelp(page);
      return;
    }
    const rows = pageRows(controller);
    const textAt = (row: number) => (rows.at(row)?.text ?? '').replaceAll(/\s+/g, ' ').trim();
    if ('cursor' in page) this.#sayListPage(rows.length - headingRows, textAt);
    else {
      const texts = Array.from({length: rows.length}, (_, row) => textAt(row));
      const fresh = takeUnsaid(page.kind, texts, this.#pageSaid);
      this.#say(...fresh);
      this.#sayPlace(fresh.length > 0);
    }
  }

  /** All commands once; then how many are found by what is typed, and the one under the cursor. */
  #sayHelp(page: Extract<Page, {kind: 'help'}>): void {
    const {controller} = this.#options;
    const {rows, items} = helpOf(controller, {...page, cursor: -1}, helpWidth);
    const command = items[page.cursor]?.command;
    const chosen = command ? `${keysShown(command, controller.services.isUtf8)} ${command.help}` : 'no command matches';
    const found = `${counted(items.length, 'command', 'commands')} with ${page.text}`;
    const item = `${found}: ${chosen}`;
    if (this.#pageItem === '') {
      const texts = rows.map(({text}) => text.replaceAll(/\s+/g, ' ').trim());
      this.#say(...texts.filter((text) => text !== ''));
    } else if (!this.#pageItem.startsWith(`${found}:`)) this.#say(item);
    else if (item !== this.#pageItem) this.#say(chosen);
    this.#pageItem = item;
  }

  #sayListPage(items: number, textAt: (row: number) => string): void {
    const {symbols} = this.#options.controller.services;
    const itemAt = (item: number) =>
      textAt(headingRows + item)
        .replace(symbols.currentLine, '')
        .trim();
    const cursor = Array.from({length: items}, (_, item) => item).find((item) =>
      textAt(headingRows + item).startsWith(symbols.currentLine),
    );
    const item = cursor === undefined ? '' : itemAt(cursor);
    if (this.#pageItem === '') {
      const more = items - mostItems;
      this.#say(
        textAt(0),
        ...Array.from({length: Math.min(items, mostItems)}, (_, index) => itemAt(index)),
        ...(more > 0 ? [`and ${count(more)} more`] : []),
      );
    } else if (item !== this.#pageItem) this.#say(item);
    this.#pageItem = item === '' ? 'none' : item;
  }

  /** Where a page of text was scrolled to. */
  #sayPlace(isNew: boolean): void {
    const {controller} = this.#options;
    const place = pageShown(controller).place.text.trim();
    if (!isNew && this.#pageItem !== '' && place !== this.#pageItem) this.#say(place);
    this.#pageItem = place;
  }

  /** How many lines a search or filters have found, once that is known. */
  #sayResult(): void {
    const at = this.#options.controller.paneAt;
    if (!at || this.#resultDue === undefined || promptInUse(this.#options.controller.state)) return;
    const {model} = at;
    if (this.#resultDue === 'search') {
      if (!model.isSearched && model.searching?.pattern.tooSlow !== true) return;
      const words = searchWords(at);
      if (words !== undefined) this.#say(words);
    } else {
      if (model.isFiltering) return;
      const shown = model.entries.countFrom(model.source.buffer.firstId);
      this.#say(`${counted(shown, 'line', 'lines')} shown`);
    }
    this.#resultDue = undefined;
  }

  /** New lines of the shown log while it is followed. */
  #sayLines(): void {
    const {controller, isReady} = this.#options;
    const at = controller.paneAt;
    const isHeld = controller.state.page !== undefined || promptInUse(controller.state) !== undefined;
    if (!at || at.tab.pane.position.kind === 'held' || isHeld || at.model.isFiltering) return;
    if (!isReady()) {
      this.#checkLater(retry);
      return;
    }
    const {source} = at.model;
    const next = this.#next.get(source);
    // The catch-up is history, of which only the number of lines is said.
    if (next === undefined && isCatchingUp(source.snapshot.get())) return;
    const {clock} = controller.services;
    const now = clock.monotonic();
    if (now >= this.#windowEnd) this.#openWindow(now + second);
    const {entries} = at.geometry;
    at.model.keepUp();
    // For `(` and `)`: no strip is painted, which would begin to count.
    if (at.layout.stripRows > 0) at.model.beginCounting();
    // The last lines of a log that was just opened are those at its end, which is soon indexed.
    if (this.#isBack && at.model.index.indexedTo < source.buffer.endedTo && this.#indexWaits < mostIndexWaits) {
      this.#indexWaits += 1;
      this.#checkLater(retry);
      return;
    }
    this.#indexWaits = 0;
    // The last line may be incomplete; what is not indexed yet follows with the next number.
    const last = entries.atOrBefore(Math.min(source.buffer.endedTo, at.model.index.indexedTo) - 1);
    if (last === undefined || (next !== undefined && last < next)) return;
    const first = next ?? source.buffer.firstId;
    // Without filters also those that the scrollback has dropped meanwhile.
    const lines = at.model.shown ? entries.countFrom(first) - entries.countFrom(last + 1) : last + 1 - first;
    const room = mostLines - this.#saidInWindow;
    if (next !== undefined && lines <= room) {
      for (let id = entries.atOrAfter(first); id !== undefined && id <= last; id = entries.atOrAfter(id + 1)) {
        this.#say(entryWords(at, id));
      }
      this.#saidInWindow += lines;
      this.#pause = second;
    } else if (this.#saidInWindow === 0) {
      this.#sayNumber(at, {first, last, lines, isFirst: next === undefined});
      this.#openWindow(now + this.#pause);
      this.#saidInWindow = mostLines;
      this.#pause = Math.min(longestPause, 2 * this.#pause);
    } else {
      this.#checkLater(this.#windowEnd - now);
      return;
    }
    this.#isBack = false;
    this.#next.set(source, last + 1);
  }

  #openWindow(end: number): void {
    this.#windowEnd = end;
    this.#saidInWindow = 0;
  }

  /** `+1,204 lines, 3 errors`, what must not be missed of them, and the last ones of a log that was just opened. */
  #sayNumber(
    at: PaneAt,
    {first, last, lines, isFirst}: {first: number; last: number; lines: number; isFirst: boolean},
  ): void {
    const {index} = at.model;
    const {entries} = at.geometry;
    const errors: number[] = [];
    for (let id = index.nextError(first - 1); id !== undefined && id <= last; id = index.nextError(id)) {
      if (entries.atOrAfter(id) === id) errors.push(id);
    }
    const number = `${isFirst ? '' : '+'}${counted(lines, 'line', 'lines')}`;
    this.#say(errors.length === 0 ? number : `${number}, ${counted(errors.length, 'error', 'errors')}`);
    const lastError = errors.at(-1);
    if (!isFirst && lastError !== undefined) this.#say(`the last error: ${entryWords(at, lastError)}`);
    if (!isFirst) this.#say(...markerLines(at, {first, last}));
    if (!this.#isBack || !at.tab.kept) return;
    this.#say(...lastWords(at, {first, last, most: lastLines}));
  }

  #say(...lines: readonly string[]): void {
    this.#waiting.push(...lines);
    const dropped = this.#waiting.length - mostWaiting;
    if (dropped > 0) this.#waiting.splice(0, dropped + 1, `${count(dropped + 1)} earlier messages are left out`);
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    if (this.#options.isReady()) this.#options.say(this.#waiting.splice(0));
    else this.#checkLater(retry);
  }
}
