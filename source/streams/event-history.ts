import type {ConnectionEvent} from './connection-state.ts';

/** Events that a tab keeps. */
export const eventsKept = 20;

/** The last 20 connection events of a tab. Repeats of one kind (a key) take one line: the newest says how many. */
export class EventHistory {
  #events: readonly ConnectionEvent[] = [];
  #lastKey: string | undefined;

  /** Oldest first; another array after each change. */
  get events(): readonly ConnectionEvent[] {
    return this.#events;
  }

  /** `at`: wall milliseconds. An event with the `key` of the one before replaces it. */
  add(at: number, text: string, key?: string): void {
    const before = key !== undefined && key === this.#lastKey ? this.#events.slice(0, -1) : this.#events;
    this.#events = [...before, {at, text}].slice(-eventsKept);
    this.#lastKey = key;
  }
}
