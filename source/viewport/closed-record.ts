import {levelIn} from '../records/line-head.ts';
import {isPanicLine} from '../records/line-kind.ts';
import {overlay} from '../terminal/styled-text.ts';
import {type EntryForm, type EntryText, lineEntry} from './entry-text.ts';
import {levelStyles, lineAsSent} from './line-text.ts';

/** `thread 'dbsp-worker-0' (31761) panicked at src/main.rs:64:21:`, with the message in the next line. */
const threadPattern = /^thread '(.*)'(?: \(\d+\))? panicked at (.+):$/;
const noMessage = /^(?:stack backtrace:|note: |$)/;
const panicWord = 'panic:';

/** The row of a closed panic or configuration: what the record is. `first`: its first lines, at most three. */
export function closedEntry(first: readonly Uint8Array[], form: EntryForm): EntryText {
  // A panic may begin with an empty line.
  const [head = Buffer.of(), next] = first[0]?.length === 0 ? first.slice(1) : first;
  if (!form.compact) return lineEntry(head, form);
  if (!isPanicLine(head, 0, head.length)) {
    const isBeginning = lineAsSent(head).text.startsWith('P');
    return lineEntry(isBeginning ? head : Buffer.from('the rest of a pipeline configuration'), form);
  }
  const summary = panicSummary(lineAsSent(head).text, next);
  if (summary === undefined) return lineEntry(head, form);
  const entry = lineEntry(Buffer.from(summary), form);
  return {...entry, styled: overlay(entry.styled, [{start: 0, end: panicWord.length}], levelStyles.ERROR)};
}

/** The message first, as a row may have no room for more; undefined if it is not in the line after the thread's. */
function panicSummary(threadLine: string, next: Uint8Array | undefined): string | undefined {
  const [, thread, place] = threadPattern.exec(threadLine) ?? [];
  if (thread === undefined || !next || levelIn(next) !== undefined) return undefined;
  const message = lineAsSent(next).text;
  return noMessage.test(message) ? undefined : `${panicWord} ${message} (${thread} at ${place})`;
}
