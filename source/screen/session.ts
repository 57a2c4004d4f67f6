import {ApiError} from '../api/api-error.ts';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import type {Processes} from '../storage/recording-lock.ts';
import {SessionFile} from '../storage/session-file.ts';
import type {Controller} from '../ui/controller.ts';
import {say} from '../ui/on-pane.ts';
import {SessionKeeper} from '../ui/session-keeper.ts';
import type {ViewWish} from '../ui/start-view.ts';

/** The first pipeline waits for the session so long at the most: a home may hang. Milliseconds. */
const longestWait = 3000;
/** A server that has just listed its pipelines says at once who asks; else it is asked again. Milliseconds. */
const tenantPatience = 2000;

export type SessionOptions = {
  readonly client: Pick<ApiClient, 'baseUrl' | 'getSession'>;
  readonly clock: Clock;
  readonly folder: string;
  readonly processes: Processes;
  /** The last session is not taken up. */
  readonly fresh: boolean;
  /** What the user wants of it all the same. */
  readonly typed: ViewWish;
  readonly signal: AbortSignal;
};

/** The session of this run: taken up from the last one when the server has answered, and kept until the end. */
export class ScreenSession {
  readonly #options: SessionOptions;
  #keeper: SessionKeeper | undefined;
  #file: SessionFile | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the session is back, or is not to be waited for: then it comes back behind what is open. Without a
   * file the program does what it does, and says why nothing is kept.
   */
  async takeUp(controller: Controller): Promise<void> {
    const {promise: late, resolve} = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(longestWait, resolve);
    await Promise.race([this.#takeUp(controller), late]);
    cancel();
  }

  async #takeUp(controller: Controller): Promise<void> {
    const {client, clock, fresh, typed, signal} = this.#options;
    const tenant = await this.#tenant();
    if (tenant === undefined) return;
    const file = await SessionFile.take({...this.#options, server: client.baseUrl, tenant});
    if (typeof file === 'string') {
      say(controller, file);
      return;
    }
    this.#file = file;
    if (signal.aborted) return;
    const {session, problem} = fresh ? {} : await file.read();
    const keeper = new SessionKeeper({controller, clock, typed});
    this.#keeper = keeper;
    if (session) keeper.takeUp(session);
    if (problem !== undefined) say(controller, problem);
    keeper.begin(async (present) => {
      await file.save(present);
      const trouble = file.takeProblem();
      if (trouble !== undefined) say(controller, trouble);
    });
  }

  /** To be called while the logs are still there. */
  capture(): void {
    this.#keeper?.capture();
    this.#keeper?.dispose();
  }

  /** Resolves when everything is on the disk. */
  async close(): Promise<void> {
    await this.#file?.close();
  }

  /**
   * Id of the tenant; empty if the server does not say: the session is then the server's. Over a bad network it is asked
   * for until it comes, since under another name the last session would not be found. Undefined: the end came before.
   */
  async #tenant(): Promise<string | undefined> {
    const {client, clock, signal} = this.#options;
    while (!signal.aborted) {
      const late = new AbortController();
      const cancel = clock.after(tenantPatience, () => late.abort());
      try {
        const {tenantId} = await client.getSession(AbortSignal.any([signal, late.signal]));
        return tenantId;
      } catch (error) {
        if (!late.signal.aborted && !mayPass(error)) return '';
      } finally {
        cancel();
      }
      await clock.sleep(tenantPatience, signal).catch(() => {});
    }
    return undefined;
  }
}

/** The network, or the server, is not well at the moment: no answer to the question. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const {failure} = error;
  if (failure.kind !== 'retryable') return failure.kind === 'cancelled';
  return failure.reason !== 'protocol' && failure.reason !== 'not-ready';
}
