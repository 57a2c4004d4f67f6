import type {Pipeline} from '../api/types.ts';
import type {Controller} from './controller.ts';
import {firstToShow, nearestByName} from './pipeline-list.ts';

/** What the list changes of the screen. */
type Screen = Pick<Controller, 'services' | 'state' | 'pipelines' | 'dispatch' | 'tabSwitcher' | 'closing'>;

export type ListFollowerOptions = {
  /** Of the pipelines in the list, those that are to be opened when they are first seen. */
  readonly isAsked: (name: string) => boolean;
  /** Runs once, when the first list is there; the pipeline that is shown first waits for it. */
  readonly beforeFirst: (() => Promise<void>) | undefined;
};

/**
 * Acts on the list, whenever there is a new one: shows a first pipeline, opens what was asked for, keeps the cursor on
 * what there is.
 */
export class ListFollower {
  readonly #screen: Screen;
  readonly #isAsked: (name: string) => boolean;
  #beforeFirst: (() => Promise<void>) | undefined;
  #isPreparing = false;
  #started = false;
  /** Those that were opened because they were asked for: a tab that was closed stays closed. */
  readonly #openedAsked = new Set<string>();

  constructor(screen: Screen, options: ListFollowerOptions) {
    this.#screen = screen;
    this.#isAsked = options.isAsked;
    this.#beforeFirst = options.beforeFirst;
  }

  /** Acts on the list as it is now; nothing, while there is none. */
  look(): void {
    const {services} = this.#screen;
    const {pipelines, failure} = services.poller.snapshot.get();
    if (pipelines === undefined) return;
    // With a failure it is the last good list: streams that wait would take it for the server's answer.
    if (failure === undefined) services.manager.noteList(pipelines);
    if (this.#beforeFirst) void this.#prepare(this.#beforeFirst);
    if (this.#isPreparing) return;
    const [firstAsked] = this.#openAsked(pipelines);
    if (this.#started) this.#keepCursor();
    else this.#showFirst(firstAsked);
  }

  #showFirst(asked: string | undefined): void {
    const {state, pipelines} = this.#screen;
    const underCursor = pipelines.find(({name}) => name === state.cursor);
    const first = state.active ?? asked ?? (underCursor ?? firstToShow(pipelines))?.name;
    if (first === undefined) return;
    this.#started = true;
    this.#screen.dispatch({type: 'cursor', name: first});
    this.#screen.tabSwitcher.show(first);
  }

  /** Opens what is asked for and was not seen before. Answers the names. */
  #openAsked(pipelines: readonly Pipeline[]): readonly string[] {
    const names = pipelines
      .map(({name}) => name)
      .filter((name) => this.#isAsked(name) && !this.#openedAsked.has(name))
      .sort();
    if (names.length === 0) return names;
    for (const name of names) this.#openedAsked.add(name);
    this.#screen.dispatch({type: 'open', names});
    return names;
  }

  async #prepare(beforeFirst: () => Promise<void>): Promise<void> {
    this.#beforeFirst = undefined;
    this.#isPreparing = true;
    await beforeFirst();
    this.#isPreparing = false;
    if (!this.#screen.closing.aborted) this.look();
  }

  /** A pipeline that disappears from under the cursor leaves it on the nearest one. */
  #keepCursor(): void {
    const {pipelines, state} = this.#screen;
    const name = nearestByName(pipelines, state.cursor ?? '')?.name;
    if (name !== undefined && name !== state.cursor) this.#screen.dispatch({type: 'cursor', name});
  }
}
