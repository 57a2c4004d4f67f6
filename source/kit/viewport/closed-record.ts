import {newline} from '../../engine/buffer/segment.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {panicText} from '../../engine/records/panic.ts';
import {isoTime} from '../../lib/format.ts';
import {type EntryForm, type EntryShape, type EntryText, lineEntry} from './entry-text.ts';
import {hasTarget, lineAsSent} from './line-text.ts';

/** `thread 'dbsp-worker-0' (31761) panicked at src/main.rs:64:21:`, with the message in the next line. */
const threadPattern = /^thread '(.*)'(?: \(\d+\))? panicked at (.+):$/;

type Closed = {
  /** Its first lines, at most three. */
  readonly first: readonly Uint8Array[];
  /** Unix time in ms. */
  readonly at: number | undefined;
};

/** The row of a closed panic or configuration: what the record is. */
export function closedEntry({first, at}: Closed, form: EntryForm, shape: EntryShape): EntryText {
  // A panic may begin with an empty line.
  const [head = Buffer.of(), next] = first[0]?.length === 0 ? first.slice(1) : first;
  if (!form.compact) return lineEntry({bytes: head}, form, shape);
  if (isPanicLine(head, 0, head.length)) {
    const bytes = panicAsError(panicText(head, next), at, hasTarget(form.compact));
    return lineEntry({bytes}, form, shape);
  }
  const isBeginning = lineAsSent(head).text.startsWith('P');
  const bytes = isBeginning ? head : Buffer.from('the rest of a pipeline configuration');
  return lineEntry({bytes}, form, shape);
}

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
