import {count, counted} from '../lib/format.ts';
import {createStore, joinedStores, type ReadableStore, sameParts} from '../lib/store.ts';
import {clean} from '../terminal/clean.ts';
import {type NoAnswer, noAnswerWords} from '../words/failures.ts';
import type {Controller} from './controller.ts';
import {pressTo} from './keys/commands.ts';
import {LogSpeaker} from './log-speaker.ts';
import {PageSpeaker} from './page-speaker.ts';
import {storesOfPage} from './pages/pages.ts';
import {troubleShown} from './pages/trouble.ts';
import type {PaneAt} from './pane/pane-at.ts';
import {
  connectionText,
  cursorWords,
  entryWords,
  failures,
  listWords,
  matchWords,
  noAnswerNow,
  positionWords,
  statusWords,
  tabWords,
  viewChangeWords,
} from './spoken-words.ts';
import type {PaneView} from './state/pane-view.ts';
import {promptBelow, promptInUse, type ViewState} from './state/view-state.ts';

/** Milliseconds until a terminal that accepts nothing is tried again. */
const retry = 200;
/** Lines that wait for such a terminal. */
const mostWaiting = 500;

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
  readonly noAnswer: NoAnswer | undefined;
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
  readonly #page: PageSpeaker;
  readonly #log: LogSpeaker;
  #seen: Seen | undefined;
  #isGreeted = false;
  #troubleSaid: ReadonlySet<string> = new Set();
  /** The search or filters whose result is not complete yet. */
  #resultDue: 'search' | 'filters' | undefined;
  /** The next check: at once for all changes of one key, or after a wait. */
  #next: {readonly due: number; readonly cancel: () => void} | undefined;
  #followed: readonly ReadableStore<unknown>[] = [];
  #leave = () => {};

  constructor(options: SpeakerOptions) {
    this.#options = options;
    const {controller, isReady} = options;
    const print = (...lines: readonly string[]) => this.#say(...lines);
    this.#page = new PageSpeaker(controller, print);
    this.#log = new LogSpeaker({controller, isReady, print, checkLater: (wait) => this.#checkLater(wait)});
  }

  get status(): ReadableStore<string> {
    return this.#status;
  }

  /** Returns what ends it. */
  start(): () => void {
    this.#check();
    return () => {
      this.#leave();
      this.#next?.cancel();
    };
  }

  #checkLater(milliseconds: number): void {
    const {clock} = this.#options.controller.services;
    const due = clock.monotonic() + milliseconds;
    if (this.#next && this.#next.due <= due) return;
    this.#next?.cancel();
    const cancel = clock.after(milliseconds, () => {
      this.#next = undefined;
      this.#check();
    });
    this.#next = {due, cancel};
  }

  #check(): void {
    const {controller} = this.#options;
    this.#follow();
    this.#greet();
    this.#sayChanges();
    if (controller.state.page) this.#page.say(controller.state.page);
    else this.#page.forget();
    this.#sayResult();
    this.#log.say();
    this.#flush();
    this.#status.set(statusWords(controller));
  }

  /** All that changes what is on the screen: another log, and another page, have other stores. */
  #follow(): void {
    const {controller} = this.#options;
    const {view, services, pane} = controller;
    const ofLog = pane ? [pane.model.source.snapshot, pane.model.progress] : [];
    const stores = [view, services.poller.snapshot, services.logs.names, ...ofLog, ...storesOfPage(controller)];
    if (sameParts(stores, this.#followed)) return;
    this.#leave();
    this.#followed = stores;
    this.#leave = joinedStores(stores).subscribe(() => this.#checkLater(0));
  }

  #greet(): void {
    const {controller} = this.#options;
    const list = listWords(controller);
    if (this.#isGreeted || list === undefined) return;
    this.#isGreeted = true;
    const keys = pressTo(
      controller.commands,
      ['help', 'list the keys'],
      ['other-side', 'go to the list or to the log'],
      ['quit', 'quit'],
    );
    this.#say(`pipetail ${list} · ${keys}`);
  }

  #sayChanges(): void {
    const {controller} = this.#options;
    const {state} = controller;
    const before = this.#seen;
    // A prompt changes the view while it is typed: the result is said when it is closed.
    const isPrompting = (promptInUse(state) ?? promptBelow(state)) !== undefined;
    const now: Seen = {
      view: state,
      pane: isPrompting && before ? before.pane : controller.tab?.pane,
      current: isPrompting && before ? before.current : this.#currentLine(),
      cursor: cursorWords(controller),
      connection: connectionText(controller),
      noAnswer: noAnswerNow(controller),
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
      const isNamed = state.focus === 'list' && controller.tab?.pinned === false && before !== undefined;
      if ((controller.tab || before) && !isNamed) this.#say(tabWords(controller, {errors: true}));
      this.#log.comeBack();
      this.#resultDue = undefined;
    } else {
      if (before?.pane && now.pane) this.#sayView(before.pane, now.pane, isNoticed);
      if (now.connection !== before?.connection && !passing.includes(now.connection)) {
        this.#say(`${clean(now.view.active ?? '')}: ${now.connection}`);
      }
    }
    // Once, although the cause may change with each try.
    if (now.noAnswer && !before?.noAnswer) this.#say(noAnswerWords(now.noAnswer));
    if (before?.noAnswer && !now.noAnswer) this.#say('the list is up to date again');
    this.#sayList(before, now);
    if (prompt?.problem !== undefined && prompt.problem !== before?.view.prompt?.problem) this.#say(prompt.problem);
    if (before?.view.page && !page && !isOtherTab)
      this.#say(`back: ${promptInUse(state) ? statusWords(controller) : tabWords(controller)}`);
    if (isNoticed) this.#say(notice);
    const at = controller.paneAt;
    const isOtherLine = isOtherTab || now.current !== before?.current;
    if (at && now.current !== undefined && isOtherLine && !page) this.#sayCurrent(at, now.current);
  }

  /** What is shown in place of a list that there is not: each row once, although the next try changes them. */
  #sayTrouble(): void {
    const rows = troubleShown(this.#options.controller, {now: undefined, waited: undefined}) ?? [];
    const texts = rows.map(({text}) => text.trim());
    const unsaid = texts.filter((text) => text !== '' && !this.#troubleSaid.has(text));
    this.#say(...unsaid);
    this.#troubleSaid = new Set(texts.length === 0 ? [] : [...this.#troubleSaid, ...unsaid]);
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
    if (kind === 'follow' && before.position.kind === 'held') this.#log.comeBack();
  }

  #sayList(before: Seen | undefined, now: Seen): void {
    const {controller} = this.#options;
    const {focus, marked, listHidden} = now.view;
    if (before && listHidden !== before.view.listHidden) this.#say(listHidden ? 'list hidden' : 'list shown');
    const isMoved = now.view.cursor !== before?.view.cursor || marked !== before?.view.marked;
    if (before && focus !== before.view.focus) {
      this.#say(focus === 'list' ? `list: ${now.cursor}` : `log: ${tabWords(controller)}`);
    } else if (before && focus === 'list' && isMoved) this.#say(now.cursor);
    if (before?.isListed !== true) return;
    for (const [name, why] of now.failures) {
      if (before.failures.get(name) !== why) this.#say(`${clean(name)}: ${why}`);
    }
  }

  #sayCurrent(at: PaneAt, id: number): void {
    const isMatch = at.model.searching?.search.rankOf(id) !== undefined;
    const place = isMatch ? matchWords(at) : undefined;
    if (isMatch && at.model.isSearched && this.#resultDue === 'search') this.#resultDue = undefined;
    this.#say(`${place === undefined ? '' : `${place}: `}${entryWords(at, id)}`);
  }

  /** How many lines a search or filters have found, once that is known. */
  #sayResult(): void {
    const at = this.#options.controller.paneAt;
    if (!at || this.#resultDue === undefined || promptInUse(this.#options.controller.state)) return;
    const {model} = at;
    if (this.#resultDue === 'search') {
      if (!model.isSearched && model.searching?.pattern.isStopped !== true) return;
      const words = matchWords(at);
      if (words !== undefined) this.#say(words);
    } else {
      if (model.isFiltering) return;
      const shown = model.entries.countFrom(model.source.buffer.firstId);
      this.#say(`${counted(shown, 'line', 'lines')} shown`);
    }
    this.#resultDue = undefined;
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
