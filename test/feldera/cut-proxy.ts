import net from 'node:net';

/** How a connection ends: by RST, by FIN, by RST or FIN within the next piece of the body, or with no byte any more. */
export const CUTS = ['reset', 'fin', 'within', 'frozen'] as const;
export type Cut = (typeof CUTS)[number];

type Connection = {
  readonly client: net.Socket;
  readonly server: net.Socket;
  /** The pipeline whose log was requested, once the request is there. */
  log?: string;
  /** What happens to the next piece of the server's answer. */
  cut?: 'within' | 'frozen';
};

/** A TCP proxy in front of a plain HTTP server, which ends connections as networks and servers do. */
export class CutProxy implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #target: URL;
  readonly #random: (() => number) | undefined;
  readonly #connections = new Set<Connection>();
  /** Monotonic milliseconds at which the current log body of each pipeline began. */
  readonly #begun = new Map<string, number>();
  /** New connections are reset at once. */
  refuses = false;

  /** `random`: numbers from 0 to below 1, for the places of cuts within a piece. Default: cuts in the middle of a line. */
  static async start(target: string, random?: () => number): Promise<CutProxy> {
    const proxy = new CutProxy(new URL(target), random);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  private constructor(target: URL, random: (() => number) | undefined) {
    this.#target = target;
    this.#random = random;
    this.#server = net.createServer((client) => this.#accept(client));
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** Names of the pipelines whose log body comes over a connection that was not cut. */
  get live(): readonly string[] {
    const logs = [...this.#connections].filter(({cut}) => cut === undefined).map(({log}) => log);
    return [...new Set(logs.filter((log) => log !== undefined && this.#begun.has(log)))] as string[];
  }

  /** When the current log body of a pipeline began, in milliseconds of `performance.now()`. */
  begun(name: string): number | undefined {
    return this.#begun.get(name);
  }

  /** Cuts every open log connection. Returns their number. */
  cut(how: Cut): number {
    const logs = [...this.#connections].filter(({log, cut}) => log !== undefined && cut === undefined);
    for (const connection of logs) this.#cut(connection, how);
    return logs.length;
  }

  /** Refuses new connections and resets the open ones, lists and all. */
  close(): void {
    this.refuses = true;
    for (const {client} of this.#connections) client.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const {client, server} of this.#connections) {
      client.destroy();
      server.destroy();
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: net.Socket): void {
    client.on('error', () => {});
    if (this.refuses) {
      client.resetAndDestroy();
      return;
    }
    const server = net.connect(Number(this.#target.port), this.#target.hostname);
    const connection: Connection = {client, server};
    this.#connections.add(connection);
    server.on('error', () => {});
    client.on('data', (bytes) => {
      // A request is one piece on loopback, and a log's is the last one of its connection.
      const log = /^GET \/v0\/pipelines\/([^/ ]+)\/logs /m.exec(bytes.toString('latin1'))?.[1];
      if (log !== undefined) {
        connection.log = log;
        this.#begun.delete(log);
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => this.#pass(connection, bytes));
    client.on('close', () => {
      this.#connections.delete(connection);
      server.resetAndDestroy();
    });
    // The server's FIN is passed on; what comes after a cut is not.
    server.on('end', () => connection.cut === undefined && client.end());
    server.on('close', () => connection.cut === undefined && client.destroy());
  }

  #pass(connection: Connection, bytes: Buffer): void {
    if (connection.cut === 'frozen') return;
    if (connection.cut === 'within') {
      connection.cut = 'frozen';
      const place = this.#random ? Math.floor(this.#random() * bytes.length) : withinLine(bytes);
      connection.client.write(bytes.subarray(0, place));
      connection.client.end();
      return;
    }
    if (connection.log !== undefined && !this.#begun.has(connection.log))
      this.#begun.set(connection.log, performance.now());
    connection.client.write(bytes);
  }

  #cut(connection: Connection, how: Cut): void {
    switch (how) {
      case 'reset':
        connection.cut = 'frozen';
        connection.client.resetAndDestroy();
        return;
      case 'fin':
        connection.cut = 'frozen';
        connection.client.end();
        return;
      case 'within':
      case 'frozen':
        connection.cut = how;
        return;
    }
  }
}

/** A place in a piece of a chunked body that follows ten characters of a line: the size of a chunk has fewer. */
function withinLine(bytes: Buffer): number {
  const found = /[^\r\n]{10}/.exec(bytes.toString('latin1'));
  if (!found) throw new Error(`no line in a piece of ${bytes.length} bytes`);
  return found.index + 10;
}
