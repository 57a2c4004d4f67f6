import {once} from 'node:events';
import net from 'node:net';

/** A link to a server that can stop to pass bytes, in both directions, without closing anything. */
export class FrozenLink implements AsyncDisposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #isFrozen = false;

  private constructor(target: URL) {
    this.#server = net.createServer((near) => {
      const far = net.connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => {});
        from.on('data', (bytes) => to.write(bytes));
        if (this.#isFrozen) from.pause();
        from.on('close', () => {
          this.#sockets.delete(from);
          if (!this.#isFrozen) to.destroy();
        });
      }
    });
  }

  static async open(target: string): Promise<FrozenLink> {
    const link = new FrozenLink(new URL(target));
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** What is under way stays there, also of connections that are made from now on. */
  freeze(): void {
    this.#isFrozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
