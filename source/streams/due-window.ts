/** Holds what arrives for a while: entries are due a fixed time after they were noticed, in their order. */
export class DueWindow {
  readonly #length: number;
  /** What is not due yet: up to which entry, and when it is. Oldest first. */
  readonly #arrivals: {readonly endId: number; readonly dueAt: number}[] = [];
  #arrived: number;
  #endId: number;

  /** `length`: milliseconds. Entries below `endId` are due from the start. */
  constructor(length: number, endId: number) {
    this.#length = length;
    this.#arrived = endId;
    this.#endId = endId;
  }

  /** Entries below are due. */
  get endId(): number {
    return this.#endId;
  }

  /** When more will be due; undefined when nothing is waited for. */
  get nextAt(): number | undefined {
    return this.#arrivals[0]?.dueAt;
  }

  /** Entries below `endId` are there at `now`; what is new among them is due after the window. */
  notice(endId: number, now: number): void {
    if (endId <= this.#arrived) return;
    this.#arrived = endId;
    this.#arrivals.push({endId, dueAt: now + this.#length});
  }

  /** Time has come to `now`. */
  advance(now: number): void {
    for (let [first] = this.#arrivals; first && first.dueAt <= now; [first] = this.#arrivals) {
      this.#endId = first.endId;
      this.#arrivals.shift();
    }
  }

  /** Everything below `endId` is due now, and nothing is waited for. */
  finish(endId: number): void {
    this.#arrivals.length = 0;
    this.#arrived = endId;
    this.#endId = endId;
  }
}
