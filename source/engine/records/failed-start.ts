import {visibleText} from '../buffer/style-joints.ts';
import {Word} from './bytes.ts';
import {bareMessage, parseRecord} from './parse-record.ts';

/** Feldera's server in a pipeline, when it cannot be initialized: it then ends (`dbsp_adapters`, server.rs). */
const target = 'dbsp_adapters::server';
const words = [
  new Word('Error initializing the pipeline: ', 'zing the'),
  new Word('Initialization failed: ', 'ization '),
];
/** Answer to a request for the state of such a pipeline: the same error once more. */
const answerWord = new Word('[HTTP error response] ', 'HTTP err');
/** Bytes of a line in which the words are searched: they follow the head, or in JSON the service. */
const wordsWithin = 1024;

/** Each of the words above has one of these letters. Hardly any line has one before the name of a connector. */
const letterZ = 0x7a;
const letterH = 0x48;

/** Returns whether what is at `offset` is only the cause of a failed start, or part of an answer to a request. */
export function isReported(bytes: Buffer, offset: number): boolean {
  for (let at = 0; at < offset; at++) {
    if (bytes[at] !== letterZ && bytes[at] !== letterH) continue;
    const before = bytes.subarray(0, offset);
    return answerWord.in(before, 0) !== -1 || words.some((word) => word.in(before, 0) !== -1);
  }
  return false;
}

/** Why a pipeline could not be initialized, in a line of level ERROR, as far as it has that; undefined in all others. */
export function failedStartIn(line: Uint8Array): string | undefined {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const head = bytes.subarray(0, wordsWithin);
  if (words.every((word) => word.in(head, 0) === -1)) return undefined;
  const text = visibleText(bytes);
  const record = parseRecord(text);
  if (record?.target !== target || record.level !== 'ERROR') return undefined;
  return /^(?:Error initializing the pipeline|Initialization failed): (.*)/s.exec(bareMessage(record, text))?.[1];
}
