import {stateOf} from '../api/pipeline-state.ts';
import type {ApiClient, Pipeline} from '../api/types.ts';
import {someAtATime} from './pipeline-history.ts';

/** Programs that are asked for after one list. */
const mostAsked = 15;

/** Answer about one version of a program. `text`: undefined: the server does not say. */
type Known = {readonly since: string; readonly text: string | undefined};

/** The compiler's messages about failed programs, which lists lack: each is asked for until there is an answer. */
export class CompilerTexts {
  readonly #client: Pick<ApiClient, 'getPipeline'>;
  /** By the server's id of the pipeline. */
  readonly #known = new Map<string, Known>();
  /** With the text, by the pipeline of a list: one that has not changed stays the same object. */
  readonly #told = new WeakMap<Pipeline, Pipeline>();
  #isAsking = false;

  constructor(client: Pick<ApiClient, 'getPipeline'>) {
    this.#client = client;
  }

  /** Some have not been asked for. */
  lacks(pipelines: readonly Pipeline[]): boolean {
    return pipelines.some((pipeline) => this.#isUnknown(pipeline));
  }

  /** Adds what is known; returns the same array when there is nothing to add. */
  added(pipelines: readonly Pipeline[]): readonly Pipeline[] {
    const all = pipelines.map((pipeline) => this.#with(pipeline));
    return all.every((each, at) => each === pipelines[at]) ? pipelines : all;
  }

  /** Asks for some that are not known; nothing while it asks already. Never rejects. */
  async ask(pipelines: readonly Pipeline[], signal: AbortSignal): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = pipelines.filter((pipeline) => this.#isUnknown(pipeline)).slice(0, mostAsked);
    await someAtATime(asked, async ({id, name, programStatusSince: since}) => {
      const detail = await this.#client.getPipeline(name, signal).catch(() => undefined);
      // Without an answer the next list asks again; for another program, too.
      if (detail?.id === id && detail.programStatusSince === since)
        this.#known.set(id, {since, text: detail.programError});
    });
    this.#isAsking = false;
    const listed = new Set(pipelines.map(({id}) => id));
    for (const id of this.#known.keys()) if (!listed.has(id)) this.#known.delete(id);
  }

  #isUnknown({id, programStatus, programStatusSince}: Pipeline): boolean {
    return stateOf(programStatus).kind === 'failed' && this.#known.get(id)?.since !== programStatusSince;
  }

  #with(pipeline: Pipeline): Pipeline {
    const known = this.#known.get(pipeline.id);
    if (known?.text === undefined || known.since !== pipeline.programStatusSince) return pipeline;
    const told = this.#told.get(pipeline) ?? {...pipeline, programError: known.text};
    this.#told.set(pipeline, told);
    return told;
  }
}
