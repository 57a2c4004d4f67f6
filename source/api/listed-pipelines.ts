import {listUrl} from './base-url.ts';
import type {JsonRoutes} from './json-routes.ts';
import {parsePipelines} from './pipeline.ts';
import type {Pipeline} from './types.ts';

/** Asks for the list of pipelines again and again. */
export class ListedPipelines {
  readonly #routes: JsonRoutes;
  readonly #url: string;
  #last: {readonly wire: Buffer; readonly pipelines: readonly Pipeline[]} | undefined;

  constructor(routes: JsonRoutes, baseUrl: string) {
    this.#routes = routes;
    this.#url = listUrl(baseUrl);
  }

  /** The same array as the last time if the server sent the same. */
  async get(signal: AbortSignal): Promise<readonly Pipeline[]> {
    const {value, wire} = await this.#routes.get({
      route: 'list',
      url: this.#url,
      signal,
      headers: {'accept-encoding': 'gzip'},
      parse: (json) => parsePipelines(json, this.#last?.pipelines ?? []),
      // Compared as sent: an unchanged list, which most are, is neither decompressed nor parsed.
      known: ({status, bytes}) =>
        this.#last && status === 200 && bytes.equals(this.#last.wire) ? this.#last.pipelines : undefined,
    });
    this.#last = {wire: wire.bytes, pipelines: value};
    return value;
  }
}
