import {connect, type Socket} from 'node:net';

/** One HTTP exchange, as its bytes. */
export type Exchange = {
  readonly statusLine: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The chunks of a chunked body, or the whole of any other as one. The last may be incomplete. */
  readonly chunks: readonly Buffer[];
  readonly body: Buffer;
  /** The last chunk, or as many bytes as content-length says, have come. */
  readonly complete: boolean;
  /** Bytes behind a complete body. */
  readonly rest: Buffer;
};

/** Takes a recording, or what a socket received so far, apart. Undefined while the head is incomplete. */
export function parseExchange(raw: Buffer): Exchange | undefined {
  const headEnd = raw.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = raw.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const body = raw.subarray(headEnd + 4);
  if (headers.get('transfer-encoding') === 'chunked') return {statusLine, headers, ...parseChunks(body)};
  const length = Number(headers.get('content-length') ?? 0);
  const own = body.subarray(0, length);
  return {statusLine, headers, chunks: [own], body: own, complete: own.length === length, rest: body.subarray(length)};
}

function parseChunks(raw: Buffer): Pick<Exchange, 'chunks' | 'body' | 'complete' | 'rest'> {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', position);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', position, lineEnd), 16);
    if (size === 0 || Number.isNaN(size)) {
      const rest = size === 0 ? raw.subarray(lineEnd + 4) : Buffer.alloc(0);
      return {chunks, body: Buffer.concat(chunks), complete: size === 0 && raw.length >= lineEnd + 4, rest};
    }
    chunks.push(raw.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = lineEnd + 2 + size + 2;
  }
}

/** A plain socket that sends one request and keeps every byte that comes back. */
export class RawClient {
  readonly socket: Socket;
  #bytes = Buffer.alloc(65_536);
  #length = 0;
  #listeners = new Set<() => void>();
  #end: 'fin' | 'reset' | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    const tell = () => {
      for (const listener of this.#listeners) listener();
    };
    socket.on('data', (piece: Buffer) => {
      this.#keep(piece);
      tell();
    });
    socket.on('end', () => {
      this.#end ??= 'fin';
      tell();
    });
    socket.on('error', () => {
      this.#end ??= 'reset';
      tell();
    });
  }

  /** Connects and sends a request. `headers` are added to `host`. */
  static async request(
    url: string,
    options: {method?: string; headers?: Readonly<Record<string, string>>; version?: string} = {},
  ): Promise<RawClient> {
    const {hostname, port, host, pathname, search} = new URL(url);
    const socket = connect({host: hostname, port: Number(port), allowHalfOpen: true});
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const client = new RawClient(socket);
    const headers = Object.entries({host, ...options.headers}).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `${options.method ?? 'GET'} ${pathname}${search} ${options.version ?? 'HTTP/1.1'}\r\n${headers.join('')}\r\n`,
    );
    return client;
  }

  /** How the server's side ended, undefined while it is open. */
  get end(): 'fin' | 'reset' | undefined {
    return this.#end;
  }

  /** Every byte so far. */
  get raw(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get exchange(): Exchange | undefined {
    return parseExchange(this.raw);
  }

  /** The body so far, without framing. */
  get text(): string {
    return this.exchange?.body.toString() ?? '';
  }

  /** Waits until `done`, which is asked again after every piece and at the end. Rejects after ten seconds. */
  async until(done: (client: RawClient) => boolean, what = 'the server'): Promise<this> {
    if (done(this)) return this;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => finish(new Error(`waited for ${what}; received: …${this.raw.subarray(-2000)}`)),
        10_000,
      );
      const check = () => {
        if (done(this)) finish();
        else if (this.#end)
          finish(new Error(`the connection ended before ${what}; received: …${this.raw.subarray(-2000)}`));
      };
      const finish = (error?: Error) => {
        clearTimeout(timer);
        this.#listeners.delete(check);
        if (error) reject(error);
        else resolve();
      };
      this.#listeners.add(check);
    });
    return this;
  }

  /** Waits for the body so far to hold `text`. */
  shows(text: string): Promise<this> {
    return this.until((client) => client.text.includes(text), JSON.stringify(text));
  }

  /** Waits for a complete answer. */
  completed(): Promise<this> {
    return this.until((client) => client.exchange?.complete === true, 'a complete body');
  }

  /** Waits for the server to end the connection. */
  ended(): Promise<this> {
    return this.until((client) => client.end !== undefined, 'the end of the connection');
  }

  /** Closes our side only (FIN). */
  finish(): void {
    this.socket.end();
  }

  /** Closes with RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** The room doubles, so that `raw` costs nothing however much has come. */
  #keep(piece: Buffer): void {
    if (this.#length + piece.length > this.#bytes.length) {
      const larger = Buffer.alloc(2 * (this.#length + piece.length));
      this.raw.copy(larger);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    this.#length += piece.length;
  }
}
