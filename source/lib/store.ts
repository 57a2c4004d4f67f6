/** The reading side of a store: what a component or a hook needs. `get` returns the same value until it changes. */
export type ReadableStore<T> = {
  readonly get: () => T;
  /** Calls `listener` after each change; the returned function unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
};

/** A value that can be watched. */
export type Store<T> = ReadableStore<T> & {
  /** Replaces the value and calls the listeners, unless it is the same one (`Object.is`). */
  readonly set: (next: T) => void;
};

/** Makes a store. Listeners may unsubscribe, themselves or others, while they are called. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
