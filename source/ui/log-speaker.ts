import {counted} from '../lib/format.ts';
import {isCatchingUp} from '../logs/log-snapshot.ts';
import type {Controller} from './controller.ts';
import type {PaneAt} from './pane/pane-at.ts';
import type {PaneLog} from './pane/pane-model.ts';
import {entryWords, lastWords, markerLines} from './spoken-words.ts';
import {promptInUse} from './state/view-state.ts';

/** Lines of a log that are said within a second; when more come at once, their number is said instead. */
const mostLines = 5;
/** Milliseconds. */
const second = 1000;
/** Milliseconds between two numbers of a long flood: a number takes two seconds to hear. */
const longestPause = 5000;
/** Lines that are said of a log when its tab is opened. */
const lastLines = 3;
/** Milliseconds between two looks at a log that cannot be said yet. */
const retry = 200;
/** Times to wait for the index of a log that never rests. */
const mostIndexWaits = 10;

type LogSpeakerOptions = {
  readonly controller: Controller;
  readonly isReady: () => boolean;
  readonly print: (...lines: readonly string[]) => void;
  /** `say` is called again after so many milliseconds. */
  readonly checkLater: (milliseconds: number) => void;
};

/** Says the new lines of the shown log while it is followed: each of them, or in a flood their number. */
export class LogSpeaker {
  readonly #options: LogSpeakerOptions;
  readonly #print: (...lines: readonly string[]) => void;
  /** The next entry of each log that is to be said. */
  readonly #next = new WeakMap<PaneLog, number>();
  #windowEnd = Number.NEGATIVE_INFINITY;
  #saidInWindow = 0;
  /** Milliseconds after the next number; doubled while a flood lasts. */
  #pause = second;
  #isBack = false;
  #indexWaits = 0;

  constructor(options: LogSpeakerOptions) {
    this.#options = options;
    this.#print = options.print;
  }

  /** The shown log was opened, or comes back after a pause: its last lines are said, too. */
  comeBack(): void {
    this.#isBack = true;
  }

  /** Says what is new of the shown log, as far as its turn has come; calls `checkLater` for the rest. */
  say(): void {
    const {controller, isReady, checkLater} = this.#options;
    const at = controller.paneAt;
    const isHeld = controller.state.page !== undefined || promptInUse(controller.state) !== undefined;
    if (!at || at.tab.pane.position.kind === 'held' || isHeld || at.model.isFiltering) return;
    if (!isReady()) {
      checkLater(retry);
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
    // For `(` and `)`: no histogram is painted, which would begin to count.
    if (at.layout.histogramRows > 0) at.model.beginCounting();
    // The last lines of a log that was just opened are those at its end, which is soon indexed.
    if (this.#isBack && at.model.index.indexedTo < source.buffer.endedTo && this.#indexWaits < mostIndexWaits) {
      this.#indexWaits += 1;
      checkLater(retry);
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
        this.#print(entryWords(at, id));
      }
      this.#saidInWindow += lines;
      this.#pause = second;
    } else if (this.#saidInWindow === 0) {
      this.#sayNumber(at, {first, last, lines, isFirst: next === undefined});
      this.#openWindow(now + this.#pause);
      this.#saidInWindow = mostLines;
      this.#pause = Math.min(longestPause, 2 * this.#pause);
    } else {
      checkLater(this.#windowEnd - now);
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
    this.#print(errors.length === 0 ? number : `${number}, ${counted(errors.length, 'error', 'errors')}`);
    const lastError = errors.at(-1);
    if (!isFirst && lastError !== undefined) this.#print(`the last error: ${entryWords(at, lastError)}`);
    if (!isFirst) this.#print(...markerLines(at, {first, last}));
    if (!this.#isBack || !at.tab.pinned) return;
    this.#print(...lastWords(at, {first, last, most: lastLines}));
  }
}
