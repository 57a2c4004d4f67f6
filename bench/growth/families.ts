import {allRows} from '../all-rows.ts';
import type {Row} from '../frame/row.ts';
import {rows as screenRows} from './screen.ts';

/** Rows that are drawn in one picture, since what they measure has one unit. */
export type Family = {
  readonly name: string;
  /** What the picture shows. */
  readonly title: string;
  readonly rows: readonly Row[];
  /** What each row is called in the picture, in their order. */
  readonly labels: readonly string[];
  /** What the reference of the rows is called, where there is one. */
  readonly reference?: string;
};

function row(name: string): Row {
  const found = allRows.find((each) => each.name === name);
  if (!found) throw new Error(`no row ${name}`);
  return found;
}

/** What must not grow faster than the log, or not at all. */
export const families: readonly Family[] = [
  {
    ...{name: 'ingest', title: 'From the socket into the scrollback: ms of CPU'},
    ...{rows: [row('ingest-all')], labels: ['pipetail'], reference: 'undici counts bytes'},
  },
  {
    ...{name: 'memory', title: 'Memory kept: bytes for each byte of log'},
    ...{rows: [row('memory')], labels: ['pipetail']},
  },
  {
    ...{name: 'search', title: 'A search of the whole log: ms'},
    rows: [row('search-literal'), row('search-insensitive'), row('search-regex')],
    ...{labels: ['literal', 'any case', 'regex'], reference: 'grep'},
  },
  {
    ...{name: 'holds', title: 'Longest hold of the event loop: ms'},
    rows: [row('hold-literal'), row('hold-filter'), row('hold-catch-up')],
    labels: ['search', 'filter', 'catch-up'],
  },
  {
    ...{name: 'follow', title: 'Following for 10 s, with a past of so many lines: ms of CPU'},
    ...{rows: screenRows.slice(0, 1), labels: ['pipetail']},
  },
  {
    ...{name: 'keys', title: 'From key to screen, with a past of so many lines: ms, p99'},
    ...{rows: screenRows.slice(1), labels: ['pipetail']},
  },
];
