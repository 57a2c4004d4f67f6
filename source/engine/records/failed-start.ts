import {visibleText} from '../buffer/style-joints.ts';
import {bareMessage, parseRecord} from './parse-record.ts';

/** Feldera's server in a pipeline, when it cannot be initialized: it then ends (`dbsp_adapters`, server.rs). */
const target = 'dbsp_adapters::server';
const words = ['Error initializing the pipeline: ', 'Initialization failed: '].map((word) => Buffer.from(word));
/** Answer to a request for the state of such a pipeline: the same error once more. */
const answerWord = Buffer.from('[HTTP error response] ');
/** Bytes of a line in which the words are searched: they follow the head, or in JSON the service. */
const wordsWithin = 1024;

/** Returns whether what is at `offset` is only the cause of a failed start, or part of an answer to a request. */
export function isReported(bytes: Buffer, offset: number): boolean {
  const before = bytes.subarray(0, offset);
  return [answerWord, ...words].some((word) => before.includes(word));
}

/** Why a pipeline could not be initialized, in a line of level ERROR, as far as it has that; undefined in all others. */
export function failedStartIn(line: Uint8Array): string | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const head = bytes.subarray(0, wordsWithin);
  if (!words.some((word) => head.includes(word))) return undefined;
  const text = visibleText(bytes);
  const record = parseRecord(text);
  if (record?.target !== target || record.level !== 'ERROR') return undefined;
  return /^(?:Error initializing the pipeline|Initialization failed): (.*)/s.exec(bareMessage(record, text))?.[1];
}
