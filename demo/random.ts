/** A seeded stream of numbers: the same seed gives the same demo, byte for byte. */
export type Random = {
  /** In [0, 1). */
  readonly next: () => number;
  /** In [0, below). */
  readonly integer: (below: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  readonly chance: (probability: number) => boolean;
};

/** FNV-1a. A label for each pipeline gives it its own stream, whatever the order of events. */
function hash(label: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < label.length; index++) {
    value = Math.imul(value ^ label.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

/** mulberry32. */
export function createRandom(seed: number, label: string): Random {
  let state = (seed ^ hash(label)) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (below: number) => Math.floor(next() * below);
  return {
    next,
    integer,
    pick: (items) => items[integer(items.length)] ?? items[0],
    chance: (probability) => next() < probability,
  };
}

/** A version 7 UUID: it sorts by its Unix time in ms, as the server's pipeline ids do. */
export function uuidV7(milliseconds: number, random: Random): string {
  const time = Math.floor(milliseconds).toString(16).padStart(12, '0');
  const digits = (count: number) => Array.from({length: count}, () => random.integer(16).toString(16)).join('');
  const variant = (8 + random.integer(4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits(3)}-${variant}${digits(3)}-${digits(12)}`;
}
