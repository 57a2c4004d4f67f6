import {type Clock, systemClock} from '../../source/lib/clock.ts';

/** A line as SSH over a bad network is one. */
export type LinkSpeed = {
  /** In each direction. */
  readonly bitsPerSecond: number;
  /** Milliseconds there and back. */
  readonly roundTrip: number;
  /** Bytes that wait before the line, in the buffers of sshd and the kernel, before the program is read no more. */
  readonly buffer: number;
};

/** A modem's rate over a satellite's distance. */
export const slowLine: LinkSpeed = {bitsPerSecond: 64_000, roundTrip: 500, buffer: 128 * 1024};

/** What the near end sees at once: about what a small packet of SSH carries. */
const packet = 256;

type LaneOptions = {
  readonly bitsPerSecond: number;
  /** Milliseconds from the end of a packet at one end to its arrival at the other. */
  readonly delay: number;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly onArrived: (bytes: Buffer) => void;
};

/** One direction of a line: bytes leave at its rate and arrive a while later, in order. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #underway: {readonly bytes: Buffer; readonly arrives: number}[] = [];
  /** When the last byte will have left. */
  #free = Number.NEGATIVE_INFINITY;
  #waiting = Promise.withResolvers<void>();

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#waiting.resolve();
  }

  /** Bytes that have not left yet. */
  get queued(): number {
    const {bitsPerSecond, clock} = this.#options;
    return (Math.max(0, this.#free - clock.monotonic()) * bitsPerSecond) / 8000;
  }

  /** Resolves when everything has arrived. */
  get isEmpty(): Promise<void> {
    return this.#waiting.promise;
  }

  send(bytes: Buffer): void {
    const {bitsPerSecond, delay, clock} = this.#options;
    const isIdle = this.#underway.length === 0;
    for (let at = 0; at < bytes.length; at += packet) {
      const piece = bytes.subarray(at, at + packet);
      this.#free = Math.max(this.#free, clock.monotonic()) + (piece.length * 8000) / bitsPerSecond;
      this.#underway.push({bytes: piece, arrives: this.#free + delay});
    }
    if (!isIdle || bytes.length === 0) return;
    this.#waiting = Promise.withResolvers();
    this.#wait();
  }

  #wait(): void {
    const {clock, onArrived} = this.#options;
    const [first] = this.#underway;
    if (!first) {
      this.#waiting.resolve();
      return;
    }
    clock.after(Math.max(1, first.arrives - clock.monotonic()), () => {
      for (let next = this.#underway[0]; next && next.arrives <= clock.monotonic(); next = this.#underway[0]) {
        this.#underway.shift();
        onArrived(next.bytes);
      }
      this.#wait();
    });
  }
}

/** The far end of the line: a pseudoterminal, as `node-pty` has it. */
type FarEnd = {write(text: string): void; pause(): void; resume(): void};

/** A line between a program's terminal and the one that a person looks at. */
export class SlowLink {
  readonly #down: Lane;
  readonly #up: Lane;
  readonly #speed: LinkSpeed;
  readonly #far: FarEnd;
  #mostQueued = 0;

  constructor(speed: LinkSpeed, far: FarEnd, onArrived: (bytes: Buffer) => void) {
    const {bitsPerSecond, roundTrip} = speed;
    const lane = {bitsPerSecond, delay: roundTrip / 2, clock: systemClock};
    this.#speed = speed;
    this.#far = far;
    this.#down = new Lane({...lane, onArrived});
    this.#up = new Lane({...lane, onArrived: (bytes) => far.write(bytes.toString())});
  }

  /** Bytes to the person that have not left yet. */
  get queued(): number {
    return this.#down.queued;
  }

  /** The most bytes that ever waited so. */
  get mostQueued(): number {
    return this.#mostQueued;
  }

  /** Resolves when everything that the program wrote has arrived. */
  get isEmpty(): Promise<void> {
    return this.#down.isEmpty;
  }

  /** Keys and the terminal's answers. */
  type(text: string): void {
    this.#up.send(Buffer.from(text));
  }

  /** What the program wrote. It is read on when there is room. */
  show(bytes: Buffer): void {
    const {bitsPerSecond, buffer} = this.#speed;
    this.#down.send(bytes);
    this.#mostQueued = Math.max(this.#mostQueued, this.queued);
    const excess = this.queued - buffer;
    if (excess <= 0) return;
    this.#far.pause();
    systemClock.after((excess * 8000) / bitsPerSecond, () => this.#far.resume());
  }
}
