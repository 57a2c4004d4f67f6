import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore, type Store} from '../../lib/store.ts';
import {reduce, type Tab, type ViewAction, type ViewState} from '../state/view-state.ts';

/** A message: of what a key did, or of something that went wrong. */
export type NoticeKind = 'news' | 'failure';

type ViewServices = {
  readonly clock: Clock;
  /** A user is at the screen. */
  readonly isAttended: ReadableStore<boolean>;
};

/** Milliseconds to see that there is a notice, and to read a character of it. */
const toSee = 5000;
const toRead = 50;
/** Milliseconds for what went wrong: it may come without a key, and nothing else shows it. */
const failureStays = 30_000;

/** Holds what is open on the screen, where, and what is said there. What follows from a change is up to subscribers. */
export class View {
  readonly store: ReadableStore<ViewState>;
  readonly #store: Store<ViewState>;
  readonly #clock: Clock;
  readonly #isAttended: ReadableStore<boolean>;
  #stopNoticeTimer = () => {};

  constructor(initial: ViewState, {clock, isAttended}: ViewServices) {
    this.#store = createStore(initial);
    this.store = this.#store;
    this.#clock = clock;
    this.#isAttended = isAttended;
  }

  get state(): ViewState {
    return this.#store.get();
  }

  dispatch(action: ViewAction): void {
    this.#store.set(reduce(this.state, action));
  }

  /** Subscribers hear of all that `change` does when it is done, at once. */
  together(change: () => void): void {
    this.#store.together(change);
  }

  tab(name: string): Tab | undefined {
    return this.state.tabs.find((tab) => tab.name === name);
  }

  /** Shows one line until the next key, or until it was there long enough to be read. */
  say(text: string, kind: NoticeKind = 'news'): void {
    this.dispatch({type: 'set', change: {notice: text}});
    const needed = toSee + toRead * text.length;
    this.#endNoticeIn(kind === 'failure' ? Math.max(needed, failureStays) : needed);
  }

  clearNotice(): void {
    this.stop();
    this.dispatch({type: 'set', change: {notice: undefined}});
  }

  /** Ends the notice after this time. While no user is there, the clock stands; after an absence it starts again from zero. */
  #endNoticeIn(milliseconds: number): void {
    this.stop();
    if (!this.#isAttended.get()) {
      this.#stopNoticeTimer = this.#isAttended.subscribe(() => this.#endNoticeIn(milliseconds));
      return;
    }
    this.#stopNoticeTimer = this.#clock.after(milliseconds, () => {
      if (this.#isAttended.get()) this.#endNotice();
      else this.#endNoticeIn(milliseconds);
    });
  }

  /** Ends the notice. With it the first press of a key that needs two is void: nothing asks for the second any more. */
  #endNotice(): void {
    this.stop();
    this.dispatch({type: 'set', change: {notice: undefined, pendingConfirmation: undefined}});
  }

  stop(): void {
    this.#stopNoticeTimer();
    this.#stopNoticeTimer = () => {};
  }
}
