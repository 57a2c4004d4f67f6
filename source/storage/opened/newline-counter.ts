import {newline} from '../../buffer/segment.ts';

/** Bytes of a page of WebAssembly's memory. */
const pageBytes = 64 * 1024;
/** Bytes that are compared at once. */
const stepBytes = 16;

/**
 * Counts newlines in memory of its own, into which the bytes of a file are read: 2 GB in 0.1 s, a tenth of what a search
 * from one newline to the next takes. Where WebAssembly is missing, as under `--jitless`, that search counts.
 */
export class NewlineCounter {
  /** Of the given size each: one can be filled while the other is counted. */
  readonly halves: readonly [Buffer<ArrayBuffer>, Buffer<ArrayBuffer>];
  readonly #count: CountSteps | undefined;

  constructor(halfBytes: number) {
    const memory = createMemory(2 * halfBytes);
    const {buffer} = memory ?? Buffer.allocUnsafeSlow(2 * halfBytes);
    this.halves = [Buffer.from(buffer, 0, halfBytes), Buffer.from(buffer, halfBytes, halfBytes)];
    this.#count = memory && createCount(memory);
  }

  /** `bytes`: a part of a half. */
  count(bytes: Buffer): number {
    const whole = this.#count ? bytes.length - (bytes.length % stepBytes) : 0;
    let count = whole > 0 ? (this.#count?.(bytes.byteOffset, bytes.byteOffset + whole) ?? 0) : 0;
    for (let at = bytes.indexOf(newline, whole); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1;
    return count;
  }
}

type Memory = {readonly buffer: ArrayBuffer};

/** What is used of it: TypeScript has its types only with those of a browser. */
declare const WebAssembly: {
  readonly Memory: new (options: {readonly initial: number}) => Memory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
  ) => {readonly exports: Readonly<Record<string, unknown>>};
};

/** Newlines in `[from, to)` of the memory: whole steps, one at least. */
type CountSteps = (from: number, to: number) => number;

/** Pages that are not used take no memory. Undefined: there is no WebAssembly, or no address space for it. */
function createMemory(bytes: number): Memory | undefined {
  try {
    return new WebAssembly.Memory({initial: Math.ceil(bytes / pageBytes)});
  } catch {
    return undefined;
  }
}

/** Undefined: this processor lacks what the code needs. */
function createCount(memory: Memory): CountSteps | undefined {
  try {
    const {exports} = new WebAssembly.Instance(new WebAssembly.Module(code), {m: {m: memory}});
    const {count} = exports;
    return typeof count === 'function' ? (from, to) => Number(count(from, to)) : undefined;
  } catch {
    return undefined;
  }
}

/** Of a section of a module: what it is, and its bytes, fewer than 128. */
const section = (id: number, ...bytes: readonly number[]) => [id, bytes.length, ...bytes];
const [i32, v128] = [0x7f, 0x7b];

/** Parameters `from` and `to`, locals `sum` and `newlines`. */
const countSteps = [
  ...[0x41, newline, 0xfd, 0x0f, 0x21, 3], // newlines = i8x16.splat(newline)
  ...[0x03, 0x40], // loop
  ...[0x20, 0, 0xfd, 0x00, 0, 0], // v128.load(from)
  ...[0x20, 3, 0xfd, 0x23], // i8x16.eq(newlines)
  ...[0xfd, 0x64, 0x69], // i32.popcnt(i8x16.bitmask)
  ...[0x20, 2, 0x6a, 0x21, 2], // sum += it
  ...[0x20, 0, 0x41, stepBytes, 0x6a, 0x22, 0], // from += 16
  ...[0x20, 1, 0x49, 0x0d, 0], // again if from < to
  0x0b, // end of the loop
  ...[0x20, 2, 0x0b], // return sum
];
const body = [2, 1, i32, 1, v128, ...countSteps];

const code = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 2, i32, i32, 1, i32), // type: (i32, i32) → i32
  ...section(2, 1, 1, 0x6d, 1, 0x6d, 2, 0, 1), // import: the memory m.m
  ...section(3, 1, 0), // one function, of that type
  ...section(7, 1, 5, ...Buffer.from('count'), 0, 0), // export
  ...section(10, 1, body.length, ...body),
]);
