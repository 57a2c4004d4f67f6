/** `get` returns the same value until it changes. */
export type ReadableStore<T> = {
  readonly get: () => T;
  /** Calls `listener` after each change; the returned function unsubscribes. */
  readonly subscribe: (listener: () => void) => () => void;
};

export type Store<T> = ReadableStore<T> & {
  /** Calls the listeners, unless the value is the same (`Object.is`). */
  readonly set: (next: T) => void;
  /** Listeners hear of all changes that `change` makes when it returns. May be nested. */
  readonly together: (change: () => void) => void;
};

/** Listeners may unsubscribe themselves or others while they are called, and change the value. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  let depth = 0;
  let isTelling = false;
  /** Value heard last by each listener: one that makes a change itself is the first to hear of it. */
  const heard = new Map<() => void, T>();
  const tell = () => {
    if (depth > 0 || isTelling) return;
    isTelling = true;
    try {
      while (tellOnce()) {}
    } finally {
      isTelling = false;
    }
  };
  /** Returns false when all have heard of the last change. */
  const tellOnce = () => {
    let isTold = false;
    for (const [listener, last] of heard) {
      if (Object.is(last, value)) continue;
      heard.set(listener, value);
      isTold = true;
      listener();
    }
    return isTold;
  };
  return {
    get: () => value,
    set(next) {
      value = next;
      tell();
    },
    together(change) {
      depth += 1;
      try {
        change();
      } finally {
        depth -= 1;
        tell();
      }
    },
    subscribe(listener) {
      heard.set(listener, value);
      return () => heard.delete(listener);
    },
  };
}

/** A store whose listeners hear of changes only while `isOpen`, and when it opens of those before. `get` is not held. */
export function heldStore<T>(store: ReadableStore<T>, isOpen: ReadableStore<boolean>): ReadableStore<T> {
  return {
    get: store.get,
    subscribe(listener) {
      let heard = store.get();
      const hear = () => {
        const now = store.get();
        if (!isOpen.get() || Object.is(now, heard)) return;
        heard = now;
        listener();
      };
      const undo = [store.subscribe(hear), isOpen.subscribe(hear)];
      return () => {
        for (const each of undo) each();
      };
    },
  };
}

/** The values of several stores: the same array until one of them changes. */
export function joinedStores(stores: readonly ReadableStore<unknown>[]): ReadableStore<readonly unknown[]> {
  let values: readonly unknown[] = [];
  return {
    get() {
      const now = stores.map((store) => store.get());
      if (!sameParts(values, now)) values = now;
      return values;
    },
    subscribe(listener) {
      const undo = stores.map((store) => store.subscribe(listener));
      return () => {
        for (const each of undo) each();
      };
    },
  };
}

/** Returns whether the keys of two kept values are equal, part by part. */
export function sameParts(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
