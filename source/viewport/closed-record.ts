import {isoTime} from '../lib/format.ts';
import {levelIn} from '../records/line-head.ts';
import {isPanicLine} from '../records/line-kind.ts';
import {type EntryForm, type EntryShape, type EntryText, lineEntry} from './entry-text.ts';
import {lineAsSent} from './line-text.ts';

/** `thread 'dbsp-worker-0' (31761) panicked at src/main.rs:64:21:`, with the message in the next line. */
const threadPattern = /^thread '(.*)'(?: \(\d+\))? panicked at (.+):$/;
const noMessage = /^(?:stack backtrace:|note: |$)/;

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
  if (!form.compact) return lineEntry(head, form, shape);
  if (!isPanicLine(head, 0, head.length)) {
    const isBeginning = lineAsSent(head).text.startsWith('P');
    return lineEntry(isBeginning ? head : Buffer.from('the rest of a pipeline configuration'), form, shape);
  }
  const summary = panicSummary(lineAsSent(head).text, next);
  // As an error of the pipeline, so that time, level and message are in their columns.
  const start = at === undefined ? '' : `[panic] ${isoTime(at)} ERROR panic:  `;
  // A narrow row has no room for the target.
  const word = start === '' || form.compact.compactness !== 'full' ? 'panic: ' : '';
  return lineEntry(Buffer.from(`${start}${word}${summary}`), form, shape);
}

/** The message first, as a row may have no room for more; the thread's line if the message is not in the next one. */
function panicSummary(threadLine: string, next: Uint8Array | undefined): string {
  const [, thread, place] = threadPattern.exec(threadLine) ?? [];
  if (thread === undefined || !next || levelIn(next) !== undefined) return threadLine;
  const message = lineAsSent(next).text;
  return noMessage.test(message) ? threadLine : `${message} (${thread} at ${place})`;
}
