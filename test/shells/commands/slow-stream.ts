import {Writable} from 'node:stream';

/** A stream whose reader reads what was written when the test calls `take`. */
export class SlowStream extends Writable {
  /** Everything that the reader took, a string a write. */
  readonly taken: string[] = [];
  #waiting: {readonly text: string; readonly done: (error?: Error) => void} | undefined;
  #fast = false;

  get text(): string {
    return this.taken.join('');
  }

  /** The reader takes the write that waits. The stream has reacted to it when this resolves. */
  async take(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) this.taken.push(waiting.text);
    waiting?.done();
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** From now on the reader takes everything at once. */
  async takeAll(): Promise<void> {
    this.#fast = true;
    await this.take();
  }

  /** The write that waits fails. */
  async fail(code: string): Promise<void> {
    this.#waiting?.done(Object.assign(new Error(code), {code}));
    await new Promise((resolve) => setImmediate(resolve));
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (!this.#fast) {
      this.#waiting = {text: chunk.toString(), done};
      return;
    }
    this.taken.push(chunk.toString());
    done();
  }
}
