import {createStore, type ReadableStore} from '../lib/store.ts';
import type {Description, Services} from './services.ts';

/** What the page `describe` shows while and after it is looked up. */
export type Described = {readonly name: string; readonly answer: Description | undefined};

/** Looks pipelines up for the page `describe`, one at a time: a later question replaces an earlier one. */
export class Describer {
  readonly #describe: Services['describe'];
  readonly #described = createStore<Described | undefined>(undefined);
  #describing: AbortController | undefined;

  constructor(describe: Services['describe']) {
    this.#describe = describe;
  }

  get described(): ReadableStore<Described | undefined> {
    return this.#described;
  }

  ask(name: string): void {
    this.#describing?.abort();
    const describing = new AbortController();
    this.#describing = describing;
    this.#described.set({name, answer: undefined});
    void this.#describe(name, describing.signal).then((answer) => {
      if (!describing.signal.aborted) this.#described.set({name, answer});
    });
  }

  dispose(): void {
    this.#describing?.abort();
  }
}
