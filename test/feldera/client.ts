import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {Agent, type Dispatcher, request} from 'undici';
import {eventually} from '../harness/eventually.ts';

/** A pipeline as the server tells it (`GET /v0/pipelines/{name}`), as far as tests look at it. */
export type PipelineFacts = {
  readonly id: string;
  readonly name: string;
  readonly program_status: string;
  readonly program_status_since: string;
  readonly storage_status?: string;
  readonly deployment_status: string;
  readonly deployment_status_since: string;
  readonly deployment_desired_status: string;
  readonly deployment_error: {message: string; error_code: string; details: unknown} | null;
};

export type ClientOptions = {
  readonly url: string;
  /** The manager's folder; none where the server is not ours, and then there is no `control`. */
  readonly folder?: string | undefined;
  readonly key?: string | undefined;
  /** PEM of the server's certificate or its root. */
  readonly ca?: string | undefined;
};

export type Answer = {readonly status: number; readonly body: unknown};

/** How long a wait for a state may take: a real compiler takes minutes, the stand-ins seconds, one after the other. */
const STATE_MS = 150_000;
/** Between two requests: the server reads its database for each. */
export const ASK_MS = 100;

/** The tests' own way to a Feldera server, beside the program under test. */
export class FelderaClient {
  readonly url: string;
  readonly #folder: string | undefined;
  readonly #headers: Record<string, string>;
  readonly #dispatcher: Dispatcher;

  constructor({url, folder, key, ca}: ClientOptions) {
    this.url = url;
    this.#folder = folder;
    this.#headers = {'content-type': 'application/json', ...(key && {authorization: `Bearer ${key}`})};
    this.#dispatcher = new Agent({keepAliveTimeout: 1000, connect: {...(ca && {ca})}});
  }

  /** One request; a body that is not JSON is answered as text. Throws when there is no answer at all. */
  async request(method: Dispatcher.HttpMethod, route: string, body?: unknown): Promise<Answer> {
    const {statusCode, body: answer} = await request(this.url + route, {
      method,
      headers: this.#headers,
      dispatcher: this.#dispatcher,
      ...(body !== undefined && {body: JSON.stringify(body)}),
    });
    const text = await answer.text();
    try {
      return {status: statusCode, body: JSON.parse(text)};
    } catch {
      return {status: statusCode, body: text};
    }
  }

  /** Whether a server answers at this address with anything but an error of its own. */
  async answers(): Promise<boolean> {
    return await this.request('GET', '/v0/pipelines?selector=status').then(
      ({status}) => status < 500,
      () => false,
    );
  }

  async list(): Promise<PipelineFacts[]> {
    const listed = await this.#expect('GET', '/v0/pipelines?selector=status');
    if (!Array.isArray(listed)) throw new Error(`${this.url} lists no pipelines: ${String(listed).slice(0, 200)}`);
    return listed as PipelineFacts[];
  }

  /** The pipeline, or undefined when there is none of that name. */
  async find(name: string): Promise<PipelineFacts | undefined> {
    const {status, body} = await this.request('GET', `/v0/pipelines/${name}?selector=status`);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${name}: ${status} ${JSON.stringify(body)}`);
    return body as PipelineFacts;
  }

  /** Creates a pipeline, or replaces its program; it begins to compile. */
  async put(name: string, program = `create table t (x int); -- ${name}`, config: object = {}): Promise<void> {
    await this.#expect('PUT', `/v0/pipelines/${name}`, {
      name,
      description: '',
      program_code: program,
      runtime_config: {workers: 1, storage: null, ...config},
      program_config: {},
    });
  }

  /** Replaces the tags of a pipeline: texts as the server stores them. */
  async tag(name: string, tags: readonly string[]): Promise<void> {
    await this.#expect('PATCH', `/v0/pipelines/${name}`, {tags});
  }

  /** Waits until the pipeline is as `is` says, and answers it. */
  async until(name: string, is: (pipeline: PipelineFacts) => boolean, timeout = STATE_MS): Promise<PipelineFacts> {
    let last: PipelineFacts | undefined;
    return await eventually(
      async () => {
        last = await this.find(name);
        return last && is(last) ? last : undefined;
      },
      () => `${name} is ${JSON.stringify(last)}`,
      timeout,
      ASK_MS,
    );
  }

  /** Creates a pipeline and waits until it is compiled. */
  async create(name: string, program?: string): Promise<PipelineFacts> {
    await this.put(name, program);
    return await this.compiled(name);
  }

  /** Waits until it is compiled; throws at once when that has failed. */
  async compiled(name: string): Promise<PipelineFacts> {
    const done = await this.until(name, ({program_status}) => /Success|Error$/.test(program_status));
    if (done.program_status !== 'Success') throw new Error(`${name} does not compile: ${JSON.stringify(done)}`);
    return done;
  }

  /** Waits until it is compiled, starts it, and waits until it runs. */
  async run(name: string): Promise<PipelineFacts> {
    await this.compiled(name);
    await this.start(name);
    return await this.status(name, 'Running');
  }

  /** Waits for a `deployment_status`. */
  async status(name: string, wanted: string): Promise<PipelineFacts> {
    return await this.until(name, ({deployment_status}) => deployment_status === wanted);
  }

  /** Asks for a start; `initial` is the state to begin in, `running` unless given. */
  async start(name: string, initial?: 'paused'): Promise<void> {
    await this.#expect('POST', `/v0/pipelines/${name}/start${initial ? `?initial=${initial}` : ''}`);
  }

  async pause(name: string): Promise<void> {
    await this.#expect('POST', `/v0/pipelines/${name}/pause`);
  }

  async resume(name: string): Promise<void> {
    await this.#expect('POST', `/v0/pipelines/${name}/resume`);
  }

  /** Starts an input that is declared as paused. */
  async startConnector(name: string, table: string, connector: string): Promise<void> {
    await this.#expect('POST', `/v0/pipelines/${name}/tables/${table}/connectors/${connector}/start`);
  }

  /** Stops it and waits until it is stopped. */
  async stop(name: string): Promise<PipelineFacts> {
    await this.#expect('POST', `/v0/pipelines/${name}/stop?force=true`);
    return await this.status(name, 'Stopped');
  }

  /** Stops it, clears its storage and deletes it; one that is not there is no error. */
  async remove(name: string): Promise<void> {
    if ((await this.find(name)) === undefined) return;
    await this.#clear(name);
    await this.#expect('DELETE', `/v0/pipelines/${name}`);
  }

  /** Stops it, clears its storage, and gives it another name. */
  async rename(name: string, to: string): Promise<void> {
    await this.#clear(name);
    await this.#expect('PATCH', `/v0/pipelines/${name}`, {name: to});
  }

  async #clear(name: string): Promise<void> {
    await this.stop(name);
    await this.#expect('POST', `/v0/pipelines/${name}/clear`);
    await this.until(name, ({storage_status = 'Cleared'}) => storage_status === 'Cleared');
  }

  /**
   * Gives the stand-in for a pipeline an order: `{burst: 1000}`, `{abort: 1}`. Answers the number of its last line, or
   * undefined when it ended before it could answer.
   */
  async control(name: string, orders: Readonly<Record<string, string | number>>): Promise<number | undefined> {
    const query = new URLSearchParams(
      Object.entries(orders).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const port = await this.portOf(name);
    const answer = await request(`http://127.0.0.1:${port}/control?${query}`).catch(() => undefined);
    if (answer === undefined) return undefined;
    const {seq} = (await answer.body.json()) as {seq: number};
    return seq;
  }

  /** The port that the pipeline's own process listens on. */
  async portOf(name: string): Promise<number> {
    return Number(await readFile(path.join(await this.folderOf(name), 'port'), 'utf8'));
  }

  /** The folder that the pipeline's process runs in. */
  async folderOf(name: string): Promise<string> {
    if (this.#folder === undefined) throw new Error('the processes of this server are not ours');
    const pipeline = await this.find(name);
    return path.join(this.#folder, 'runner', `pipeline-${pipeline?.id}`);
  }

  /** What the server has of a log, as sent, until it has been quiet for 300 ms. */
  async log(name: string): Promise<Buffer> {
    const stop = new AbortController();
    const quiet = (): NodeJS.Timeout => setTimeout(() => stop.abort(), 300);
    const route = `/v0/pipelines/${name}/logs`;
    const {statusCode, body} = await request(this.url + route, {headers: this.#headers, dispatcher: this.#dispatcher});
    if (statusCode !== 200) throw new Error(`GET ${route}: ${statusCode} ${await body.text()}`);
    stop.signal.addEventListener('abort', () => body.destroy());
    const pieces: Buffer[] = [];
    let timer = quiet();
    try {
      for await (const piece of body) {
        clearTimeout(timer);
        pieces.push(piece as Buffer);
        timer = quiet();
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return Buffer.concat(pieces);
  }

  /** A role's new API key; the manager has to run without authentication. */
  async makeKey(name: string, role: 'read' | 'write' | 'admin' = 'read'): Promise<string> {
    const {api_key} = (await this.#expect('POST', '/v0/api_keys', {name, role})) as {api_key: string};
    return api_key;
  }

  async #expect(method: Dispatcher.HttpMethod, route: string, body?: unknown): Promise<unknown> {
    const answer = await this.request(method, route, body);
    if (answer.status >= 300) throw new Error(`${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
