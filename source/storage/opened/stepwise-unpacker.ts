import * as zlib from 'node:zlib';
import {byteSize, count} from '../../lib/format.ts';
import {formOf, headBytes, type Packing} from './file-form.ts';
import {OpenError} from './open-error.ts';
import {ZstdFrames} from './zstd-frames.ts';

/** `deflate`: without a header, as in a ZIP file. */
export type Packed = Exclude<Packing, undefined> | 'deflate';

const outputBytes = 64 * 1024;

type Unpacker = zlib.Gunzip | zlib.ZstdDecompress | zlib.InflateRaw;

/**
 * A stream that unpacks, written one step at a time, and read before the next: what a failure discards is that step. It
 * goes on to the next member of gzip or frame of zstd.
 */
export class StepwiseUnpacker {
  readonly #stream: Unpacker;
  readonly #frames: ZstdFrames | undefined;
  #failure: Error | undefined;
  #onChange: () => void = () => {};
  #ended = false;
  /** Bytes that came, and those that the stream got. */
  #written = 0;
  #given = 0;

  constructor(packed: Packed) {
    const stream = streamOf(packed);
    this.#frames = packed === 'zstd' ? new ZstdFrames() : undefined;
    this.#stream = stream;
    stream.on('readable', () => this.#onChange());
    stream.on('end', () => {
      this.#ended = true;
      this.#onChange();
    });
    stream.on('error', (error) => {
      this.#failure = error;
      this.#onChange();
    });
  }

  /** Nothing more comes out of it. */
  get isOver(): boolean {
    return this.#ended || this.#failure !== undefined;
  }

  /** Packed bytes up to the end of what was unpacked. */
  get consumed(): number {
    return this.#stream.bytesWritten;
  }

  get failed(): 'cut-short' | 'rest-damaged' | undefined {
    if (!this.#failure) return undefined;
    return 'code' in this.#failure && this.#failure.code === 'Z_BUF_ERROR' ? 'cut-short' : 'rest-damaged';
  }

  /** Bytes that were written after the end. */
  get left(): number {
    return this.isOver ? this.#written - this.consumed : 0;
  }

  async *write(bytes: Uint8Array): AsyncGenerator<Buffer> {
    this.#written += bytes.length;
    for (let rest = bytes; rest.length > 0 && !this.isOver; ) {
      const length = this.#frames?.take(rest) ?? rest.length;
      // What follows the last frame is not of this stream; of what begins with no frame zlib tells that.
      if (length === 0 && this.#given > 0) this.#ended = true;
      else {
        const some = length === 0 ? rest : rest.subarray(0, length);
        this.#given += some.length;
        yield* this.#outputs((onDone) => this.#stream.write(some, onDone));
        rest = rest.subarray(some.length);
      }
    }
  }

  end(): AsyncGenerator<Buffer> {
    return this.#outputs(() => this.#stream.end());
  }

  async *#outputs(begin: (onDone: () => void) => void): AsyncGenerator<Buffer> {
    let isDone = false;
    begin(() => {
      isDone = true;
      this.#onChange();
    });
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      for (let some = this.#stream.read(); some !== null; some = this.#stream.read()) yield some;
      // Its `end` comes later than the answer to the write with which it ended.
      if (isDone && this.consumed < this.#given) this.#ended = true;
      if (isDone || this.isOver) return;
      await changed;
    }
  }

  destroy(): void {
    this.#stream.destroy();
  }
}

function streamOf(packed: Packed): Unpacker {
  const options = {chunkSize: outputBytes};
  switch (packed) {
    case 'gzip':
      return zlib.createGunzip(options);
    case 'zstd':
      return zlib.createZstdDecompress(options);
    case 'deflate':
      return zlib.createInflateRaw(options);
  }
}

/** What nothing that unpacks may exceed: a log that does would take minutes. The ratio counts from `ratioFrom` on. */
export type UnpackLimits = {readonly bytes: number; readonly ratio: number; readonly ratioFrom: number};
const usualLimits: UnpackLimits = {bytes: 8 * 1024 ** 3, ratio: 250, ratioFrom: 256 * 1024 ** 2};

/** What was unpacked of one file so far, and from how many packed bytes: parts of a file share it, as its limits do. */
export type UnpackTotal = {bytes: number; packed: number};

export function nothingUnpacked(): UnpackTotal {
  return {bytes: 0, packed: 0};
}

/** `name`: safe to show. `isFile`: a tool can unpack it alone. */
type ToUnpack = {readonly name: string; readonly packed: Packed | undefined; readonly isFile: boolean};

type BoundsOptions = {readonly limits?: UnpackLimits | undefined; readonly total?: UnpackTotal | undefined};

/** Refuses what is no log, and what unpacks to too much. */
export class Bounds {
  readonly #part: ToUnpack;
  readonly #limits: UnpackLimits;
  readonly #total: UnpackTotal;
  #hasBegun = false;
  #consumed = 0;

  /** `total`: of the file whose part it is; default: it is a file. */
  constructor(part: ToUnpack, {limits = usualLimits, total = nothingUnpacked()}: BoundsOptions = {}) {
    this.#part = part;
    this.#limits = limits;
    this.#total = total;
  }

  /** `consumed`: packed bytes that were read so far. */
  check(bytes: Uint8Array, consumed: number): void {
    const {name, packed} = this.#part;
    if (!this.#hasBegun && packed !== undefined) {
      const form = formOf(bytes.subarray(0, headBytes));
      if (form.kind !== 'log' || form.packed) throw new OpenError(`what is in ${name} is a binary file, not a log`);
    }
    this.#hasBegun = true;
    if (packed === undefined) return;
    const total = this.#total;
    total.bytes += bytes.length;
    total.packed += consumed - this.#consumed;
    this.#consumed = consumed;
    if (total.bytes > this.#limits.bytes) throw tooLarge(this.#part, `more than ${byteSize(this.#limits.bytes)}`);
    const ratio = Math.floor(total.bytes / Math.max(1, total.packed));
    if (total.bytes > this.#limits.ratioFrom && ratio > this.#limits.ratio) {
      throw tooLarge(this.#part, `more than ${count(ratio)} times its size, as no log does`);
    }
  }
}

function tooLarge({name, packed, isFile}: ToUnpack, what: string): OpenError {
  const way = isFile ? ` · ${packed} -dc ${name} | pipetail open - reads it all the same` : '';
  return new OpenError(`${name} is not read to its end: it unpacks to ${what}${way}`);
}
