import {createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {type Clock, systemClock} from '../lib/clock.ts';
import {httpTime} from '../lib/format.ts';
import {createRandom} from '../lib/random.ts';
import {
  isApi,
  isProtected,
  parseRoute,
  type Refusal,
  type Reply,
  type Route,
  refusalReply,
  refuses,
  send,
  sendLogHead,
} from './answers.ts';
import {checkCredential, checkTenant, replyTo} from './api.ts';
import type {Cut, CutNext, Demo, DemoServerOptions, RequestSeen} from './demo.ts';
import {type Chunker, Follower, followerLimit, raggedEntries, wholeEntries} from './follower.ts';
import type {DemoPipeline, PipelineOptions} from './pipeline.ts';
import {PipelineRegistry} from './registry.ts';
import {feldera} from './ring.ts';

/** A Feldera API in one process, true to `feldera-api.md` and the recordings, with faults on demand. */
export class DemoServer implements Demo {
  readonly seed: number;
  readonly clock: Clock;
  readonly #options: DemoServerOptions;
  readonly #requests = new RequestLog();
  readonly #registry: PipelineRegistry;
  readonly #refusals = new LimitedUses<Refusal>();
  readonly #nextCuts = new LimitedUses<CutNext>();
  readonly #closing = new AbortController();
  #listener: Listener | undefined;
  #apiKey: string | undefined;
  #port = 0;
  #totalLogConnections = 0;
  #runnerDown = false;
  #frozen: ((name: string) => boolean) | undefined;

  private constructor(options: DemoServerOptions) {
    this.#options = options;
    this.seed = options.seed ?? 1;
    this.clock = options.clock ?? systemClock;
    this.#registry = new PipelineRegistry({
      seed: this.seed,
      limits: options.ringLimits ?? feldera,
      now: this.clock.wall,
    });
    this.#apiKey = options.apiKey;
    this.#port = options.port ?? 0;
  }

  /** Listens, then plays the scenario. Rejects with the system's error when the port is taken (`EADDRINUSE`). */
  static async start(options: DemoServerOptions = {}): Promise<DemoServer> {
    const server = new DemoServer(options);
    await server.startApi();
    options.scenario?.(server, server.#closing.signal);
    return server;
  }

  /** Base URL, with the base path and without a trailing slash. */
  get url(): string {
    const host = this.#options.host ?? '127.0.0.1';
    return `http://${host.includes(':') ? `[${host}]` : host}:${this.#port}${this.#options.basePath ?? ''}`;
  }

  get requests(): readonly RequestSeen[] {
    return this.#requests.all;
  }

  get port(): number {
    return this.#port;
  }

  /** Sorted by id, as the API lists them. */
  get pipelines(): readonly DemoPipeline[] {
    return this.#registry.all;
  }

  /** Log connections accepted since the start. */
  get totalLogConnections(): number {
    return this.#totalLogConnections;
  }

  /** Open log connections, of one pipeline or of all. */
  openLogConnections(name?: string): number {
    return this.#registry.followers(name).length;
  }

  /** Throws when there is no such pipeline. */
  pipeline(name: string): DemoPipeline {
    return this.#registry.get(name);
  }

  /** Creates a pipeline: compiled, stopped, its log one `Fresh start` entry. */
  addPipeline(name: string, options: PipelineOptions = {}): DemoPipeline {
    const pipeline = this.#registry.add(name, options);
    if (this.#runnerDown) pipeline.dropLog();
    return pipeline;
  }

  /** The pipeline is gone from the list; its followers get the end marker and the last chunk. */
  deletePipeline(name: string): void {
    for (const follower of this.#registry.remove(name).followers) follower.endWithMarker();
  }

  /** Deletes a pipeline and creates it again: same name, another id, an empty log. */
  recreatePipeline(name: string, options: PipelineOptions = {}): DemoPipeline {
    this.deletePipeline(name);
    return this.addPipeline(name, options);
  }

  /** Followers get the end marker and the last chunk; until `startRunner` logs are refused with 503. */
  stopRunnerGently(): void {
    this.#runnerDown = true;
    for (const follower of this.#registry.followers()) follower.endWithMarker();
    for (const pipeline of this.pipelines) pipeline.dropLog();
  }

  /** Followers get the last chunk without the end marker; until `startRunner` logs are refused with 503. */
  killRunner(): void {
    this.#runnerDown = true;
    this.loseRunnerConnection();
    for (const pipeline of this.pipelines) pipeline.dropLog();
  }

  /** The runner is back with a new ring, and a new `Fresh start`, for each pipeline. */
  startRunner(): void {
    this.#runnerDown = false;
    for (const pipeline of this.pipelines) pipeline.startLog();
  }

  /** The API loses its connections to the runner: followers get the last chunk without the end marker; the rings stay. */
  loseRunnerConnection(name?: string): void {
    for (const follower of this.#registry.followers(name)) follower.endWithoutMarker();
  }

  /**
   * The API dies under its log connections: FIN (or, with `reset`, RST) without a last chunk, after `afterBytes` more
   * bytes of the log (chunk framing not counted). It accepts new connections at once.
   */
  cutConnections({name, afterBytes = 0, reset = false}: Cut = {}): void {
    for (const follower of this.#registry.followers(name)) {
      if (reset) follower.reset();
      else follower.cutAfter(afterBytes);
    }
  }

  /** The next `times` log connections are cut after `afterBytes` bytes of the log, counted from their first. */
  cutNextConnections(cut: CutNext): void {
    this.#nextCuts.add(cut, cut.times ?? 1);
  }

  /** The API is down: connections are dropped, and the system refuses new ones. The rings stay, and fill up further. */
  async stopApi(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  /** Listens again, on the same port. */
  async startApi(): Promise<void> {
    this.#listener = await listen(this.#port, this.#options.host ?? '127.0.0.1', (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#port = this.#listener.port;
  }

  /** Log connections, present and future, become silent (after their head) without being closed. */
  freeze(name?: string): void {
    this.#frozen = (each) => name === undefined || each === name;
    for (const follower of this.#registry.followers(name)) follower.setFrozen(true);
  }

  /** Sends what a freeze held back, and continues. */
  thaw(): void {
    this.#frozen = undefined;
    for (const follower of this.#registry.followers()) follower.setFrozen(false);
  }

  /** The next requests of a kind are refused. */
  refuse(refusal: Refusal): void {
    this.#refusals.add(refusal, refusal.times ?? 1);
  }

  /** Forgets the refusals and cuts that have not happened yet. */
  acceptAgain(): void {
    this.#refusals.clear();
    this.#nextCuts.clear();
  }

  /** From now on requests must carry `Authorization: Bearer <key>`; undefined: no key is required. */
  setApiKey(apiKey: string | undefined): void {
    this.#apiKey = apiKey;
  }

  /** Ends the scenario and every connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.stopApi();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = this.#requests.add(request);
    const {method, path} = seen;
    const basePath = this.#options.basePath ?? '';
    const route: Route = path.startsWith(basePath)
      ? parseRoute(method, path.slice(basePath.length))
      : {kind: 'console'};
    const answer = await this.#answer(route, seen);
    if (answer === 'reset') request.socket.resetAndDestroy();
    else if (answer === 'follow') this.#follow(route, response);
    else await send(request, response, answer, {isApi: isApi(route), now: this.clock.wall()});
  }

  async #answer(route: Route, seen: RequestSeen): Promise<Reply | 'follow' | 'reset'> {
    const refusal = this.#refusals.use((each) => refuses(each, route));
    if (refusal) {
      // The API waits ten seconds for a frozen runner.
      if (refusal.kind === 'runner-frozen') await this.clock.sleep(10_000, this.#closing.signal);
      return refusalReply(refusal) ?? 'reset';
    }
    const denied = isProtected(route) && checkCredential(this.#apiKey, seen.authorization);
    const {tenants = []} = this.#options;
    const state = {pipelines: this.pipelines, runnerDown: this.#runnerDown, tenants, tenant: seen.tenant};
    return denied || (isProtected(route) && checkTenant(state)) || replyTo(route, state);
  }

  #follow(route: Route, response: ServerResponse): void {
    const pipeline = this.pipelines.find(({name}) => route.kind === 'logs' && route.name === name);
    const socket = response.socket;
    if (!pipeline || !socket) {
      response.destroy();
      return;
    }
    sendLogHead(response, this.clock.wall());
    this.#totalLogConnections += 1;
    const cut = this.#nextCuts.use(({name}) => name === undefined || name === pipeline.name);
    const follower = new Follower({
      response,
      socket,
      chunker: this.#chunker(this.#totalLogConnections),
      limit: this.#options.followerLimit ?? followerLimit,
      cutAfter: cut?.afterBytes,
      onGone: () => pipeline.followers.delete(follower),
    });
    if (this.#frozen?.(pipeline.name)) follower.setFrozen(true);
    pipeline.follow(follower);
  }

  #chunker(connection: number): Chunker {
    if (this.#options.chunking !== 'ragged') return wholeEntries;
    return raggedEntries(createRandom(this.seed, `connection ${connection}`));
  }
}

/** Requests kept for tests; a demo that runs for days drops the oldest. */
const requestsKept = 10_000;

/** The requests in their order. */
class RequestLog {
  readonly all: RequestSeen[] = [];

  /** Keeps a request, and returns what it keeps of it. */
  add({method = 'GET', url: path = '/', headers}: IncomingMessage): RequestSeen {
    const tenant = headers['feldera-tenant'];
    const seen = {
      method,
      path,
      authorization: headers.authorization,
      tenant: typeof tenant === 'string' ? tenant : tenant?.[0],
    };
    this.all.push(seen);
    if (this.all.length >= 2 * requestsKept) this.all.splice(0, requestsKept);
    return seen;
  }
}

/** Items that apply to a number of requests each, oldest first. */
class LimitedUses<T> {
  #waiting: {readonly item: T; left: number}[] = [];

  add(item: T, times: number): void {
    this.#waiting.push({item, left: times});
  }

  /** Uses the oldest item that `matches` once. */
  use(matches: (item: T) => boolean): T | undefined {
    const found = this.#waiting.find(({item}) => matches(item));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left === 0) this.#waiting = this.#waiting.filter((each) => each !== found);
    return found.item;
  }

  clear(): void {
    this.#waiting = [];
  }
}

/** The API's listening socket with the limits that Feldera's has. */
type Listener = {
  readonly port: number;
  /** Stops listening and drops every connection: FIN, no last chunk. */
  readonly close: () => Promise<void>;
};

/** Most bytes of the headers (recording 16a). */
const maxHeaderBytes = 131_072;
/** Headers must be complete in this time (recording 16b), and an idle connection is closed after it (16c). */
const patienceMs = 5_000;

/** Listens. Rejects with the system's error, `EADDRINUSE` for one. */
async function listen(port: number, host: string, onRequest: RequestListener): Promise<Listener> {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      connectionsCheckingInterval: 1000,
      noDelay: true,
    },
    onRequest,
  );
  // After a FIN from the client Feldera continues until a write fails: only a reset ends a follower at once.
  Object.assign(server, {httpAllowHalfOpen: true});
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    refuseRequest(error, socket, systemClock.wall()),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  // A string would be a pipe.
  const bound = typeof address === 'object' && address ? address.port : port;
  return {port: bound, close: () => closeServer(server)};
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function refuseRequest(error: NodeJS.ErrnoException, socket: Socket, now: number): void {
  const status = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  }[error.code ?? ''];
  if (!status || !socket.writable) {
    socket.destroy();
    return;
  }
  const date = httpTime(now);
  socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\ndate: ${date}\r\n\r\n`);
}
