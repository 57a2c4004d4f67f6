import type {FileHandle} from 'node:fs/promises';
import {openRegular} from '../disk/regular-file.ts';
import {OpenError} from './open-error.ts';

/** Compression of a file; undefined: none. */
export type Packing = 'gzip' | 'zstd' | undefined;

/** Form that the first bytes of a file tell. `why`: follows the name of the file in a sentence, with a way out. */
type FileForm =
  | {readonly kind: 'log'; readonly packed: Packing}
  | {readonly kind: 'zip'}
  | {readonly kind: 'other'; readonly why: string};

/** Bytes of a file that tell its form, at its beginning and at its end. */
const headBytes = 1024;

const binaryFile: FileForm = {kind: 'other', why: 'is a binary file, not a log'};

const packers: readonly (readonly [bytes: readonly number[], form: FileForm])[] = [
  [[0x1f, 0x8b], {kind: 'log', packed: 'gzip'}],
  [[0x28, 0xb5, 0x2f, 0xfd], {kind: 'log', packed: 'zstd'}],
  // A frame that is skipped, with which pzstd begins.
  [[0x50, 0x2a, 0x4d, 0x18], {kind: 'log', packed: 'zstd'}],
  [[0x50, 0x4b, 0x03, 0x04], {kind: 'zip'}],
  [[0x50, 0x4b, 0x05, 0x06], {kind: 'zip'}],
  [[0x42, 0x5a, 0x68], {kind: 'other', why: otherPacker('bzip2')}],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], {kind: 'other', why: otherPacker('xz')}],
  [[0xff, 0xfe], {kind: 'other', why: 'is UTF-16, not UTF-8: iconv -f utf-16 -t utf-8 FILE | pipetail open -'}],
  [[0xfe, 0xff], {kind: 'other', why: 'is UTF-16, not UTF-8: iconv -f utf-16 -t utf-8 FILE | pipetail open -'}],
];

/** Reads the form of a file. Its name proves nothing: what is in it counts. Throws `OpenError`. */
export async function readForm(file: string): Promise<FileForm> {
  try {
    await using handle = await openRegular(file);
    const form = formOf(await readAt(handle, 0));
    if (form !== binaryFile) return form;
    const {size} = await handle.stat();
    const tail = await readAt(handle, Math.max(0, size - headBytes));
    return endsAsLog(tail) ? {kind: 'log', packed: undefined} : form;
  } catch (error) {
    throw OpenError.of(file, error);
  }
}

async function readAt(handle: FileHandle, position: number): Promise<Buffer> {
  const {buffer, bytesRead} = await handle.read(Buffer.allocUnsafe(headBytes), 0, headBytes, position);
  return buffer.subarray(0, bytesRead);
}

/** Returns the form that the first of these bytes tell, with which a file begins. */
export function formOf(bytes: Uint8Array): FileForm {
  const head = bytes.subarray(0, headBytes);
  const packer = packers.find(([bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (packer) return packer[1];
  return head.includes(0) ? binaryFile : {kind: 'log', packed: undefined};
}

/**
 * Returns whether a file with NULs at its beginning is a log all the same: one that was emptied while its writer kept
 * its place has them up to there. `tail`: the last `headBytes` of the file.
 */
function endsAsLog(tail: Uint8Array): boolean {
  const end = tail.subarray(tail.lastIndexOf(0) + 1);
  return end.includes(0x0a) && end.every((byte) => byte >= 0x20 || textControls.includes(byte));
}

/** Backspace, tab, newline, form feed, carriage return and escape. */
const textControls: readonly number[] = [0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b];

function otherPacker(tool: string): string {
  return `is compressed by ${tool}, which pipetail cannot read: ${tool} -dc FILE | pipetail open -`;
}
