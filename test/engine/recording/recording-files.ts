import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import type {MarkerKind} from '../../../source/engine/buffer/markers.ts';

/** What a recording holds, in order: text, a marker in its place, a new file. */
export type Recorded = string | MarkerKind | 'next file';

/**
 * Writes a recording's folder by hand, in its form: `facts.jsonl` and a file for each run of `pieces`, the ones before the
 * last compressed. Each text that ends a line has its place.
 */
export function writeRecording(
  directory: string,
  {id, at, pieces}: {readonly id: string; readonly at: number; readonly pieces: readonly Recorded[]},
): string {
  const folder = path.join(directory, `p--${id}`);
  mkdirSync(folder, {recursive: true});
  const facts: object[] = [{kind: 'begin', version: 2, name: 'p', id, server: 'http://x', at}];
  let [file, offset, line, number] = [1, 0, 0, 0];
  let texts: string[] = [];
  const addFile = () => facts.push({kind: 'file', file, offset, line, at});
  const nameOf = () => path.join(folder, `${String(file).padStart(6, '0')}.log`);
  addFile();
  for (const piece of pieces) {
    if (piece === 'next file') {
      writeFileSync(`${nameOf()}.zst`, zstdCompressSync(texts.join('')));
      texts = [];
      file += 1;
      addFile();
    } else if (typeof piece === 'string') {
      texts.push(piece);
      offset += Buffer.byteLength(piece);
      line += piece.split('\n').length - 1;
      if (piece.endsWith('\n')) facts.push({kind: 'place', offset, line});
    } else {
      facts.push({kind: 'marker', number, offset, line, marker: {...piece, at}});
      number += 1;
    }
  }
  writeFileSync(nameOf(), texts.join(''));
  writeFileSync(path.join(folder, 'facts.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  return folder;
}
