/** A piece of a socket's usual read. */
const room = 64 * 1024;
/** Of a piece so long a copy costs more than the steps that it saves: 20 ms for 163 MB that come in blocks. */
const longPiece = 16 * 1024;

/**
 * Joins small pieces that come one right after the other. The server sends a chunk for each entry, and every step that
 * a piece takes on its way to the scrollback has its price: a million lines cost 0.9 s of CPU joined and 1.7 s one by
 * one, and a reader that is too slow for its server is dropped.
 */
export class GatheredPieces {
  readonly #deliver: (bytes: Uint8Array) => void;
  readonly #bytes = Buffer.allocUnsafeSlow(room);
  #length = 0;

  /** `deliver` gets the pieces in order, joined; the array is its own only during the call. */
  constructor(deliver: (bytes: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** Delivers the piece at the end of the current turn of the event loop at the latest. The array is not kept. */
  push(piece: Uint8Array): void {
    const isLong = piece.length >= longPiece;
    if (isLong || this.#length + piece.length > room) this.flush();
    if (isLong) {
      this.#deliver(piece);
      return;
    }
    // Not in a microtask: over TLS each record comes in one of its own.
    if (this.#length === 0) setImmediate(() => this.flush());
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Delivers now what has been gathered. */
  flush(): void {
    if (this.#length === 0) return;
    const gathered = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#deliver(gathered);
  }
}
