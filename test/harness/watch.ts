/** Waits for something to be true of a thing that reports its changes. */
export class Watch {
  readonly #watchers = new Set<() => void>();

  /** Something changed: every wait looks again. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Calls `watcher` after each change; the returned function ends it. */
  each(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Resolves once `done` returns true. Rejects when `hopeless` gives a reason, or after `timeout` milliseconds, with
   * the message that `describe` makes of the reason.
   */
  async until(options: {
    readonly done: () => boolean;
    readonly hopeless: () => string | undefined;
    readonly describe: (why: string) => string;
    readonly timeout: number;
  }): Promise<void> {
    const {done, hopeless, describe, timeout} = options;
    const {promise, resolve, reject} = Promise.withResolvers<void>();
    let cause: unknown;
    const fail = (why: string): void => reject(new Error(describe(why), {cause}));
    const look = (): void => {
      try {
        if (done()) {
          resolve();
          return;
        }
      } catch (error) {
        // A question about something that is not there yet may throw: the same as a no, until the end.
        cause = error;
      }
      const why = hopeless();
      if (why !== undefined) fail(why);
    };
    const timer = setTimeout(() => fail(`${timeout} ms passed`), timeout);
    this.#watchers.add(look);
    try {
      look();
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }
}
