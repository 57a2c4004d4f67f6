import {expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {TimeLimit} from '../../../source/engine/buffer/pattern.ts';
import {RecordSelector} from '../../../source/kit/shell/record-selector.ts';
import {head, runner, start, stopped} from '../../engine/records/index-lines.ts';

const timeLimit: TimeLimit = (_, task) => ({value: task()});
const at = (second: number) => `2026-11-25T09:08:${second}.000000Z`;

it('numbers the runs of the log, not one that only the list told of and that the log has taken back', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
  const selecting = {filters: [], anyOf: [], since: undefined, exitOn: undefined, failOn: undefined};
  const selector = new RecordSelector(
    buffer,
    {...selecting, timeLimit},
    {joinsLines: false, hasNear: false, hasRuns: true},
  );
  let next = 0;
  const add = (...lines: readonly string[]) => {
    buffer.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
    selector.closeLog();
    const numbers: number[] = [];
    while (next < buffer.endId) {
      const read = selector.read(next, buffer.endId);
      if (read.record) numbers.push(read.record.run);
      ({next} = read);
    }
    return numbers;
  };
  const state = (second: number, from: string, to: string) =>
    buffer.addMarker({at: Date.parse(at(second)), kind: 'state', from, to});
  expect(add(runner(start, 'INFO', at(10)), head('began', 'INFO', at(10)))).toEqual([1, 1]);
  state(30, 'Running', 'Stopped');
  state(40, 'Stopped', 'Running');
  expect(add(head('late', 'INFO', at(29)))).toEqual([2]);
  const later = add(runner(stopped, 'INFO', at(30)), runner(start, 'INFO', at(39)), head('new', 'INFO', at(41)));
  expect(later).toEqual([1, 2, 2]);
  expect(selector.runCount).toBe(2);
});
