import {createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {type Clock, systemClock} from '../source/lib/clock.ts';
import {httpTime, isoTime} from '../source/lib/format.ts';
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
import type {Cut, CutNext, DemoServerOptions, RequestSeen} from './demo.ts';
import {type Chunker, Follower, followerLimit, raggedEntries, wholeEntries} from './follower.ts';
import type {DemoPipeline, PipelineOptions} from './pipeline.ts';
import {createRandom} from './random.ts';
import {PipelineRegistry} from './registry.ts';
import {feldera} from './ring.ts';

/** A Feldera API in one process, true to the recordings of Feldera 0.337, with faults on demand. */
export class DemoServer {
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
  #runnerDownSince: string | undefined;
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

  /** Rejects with the system's error, such as `EADDRINUSE`. */
  static async start(options: DemoServerOptions = {}): Promise<DemoServer> {
    const server = new DemoServer(options);
    await server.startApi();
    options.scenario?.(server, server.#closing.signal);
    return server;
  }

  /** With the base path, without a trailing slash. */
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

  get pipelines(): readonly DemoPipeline[] {
    return this.#registry.all;
  }

  get totalLogConnections(): number {
    return this.#totalLogConnections;
  }

  /** Of one pipeline or of all. */
  openLogConnections(name?: string): number {
    return this.#registry.followers(name).length;
  }

  /** Throws when there is no such pipeline. */
  pipeline(name: string): DemoPipeline {
    return this.#registry.get(name);
  }

  /** The new pipeline is compiled and stopped; its log is one `Fresh start` entry. */
  addPipeline(name: string, options: PipelineOptions = {}): DemoPipeline {
    const pipeline = this.#registry.add(name, options);
    if (this.#runnerDownSince !== undefined) pipeline.dropLog();
    return pipeline;
  }

  /** Followers get the end marker and the last chunk. */
  deletePipeline(name: string): void {
    for (const follower of this.#registry.remove(name).followers) follower.endWithMarker();
  }

  /** Its followers and its log stay. */
  renamePipeline(from: string, to: string): void {
    this.#registry.rename(from, to);
  }

  /** The same name, another id, an empty log. */
  recreatePipeline(name: string, options: PipelineOptions = {}): DemoPipeline {
    this.deletePipeline(name);
    return this.addPipeline(name, options);
  }

  /** Followers get the end marker and the last chunk; until `startRunner` logs are refused with 503. */
  stopRunnerGently(): void {
    this.#runnerDownSince = isoTime(this.clock.wall());
    for (const follower of this.#registry.followers()) follower.endWithMarker();
    for (const pipeline of this.pipelines) pipeline.dropLog();
  }

  /** Followers get the last chunk without the end marker; until `startRunner` logs are refused with 503. */
  killRunner(): void {
    this.#runnerDownSince = isoTime(this.clock.wall());
    this.loseRunnerConnection();
    for (const pipeline of this.pipelines) pipeline.dropLog();
  }

  /** Each pipeline gets a new ring with a new `Fresh start`. */
  startRunner(): void {
    this.#runnerDownSince = undefined;
    for (const pipeline of this.pipelines) pipeline.startLog();
  }

  /** The API loses the runner: followers get the last chunk without the end marker; the rings stay. */
  loseRunnerConnection(name?: string): void {
    for (const follower of this.#registry.followers(name)) follower.endWithoutMarker();
  }

  /** FIN (`reset`: RST) without a last chunk, after `afterBytes` more bytes of the log. Accepts new connections. */
  cutConnections({name, afterBytes = 0, reset = false}: Cut = {}): void {
    for (const follower of this.#registry.followers(name)) {
      if (reset) follower.reset();
      else follower.cutAfter(afterBytes);
    }
  }

  /** Cuts the next `times` log connections after their first `afterBytes` bytes of the log. */
  cutNextConnections(cut: CutNext): void {
    this.#nextCuts.add(cut, cut.times ?? 1);
  }

  /** Drops all connections; the system refuses new ones. The rings stay, and fill up further. */
  async stopApi(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
  }

  /** Listens, after `stopApi` on the same port. */
  async startApi(): Promise<void> {
    const place = {port: this.#port, host: this.#options.host ?? '127.0.0.1'};
    this.#listener = await listen(place, this.clock.wall, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#port = this.#listener.port;
  }

  /** Log connections, also new ones after their head, become silent without being closed. */
  freeze(name?: string): void {
    this.#frozen = (each) => name === undefined || each === name;
    for (const follower of this.#registry.followers(name)) follower.setFrozen(true);
  }

  /** Sends what `freeze` held back, and continues. */
  thaw(): void {
    this.#frozen = undefined;
    for (const follower of this.#registry.followers()) follower.setFrozen(false);
  }

  refuse(refusal: Refusal): void {
    this.#refusals.add(refusal, refusal.times ?? 1);
  }

  /** Forgets the refusals and cuts that have not happened yet. */
  acceptAgain(): void {
    this.#refusals.clear();
    this.#nextCuts.clear();
  }

  /** Requests must have `Authorization: Bearer <key>` from now on; undefined: no key is required. */
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
    const {tenants = [], lacks = []} = this.#options;
    const state = {
      pipelines: this.pipelines,
      runnerDownSince: this.#runnerDownSince,
      now: isoTime(this.clock.wall()),
      lacks,
      tenants,
      tenant: seen.tenant,
    };
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

class RequestLog {
  readonly all: RequestSeen[] = [];

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

/** Each item applies to a number of requests; the oldest one first. */
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

type Listener = {
  readonly port: number;
  /** Also drops every connection: FIN, no last chunk. */
  readonly close: () => Promise<void>;
};

/** Recording 16a. */
const maxHeaderBytes = 131_072;
/** Limit for complete headers (recording 16b) and for an idle connection (16c). */
const patienceMs = 5_000;

/** The limits are those of Feldera. Rejects with the system's error, such as `EADDRINUSE`. */
async function listen(
  place: {port: number; host: string},
  wall: () => number,
  onRequest: RequestListener,
): Promise<Listener> {
  const {port, host} = place;
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
  // After a client's FIN Feldera writes until a write fails: only a reset ends a follower at once.
  Object.assign(server, {httpAllowHalfOpen: true});
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => refuseRequest(error, socket, wall()));
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
