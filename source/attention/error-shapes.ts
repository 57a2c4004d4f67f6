import {withShortMessage} from '../records/json-members.ts';
import {shapeOf} from '../records/shape.ts';

/** Lines that say the same, of one log. Times are wall milliseconds, ids those of the log's entries. */
export type ErrorShape = {
  /** `shapeOf` of the lines: the same in every log. `watchedKey`: lines that match the watched pattern. */
  readonly key: number;
  /** The first line as received, its first 512 bytes; of a longer one in JSON all but the end of its message. */
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

/** No shape has this key: shapes are whole numbers of 32 bits, signed. */
export const watchedKey = 2 ** 31;

/** Five hundred ways to fail are more than anyone reads; 500 examples are 250 kB at most. */
const mostShapes = 500;
const exampleBytes = 512;

/** The same, counted on in place: an object for each error would be half of what an error costs. */
type Counted = {-readonly [Field in keyof ErrorShape]: ErrorShape[Field]} & {
  /** How many errors the log had when this one was heard last. */
  heard: number;
  /** As it was last told of; undefined: it has changed since. */
  told: ErrorShape | undefined;
};

/** The errors of one log by what they say. Of too many shapes the one that was silent for longest gives way. */
export class ErrorShapes {
  readonly #most: number;
  readonly #shapes = new Map<number, Counted>();
  #heard = 0;
  #dropped = 0;
  #snapshot: ReadonlyMap<number, ErrorShape> | undefined;

  constructor({most = mostShapes}: {most?: number} = {}) {
    this.#most = most;
  }

  /** Shapes that gave way to others. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The shapes by key, the one that was heard last at the end. The same map until something in it changes. */
  get byKey(): ReadonlyMap<number, ErrorShape> {
    if (!this.#snapshot) {
      const shapes = [...this.#shapes.values()].sort((a, b) => a.heard - b.heard);
      this.#snapshot = new Map(shapes.map((shape) => [shape.key, told(shape)]));
    }
    return this.#snapshot;
  }

  /** Counts the line of entry `id`, logged at `at` (wall milliseconds). The bytes are not kept. */
  add(line: Uint8Array, {id, at, key = shapeOf(line)}: {id: number; at: number; key?: number}): void {
    const known = this.#shapes.get(key);
    this.#snapshot = undefined;
    this.#heard += 1;
    if (!known) {
      const example = Uint8Array.from(withShortMessage(line, exampleBytes).subarray(0, exampleBytes));
      const place = {firstId: id, firstAt: at, unseenId: id, unseenAt: at, lastId: id, lastAt: at};
      this.#shapes.set(key, {key, example, count: 1, unseen: 1, ...place, heard: this.#heard, told: undefined});
      if (this.#shapes.size > this.#most) this.#dropOldest();
      return;
    }
    known.told = undefined;
    known.heard = this.#heard;
    known.count += 1;
    known.lastId = id;
    known.lastAt = at;
    known.unseen += 1;
    if (known.unseen > 1) return;
    known.unseenId = id;
    known.unseenAt = at;
  }

  /** The log was looked at: nothing of it is unseen. */
  look(): void {
    for (const shape of this.#shapes.values()) {
      if (shape.unseen === 0) continue;
      shape.unseen = 0;
      shape.told = undefined;
      this.#snapshot = undefined;
    }
  }

  #dropOldest(): void {
    let oldest: Counted | undefined;
    for (const shape of this.#shapes.values()) if (!oldest || shape.heard < oldest.heard) oldest = shape;
    if (oldest && this.#shapes.delete(oldest.key)) this.#dropped += 1;
  }
}

function told(shape: Counted): ErrorShape {
  if (!shape.told) {
    const {heard: _heard, told: _told, ...facts} = shape;
    shape.told = facts;
  }
  return shape.told;
}
