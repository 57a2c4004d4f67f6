import type {Row, Task} from '../frame/row.ts';
import {bytesOverSlowLine, overSlowLine} from '../frame/slow-line.ts';
import {type SlowViewer, slowViewers} from '../frame/slow-viewers.ts';

/**
 * Over a line of 64 kbit/s with a round trip of 500 ms, before which no key can show, in a terminal of 120×40 with ten
 * pipelines: bytes for a line of the log, and at a pace that a person can read and in a flood what keys take to show, what
 * the end takes, and how old the text gets.
 */
const {pipetail, pipetailAlone, less, tail, ink} = slowViewers;

type Measure = Task['measure'];

function measureOf(viewer: SlowViewer, rate: number): Measure {
  return (context) => overSlowLine(viewer, rate, context);
}

/** Rows whose names end with `suffix`. */
function rowsAt(rate: number, suffix: string): readonly Row[] {
  const at = `${rate.toLocaleString('en')} lines/s over 64 kbit/s`;
  const ours = measureOf(pipetail, rate);
  const byLess = {what: less.what, measure: measureOf(less, rate)};
  return [
    {
      ...{name: `slow-line-keys${suffix}`, ours: {what: `key to screen, ${at}, p95`, measure: ours}, reference: byLess},
      ...{figure: 'keyP95Ms', unit: 'ms', target: {of: 'value', atMost: 1500}},
    },
    {
      ...{name: `slow-line-quit${suffix}`, ours: {what: `q q to the shell, ${at}`, measure: ours}, reference: byLess},
      ...{figure: 'quitMs', unit: 'ms', target: {of: 'value', atMost: 2000}},
    },
    {
      ...{name: `slow-line-age${suffix}`, ours: {what: `oldest line not shown, ${at}`, measure: ours}},
      reference: {what: tail.what, measure: measureOf(tail, rate)},
      ...{figure: 'ageMaxMs', unit: 'ms', target: {of: 'value', atMost: 2000}},
    },
  ];
}

function bytesOf(viewer: SlowViewer): Measure {
  return (context) => bytesOverSlowLine(viewer, 1, context);
}

const bytes = {
  reference: {what: ink.what, measure: bytesOf(ink)},
  ...{figure: 'bytesPerLine', unit: 'bytes a line'},
};

export const rows: readonly Row[] = [
  {
    ...{
      ...bytes,
      name: 'slow-line-bytes',
      ours: {what: '1 line/s beside the list, 120×40', measure: bytesOf(pipetail)},
    },
    target: {of: 'value', atMost: 1500},
  },
  {
    ...{
      ...bytes,
      name: 'slow-line-bytes-alone',
      ours: {what: '1 line/s without the list', measure: bytesOf(pipetailAlone)},
    },
    target: {of: 'value', atMost: 300},
  },
  ...rowsAt(20, ''),
  ...rowsAt(2000, '-flood'),
];
