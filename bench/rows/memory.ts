import {RecordIndex} from '../../source/records/record-index.ts';
import {loadLog} from '../frame/load-log.ts';
import {inOwnProcess, type Log, type Tasks} from '../frame/own-process.ts';
import type {Row, Sample} from '../frame/row.ts';

/** What is kept for each byte of log: on the heap and beside it, after a collection, less what was there before. */
async function memory(log: Log): Promise<Sample> {
  const before = keptNow();
  const buffer = await loadLog(log);
  const held = keptNow() - before;
  const index = new RecordIndex(buffer);
  while (!index.step(Number.POSITIVE_INFINITY));
  const indexed = keptNow() - before;
  return {perByte: held / buffer.byteLength, indexedPerByte: indexed / buffer.byteLength, lines: index.indexedTo};
}

function keptNow(): number {
  globalThis.gc?.();
  const {arrayBuffers, heapUsed} = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

export const tasks: Tasks = {memory};

const ours = inOwnProcess({module: import.meta.url, name: 'memory', colours: 'coloured'}, 'kept for a byte of log');
const common = {unit: 'bytes a byte', target: {of: 'value', atMost: 1.08}} as const;

export const rows: readonly Row[] = [
  {...common, name: 'memory', ours, figure: 'perByte'},
  // With the index of records, which a tab has once it was shown.
  {...common, name: 'memory-indexed', ours, figure: 'indexedPerByte'},
];
