import type {Pipeline} from '../api/types.ts';

/**
 * Which pipeline a stream is of. A pipeline that was deleted and created again has the name of the old one and another
 * id: the one that is known now may not be the one whose log is in the pane.
 */
export class PipelineIdentity {
  #knownId: string | undefined;
  #followedId: string | undefined;

  /** As the list or a look-up told last; undefined until one did. */
  get knownId(): string | undefined {
    return this.#knownId;
  }

  /** Id of the pipeline whose log is in the pane, as far as it is known. */
  get followedId(): string | undefined {
    return this.#followedId;
  }

  /** The list or a look-up shows it; undefined: it does not. */
  note(pipeline: Pipeline | undefined): void {
    if (pipeline) this.#knownId = pipeline.id;
  }

  /** The log that is read now is of the pipeline that is known now. */
  follow(): void {
    this.#followedId = this.#knownId;
  }

  /** A log is being read: if nothing was known when it began, it is of the pipeline that is known now. */
  followIfUnknown(): void {
    this.#followedId ??= this.#knownId;
  }
}
