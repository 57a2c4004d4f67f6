import {shapeOf} from '../records/shape.ts';

/** Lines that say the same, of one log. Times are wall milliseconds, ids those of the log's entries. */
export type ErrorShape = {
  /** `shapeOf` of the lines: the same in every log. `watchedKey`: lines that match the watched pattern. */
  readonly key: number;
  /** The first line as received, its first 512 bytes. */
  readonly example: Uint8Array;
  readonly count: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How many came since the log was last looked at, and the first of them. */
  readonly unseen: number;
  readonly unseenId: number;
  readonly unseenAt: number;
};

/** No shape has this key: shapes are unsigned. */
export const watchedKey = -1;

/** Five hundred ways to fail are more than anyone reads; 500 examples are 250 kB at most. */
const mostShapes = 500;
const exampleBytes = 512;

/** The errors of one log by what they say. Of too many shapes the one that was silent for longest gives way. */
export class ErrorShapes {
  readonly #most: number;
  /** The one that was heard last stands last. */
  readonly #shapes = new Map<number, ErrorShape>();
  #dropped = 0;
  #snapshot: ReadonlyMap<number, ErrorShape> | undefined;

  constructor({most = mostShapes}: {most?: number} = {}) {
    this.#most = most;
  }

  /** Shapes that gave way to others. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The shapes by key, the one that was heard last at the end. The same map until there is another error. */
  get byKey(): ReadonlyMap<number, ErrorShape> {
    this.#snapshot ??= new Map(this.#shapes);
    return this.#snapshot;
  }

  /** Counts the line of entry `id`, logged at `at` (wall milliseconds). The bytes are not kept. */
  add(line: Uint8Array, {id, at, key = shapeOf(line)}: {id: number; at: number; key?: number}): void {
    const known = this.#shapes.get(key);
    this.#snapshot = undefined;
    if (known) {
      // Taken out and put in again: the map's order is that of the last line.
      this.#shapes.delete(key);
      const isSeen = known.unseen === 0;
      this.#shapes.set(key, {
        ...known,
        count: known.count + 1,
        lastId: id,
        lastAt: at,
        unseen: known.unseen + 1,
        unseenId: isSeen ? id : known.unseenId,
        unseenAt: isSeen ? at : known.unseenAt,
      });
      return;
    }
    const example = Uint8Array.from(line.subarray(0, exampleBytes));
    const first = {firstId: id, firstAt: at, unseenId: id, unseenAt: at};
    this.#shapes.set(key, {key, example, count: 1, lastId: id, lastAt: at, unseen: 1, ...first});
    if (this.#shapes.size > this.#most) this.#dropOldest();
  }

  /** The log was looked at: nothing of it is unseen. */
  look(): void {
    for (const [key, shape] of this.#shapes) if (shape.unseen > 0) this.#shapes.set(key, {...shape, unseen: 0});
    this.#snapshot = undefined;
  }

  #dropOldest(): void {
    for (const key of this.#shapes.keys()) {
      this.#shapes.delete(key);
      this.#dropped += 1;
      return;
    }
  }
}
