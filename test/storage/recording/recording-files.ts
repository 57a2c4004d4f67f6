import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import type {MarkerKind} from '../../../source/buffer/markers.ts';

/** What a recording holds, in order: text, a marker in its place, a new file. What is in one block is packed together. */
export type Recorded = string | MarkerKind | 'next file';

/**
 * Writes a recording's folder by hand, in its format: `index.jsonl` and a file for each run of `pieces`, the ones
 * before the last compressed. Each text is a block of its own if it ends a line.
 */
export function writeRecording(
  directory: string,
  {id, at, pieces}: {readonly id: string; readonly at: number; readonly pieces: readonly Recorded[]},
): string {
  const folder = path.join(directory, `p--${id}`);
  mkdirSync(folder, {recursive: true});
  const facts: object[] = [
    {kind: 'recording', version: 1, name: 'p', id, server: 'http://x', at},
    {kind: 'file', file: 1, offset: 0, line: 0, at},
  ];
  const members: Buffer[] = [];
  let [file, fileOffset, offset, line, number] = [1, 0, 0, 0, 0];
  let block = {offset, line};
  let bytes = Buffer.of();
  for (const piece of pieces) {
    if (piece === 'next file') {
      writeFileSync(path.join(folder, `${String(file).padStart(6, '0')}.log.gz`), Buffer.concat(members));
      facts.push({kind: 'compressed', file, members: members.splice(0).map(({length}) => length)});
      file += 1;
      fileOffset = offset;
      facts.push({kind: 'file', file, offset, line, at});
    } else if (typeof piece === 'string') {
      bytes = Buffer.concat([bytes, Buffer.from(piece)]);
      offset += Buffer.byteLength(piece);
      line += piece.split('\n').length - 1;
      if (!piece.endsWith('\n')) continue;
      facts.push({kind: 'block', ...block, length: offset - block.offset, lines: line - block.line, at});
      members.push(gzipSync(bytes.subarray(block.offset)));
      block = {offset, line};
    } else {
      facts.push({kind: 'marker', number, offset, line, marker: {...piece, at}});
      number += 1;
    }
  }
  writeFileSync(path.join(folder, `${String(file).padStart(6, '0')}.log`), bytes.subarray(fileOffset));
  writeFileSync(path.join(folder, 'index.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  return folder;
}
