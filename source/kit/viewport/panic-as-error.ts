import {newline} from '../../engine/buffer/segment.ts';
import {isoTime} from '../../lib/format.ts';
import {lineAsSent} from './line-text.ts';

/** `thread 'dbsp-worker-0' (31761) panicked at src/main.rs:64:21:`, with the message in the next line. */
const threadPattern = /^thread '(.*)'(?: \(\d+\))? panicked at (.+):$/;

/**
 * A panic's text (`panicText`) as an error of the pipeline, so that time, level and message are in their columns. `at`:
 * Unix time in ms. `showsTarget`: targets are shown; a narrow row has no room for them.
 */
export function panicAsError(text: Uint8Array, at: number | undefined, showsTarget: boolean): Buffer {
  const start = at === undefined ? '' : `[panic] ${isoTime(at)} ERROR panic:  `;
  const word = start === '' || !showsTarget ? 'panic: ' : '';
  return Buffer.from(`${start}${word}${panicSummary(text)}`);
}

/** The message first, as a row may have no room for more; the thread's line of a panic without one. */
export function panicSummary(text: Uint8Array): string {
  const end = text.indexOf(newline);
  const threadLine = lineAsSent(end === -1 ? text : text.subarray(0, end)).text;
  const [, thread, place] = threadPattern.exec(threadLine) ?? [];
  if (thread === undefined || end === -1) return threadLine;
  return `${lineAsSent(text.subarray(end + 1)).text} (${thread} at ${place})`;
}
