import type {Row, Task} from '../frame/row.ts';
import {overSlowLine} from '../frame/slow-line.ts';
import {type SlowViewer, slowViewers} from '../frame/slow-viewers.ts';

/**
 * Over a line of 64 kbit/s with a round trip of 500 ms: what keys take to show, what the end takes, and how old the text
 * is, at a rate that a person can read and in a flood. A key cannot show earlier than after the round trip.
 */
function taskOf(viewer: SlowViewer, rate: number): Task {
  const lines = `${rate.toLocaleString('en')} lines/s`;
  return {what: `${viewer.what}, ${lines}`, measure: (context) => overSlowLine(viewer, rate, context)};
}

const {pipetail, less, tail, inkIncremental} = slowViewers;

function rowsAt(rate: number): readonly Row[] {
  const ours = taskOf(pipetail, rate);
  const common = {ours, unit: 'ms'};
  const suffix = rate === 20 ? '' : '-flood';
  return [
    {
      ...{...common, name: `slow-line-keys${suffix}`, reference: taskOf(less, rate)},
      ...{figure: 'keyP95Ms', target: {of: 'value', atMost: 1500}},
    },
    {
      ...{...common, name: `slow-line-quit${suffix}`, reference: taskOf(inkIncremental, rate)},
      ...{figure: 'quitMs', target: {of: 'value', atMost: 2000}},
    },
    {
      ...{...common, name: `slow-line-age${suffix}`, reference: taskOf(tail, rate)},
      ...{figure: 'ageMaxMs', target: {of: 'value', atMost: 2000}},
    },
  ];
}

export const rows: readonly Row[] = [...rowsAt(20), ...rowsAt(2000)];
