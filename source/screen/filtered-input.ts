import type {ReadStream} from 'node:tty';
import type {Clock} from '../lib/clock.ts';
import {type Filtered, InputFilter} from './input-filter.ts';
import type {TerminalReport} from './terminal-report.ts';

export type FilterInputOptions = {
  readonly onReport: (report: TerminalReport) => void;
  /** Something else came. */
  readonly onKeys: () => void;
  readonly clock: Pick<Clock, 'after'>;
};

/** Takes what is no key out of `stdin` before Ink reads it. Answers its undoing. */
export function filterInput(stdin: ReadStream, {onReport, onKeys, clock}: FilterInputOptions): () => void {
  const filter = new InputFilter();
  const read = stdin.read.bind(stdin);
  let late = '';
  let cancelFlush = () => {};
  const take = ({keys, reports}: Filtered): string => {
    for (const each of reports) onReport(each);
    if (keys !== '') onKeys();
    return keys;
  };
  const flush = () => {
    late += take(filter.flush());
    // Ink reads when it is told so.
    if (late !== '') stdin.emit('readable');
  };
  // Ink reads until there is nothing left: null. So a read that held nothing but reports is followed by the next.
  stdin.read = (size?: number): unknown => {
    if (late !== '') {
      const keys = late;
      late = '';
      return keys;
    }
    for (let chunk: unknown = read(size); chunk !== null; chunk = read(size)) {
      cancelFlush();
      const keys = take(filter.push(String(chunk)));
      const {patience} = filter;
      if (patience !== undefined) cancelFlush = clock.after(patience, flush);
      if (keys !== '') return keys;
    }
    return null;
  };
  return () => {
    cancelFlush();
    stdin.read = read;
  };
}
