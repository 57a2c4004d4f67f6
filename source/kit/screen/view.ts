import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore, type Store} from '../../lib/store.ts';
import {reduce, type Tab, type ViewAction, type ViewState} from '../state/view-state.ts';
import {type NoticeKind, NoticeTimer} from './notice-timer.ts';

type ViewServices = {
  readonly clock: Clock;
  /** A user is at the screen; absent: always. */
  readonly isAttended?: ReadableStore<boolean> | undefined;
};

/** Holds what is open on the screen, where, and what is said there. What follows from a change is up to subscribers. */
export class View {
  readonly #store: Store<ViewState>;
  readonly #noticeTimer: NoticeTimer;

  constructor(initial: ViewState, services: ViewServices) {
    this.#store = createStore(initial);
    this.#noticeTimer = new NoticeTimer({...services, onEnd: () => this.#endNotice()});
  }

  get store(): ReadableStore<ViewState> {
    return this.#store;
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
    this.dispatch({type: 'notice', text});
    this.#noticeTimer.start(text, kind);
  }

  clearNotice(): void {
    this.#noticeTimer.stop();
    this.dispatch({type: 'notice', text: undefined});
  }

  /** Ends the notice. With it the first press of a key that needs two is void: nothing asks for the second any more. */
  #endNotice(): void {
    this.together(() => {
      this.clearNotice();
      this.dispatch({type: 'pending-confirmation', command: undefined});
    });
  }

  stop(): void {
    this.#noticeTimer.stop();
  }
}
