import {Socket} from 'node:net';
import type {RecordedPiece} from '../recording/reader.ts';
import {openPipeNow} from '../regular-file.ts';
import {type FileForm, formOf, headBytes} from './file-form.ts';
import {OpenError} from './open-error.ts';
import {Bounds, type Packed, StepwiseUnpacker} from './stepwise-unpacker.ts';

/**
 * What comes through a named pipe, until its last writer closes it or `signal` is aborted. Throws `OpenError`. No thread
 * waits, as one would in `open` or `read`: the process could not end before it.
 */
export async function* readPipe(file: string, signal = new AbortController().signal): AsyncGenerator<Buffer> {
  if (signal.aborted) return;
  let socket: Socket;
  try {
    socket = new Socket({fd: openPipeNow(file), readable: true, writable: false});
  } catch (error) {
    throw OpenError.of(file, error);
  }
  const end = () => socket.destroy();
  signal.addEventListener('abort', end);
  try {
    for await (const bytes of socket) yield bytes;
  } catch (error) {
    if (!signal.aborted) throw OpenError.of(file, error);
  } finally {
    signal.removeEventListener('abort', end);
    socket.destroy();
  }
}

/**
 * The bytes that come through a pipe, unpacked if it begins as a compressed file does. `name`: safe to show. What is cut
 * or damaged ends with an `unreadable` marker. Throws `OpenError` for what is no log.
 */
export async function* pipePieces(
  name: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<RecordedPiece> {
  let form: FileForm | undefined;
  let unpacking: UnpackedPipe | undefined;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    form ??= bytes.length > 0 ? formOf(bytes.subarray(0, headBytes)) : undefined;
    if (form?.kind === 'zip') throw new OpenError(`${name} is a ZIP file: save it, and open the file`);
    if (form?.kind === 'other') throw new OpenError(`${name} ${form.why}`);
    if (form?.packed === undefined) {
      yield {bytes};
      continue;
    }
    unpacking ??= new UnpackedPipe(name, form.packed);
    for await (const some of unpacking.write(bytes)) yield {bytes: some};
    if (unpacking.failed) break;
  }
  if (!unpacking) return;
  for await (const some of unpacking.end()) yield {bytes: some};
  if (unpacking.failed) {
    yield {marker: {kind: 'unreadable', bytes: undefined, because: unpacking.failed, at: 0, file: name}};
  }
}

/** All members or frames that come one after the other. */
class UnpackedPipe {
  readonly #packed: Packed;
  readonly #bounds: Bounds;
  #consumed = 0;
  #stream: StepwiseUnpacker;

  constructor(name: string, packed: Packed) {
    this.#packed = packed;
    this.#bounds = new Bounds({name, packed, isFile: false});
    this.#stream = new StepwiseUnpacker(packed);
  }

  get failed(): 'cut-short' | 'rest-damaged' | undefined {
    return this.#stream.failed;
  }

  async *write(bytes: Buffer): AsyncGenerator<Buffer> {
    for (let rest = bytes; rest.length > 0 && !this.failed; ) {
      if (this.#stream.isOver) {
        // Tapes pad with zeros.
        if (rest.every((byte) => byte === 0)) return;
        this.#stream = new StepwiseUnpacker(this.#packed);
      }
      yield* this.#checked(this.#stream.write(rest), rest.length);
      // The stream may end before the bytes do: with a frame of zstd.
      rest = rest.subarray(rest.length - this.#stream.left);
    }
  }

  async *end(): AsyncGenerator<Buffer> {
    if (!this.#stream.isOver) yield* this.#checked(this.#stream.end(), 0);
    this.#stream.destroy();
  }

  async *#checked(outputs: AsyncIterable<Buffer>, packedBytes: number): AsyncGenerator<Buffer> {
    this.#consumed += packedBytes;
    for await (const some of outputs) {
      this.#bounds.check(some, this.#consumed);
      yield some;
    }
  }
}
