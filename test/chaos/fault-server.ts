import net from 'node:net';
import {frame} from '../../demo/follower.ts';
import {discardNotice, formatMicros, managerLine} from '../../demo/log-lines.ts';
import {DemoPipeline} from '../../demo/pipeline.ts';
import {createRandom, type Random} from '../../demo/random.ts';
import type {FakeClock} from '../harness/fake-clock.ts';
import {freePort} from '../harness/free-port.ts';
import {hostName, type Lookup} from './host-names.ts';
import {TruthLog} from './truth-log.ts';
import {Writer} from './writer.ts';

/** How the server leaves a connection: with FIN, which is a half-close, with RST, or open and silent. */
export type Ending = 'fin' | 'rst' | 'hold';

const pipelineName = 'chaos';
/** Small, so that a short outage overruns it; the largest line of the writer fits. */
const ringLimits = {bytes: 150_000, entries: 200};
const ok = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\n';
export const chunkedHead = `${ok}transfer-encoding: chunked\r\ncontent-encoding: identity\r\n\r\n`;

/** The log as it is, in a body that is not chunked. */
export const unframed = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

/** The server's side of one connection of a log: an answer, and what follows it, true to the log or not. */
export class LogAnswer {
  readonly userAgent: string;
  readonly random: Random;
  readonly #world: FaultServer;
  readonly #socket: net.Socket;
  /** Bytes of the log that the client gets as such. */
  sent = 0;
  #frame = frame;
  #pace: number | undefined;
  #waiting: Uint8Array[] = [];
  #state: 'new' | 'follows' | 'held' | 'over' = 'new';

  constructor(world: FaultServer, socket: net.Socket, head: string) {
    this.#world = world;
    this.#socket = socket;
    this.random = world.random;
    this.userAgent = /^user-agent: (.*)$/im.exec(head)?.[1] ?? '';
    // Whatever the client had not read when it left is lost.
    socket.once('close', () => {
      if (this.#state !== 'over') world.truth.doubt([this]);
      this.#state = 'over';
    });
  }

  get isChunked(): boolean {
    return this.#frame !== unframed;
  }

  /** The notice and the ring, as they are now: what is written from now on is added. */
  replay(): Buffer {
    const {pipeline, truth} = this.#world;
    truth.connect(pipeline, this);
    this.#state = 'held';
    this.#world.answers.add(this);
    const discarded = pipeline.ring?.discarded ?? 0;
    const event = {level: 'WARN', module: 'pipeline_logs', message: discardNotice(discarded)} as const;
    const notice = managerLine('text', formatMicros(0), {...event, pipelineId: pipeline.id, pipelineName: 'N/A'});
    return Buffer.concat([Buffer.from(discarded === 0 ? '' : `${notice}\n`), ...[...(pipeline.ring?.entries() ?? [])]]);
  }

  /** An honest answer. `pace`: bytes in 20 ms. */
  follow({
    head = chunkedHead,
    framing = frame,
    pace,
  }: {
    head?: string;
    framing?: typeof frame;
    pace?: number;
  } = {}): void {
    this.raw(head);
    this.#frame = framing;
    this.#pace = pace;
    this.deliver(this.replay());
    this.#state = 'follows';
    this.#drain();
  }

  add(entry: Uint8Array): void {
    this.#waiting.push(entry);
    if (this.#state === 'follows') this.#drain();
  }

  /** Sends nothing of the log any more. Returns what was written meanwhile. */
  hold(): Buffer {
    this.#state = 'held';
    return Buffer.concat(this.#waiting.splice(0));
  }

  /** Sends nothing for a while. */
  pause(milliseconds: number): void {
    this.#state = 'held';
    this.#world.clock.after(milliseconds, () => {
      if (this.#state !== 'held') return;
      this.#state = 'follows';
      this.#drain();
    });
  }

  /** Bytes of the log in the framing of the answer. */
  deliver(bytes: Uint8Array): void {
    if (bytes.length > 0) this.raw(this.#frame(bytes));
    this.sent += bytes.length;
  }

  raw(bytes: string | Uint8Array): void {
    this.#world.isActive();
    if (!this.#socket.destroyed) this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  end(ending: Ending): void {
    this.#world.isActive();
    if (ending === 'hold') return;
    if (ending === 'rst' || this.#waiting.length > 0) this.#world.truth.doubt([this]);
    this.#state = 'over';
    this.#world.answers.delete(this);
    if (ending === 'rst') this.#socket.resetAndDestroy();
    else this.#socket.end();
  }

  #drain(): void {
    if (this.#state !== 'follows' || this.#waiting.length === 0) return;
    const all = Buffer.concat(this.#waiting.splice(0));
    const piece = all.subarray(0, this.#pace);
    this.deliver(piece);
    if (piece.length === all.length) return;
    this.#waiting.push(all.subarray(piece.length));
    this.#world.clock.after(20, () => this.#drain());
  }
}

/** One pipeline's log behind a server that obeys faults: each says what the client gets, and its truth is written down. */
export class FaultServer implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly truth = new TruthLog(pipelineName);
  readonly writer: Writer;
  readonly host: Lookup;
  readonly answers = new Set<LogAnswer>();
  /** What the next requests of the log get; then honest answers. */
  readonly nextAnswers: ((to: LogAnswer) => void)[] = [];
  /** The same for requests of JSON: bytes, and how the connection is left. `close`: at the request, if it is not the first. */
  readonly nextJson: ({readonly bytes: string; readonly ending: Ending} | 'close' | 'swapped')[] = [];
  /** What becomes of a connection before it can ask, or what it hears then. */
  atAccept: Ending | {readonly greeting: string} = 'hold';
  pipeline: DemoPipeline;
  /** Requests of the log. */
  asked = 0;
  written = 0;
  /** Events of sockets: the world is still when there are no more. */
  #activity = 0;
  readonly #listeners = new Map<string, net.Server>();
  readonly #sockets = new Set<net.Socket>();
  readonly #seed: number;
  #port = 0;
  #created = 0;

  constructor(options: {readonly seed: number; readonly clock: FakeClock; readonly identical: number}) {
    const {seed, clock, identical} = options;
    this.clock = clock;
    this.#seed = seed;
    this.random = createRandom(seed, 'faults');
    this.writer = new Writer({name: pipelineName, seed, identical});
    this.host = hostName(seed, () => this.isActive());
    this.pipeline = this.#create();
  }

  get url(): string {
    return `http://${this.host.name}:${this.#port}`;
  }

  get activity(): number {
    return this.#activity;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  isActive(): void {
    this.#activity += 1;
  }

  /** Another pipeline of the same name, with an empty log. */
  createAgain(): void {
    this.pipeline = this.#create();
  }

  /** The runner is back, if it was away. */
  startLog(): void {
    if (!this.pipeline.ring) this.pipeline.startLog();
  }

  write(count: number): void {
    this.written += count;
    this.writer.write(this.pipeline, count);
  }

  /** Accepts connections at this address, too. */
  async listen(address: '127.0.0.1' | '::1'): Promise<void> {
    this.#port ||= await freePort();
    // Two faults may end at once.
    if (this.#listeners.has(address)) return;
    const server = net.createServer({allowHalfOpen: true, noDelay: true}, (socket) => this.#accept(socket));
    this.#listeners.set(address, server);
    this.isActive();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({port: this.#port, host: address, ipv6Only: true}, resolve);
    });
  }

  /** Refuses connections, and leaves the open ones. */
  stopListening(): void {
    for (const server of this.#listeners.values()) server.close();
    this.#listeners.clear();
    this.isActive();
  }

  endAll(ending: Ending): void {
    for (const answer of [...this.answers]) answer.end(ending);
  }

  /** Ends each connection, those of JSON too. */
  drop(): void {
    this.truth.doubt(this.answers);
    for (const socket of this.#sockets) socket.destroy();
    this.answers.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopListening();
    this.drop();
    this.host.forget();
  }

  #create(): DemoPipeline {
    const now = this.clock.wall;
    const random = createRandom(this.#seed, `pipeline ${this.#created++}`);
    const pipeline = new DemoPipeline(pipelineName, {now, random, limits: ringLimits, idTime: now()});
    this.truth.watch(pipeline);
    const write = pipeline.write.bind(pipeline);
    pipeline.write = (entry) => {
      const isWritten = write(entry);
      const bytes = Buffer.concat([Buffer.from(entry), Buffer.from('\n')]);
      if (isWritten) for (const answer of this.answers) answer.add(bytes);
      return isWritten;
    };
    return pipeline;
  }

  #accept(socket: net.Socket): void {
    this.isActive();
    this.#sockets.add(socket);
    socket.on('error', () => this.isActive());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.isActive();
    });
    // A client that closes its half has left.
    socket.on('end', () => socket.destroy());
    if (typeof this.atAccept === 'object') socket.write(this.atAccept.greeting);
    if (this.atAccept === 'rst') socket.resetAndDestroy();
    if (this.atAccept === 'fin') socket.destroy();
    let pending = '';
    let requests = 0;
    socket.on('data', (data) => {
      this.isActive();
      pending += data.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        this.#answer(pending.slice(0, end), socket, requests++);
        pending = pending.slice(end + 4);
      }
    });
  }

  #answer(head: string, socket: net.Socket, before: number): void {
    const path = head.split(' ')[1] ?? '';
    if (!path.endsWith('/logs')) {
      this.#answerJson(path, socket, before);
      return;
    }
    this.asked += 1;
    const answer = new LogAnswer(this, socket, head);
    const fault = this.nextAnswers.shift();
    if (fault) fault(answer);
    else if (this.pipeline.ring) answer.follow();
    else {
      answer.raw('HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n');
      answer.end('fin');
    }
  }

  #answerJson(path: string, socket: net.Socket, before: number): void {
    const next = this.nextJson[0] === 'close' && before === 0 ? undefined : this.nextJson.shift();
    if (next === 'close') {
      socket.destroy();
      return;
    }
    if (typeof next === 'object') {
      socket.write(Buffer.from(next.bytes, 'latin1'));
      if (next.ending === 'rst') socket.resetAndDestroy();
      else if (next.ending === 'fin') socket.end();
      return;
    }
    const {id, name, state} = this.pipeline;
    const pipeline = {id, name, deployment_status: state.deploymentStatus, program_status: 'Success'};
    const isList = path.startsWith('/v0/pipelines?') !== (next === 'swapped');
    const body = JSON.stringify(isList ? [pipeline] : pipeline);
    const length = Buffer.byteLength(body);
    socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
  }
}
