import {expect, test} from 'vitest';
import {DueWindow} from '../../source/streams/due-window.ts';

test('what is there at the start is due at once, what comes later after the window', () => {
  const due = new DueWindow(250, 10);
  expect([due.endId, due.nextAt]).toEqual([10, undefined]);
  due.notice(12, 1_000);
  due.notice(12, 1_100);
  due.notice(15, 1_200);
  expect([due.endId, due.nextAt]).toEqual([10, 1_250]);
  due.advance(1_249);
  expect(due.endId).toBe(10);
  due.advance(1_250);
  expect([due.endId, due.nextAt]).toEqual([12, 1_450]);
  due.advance(9_000);
  expect([due.endId, due.nextAt]).toEqual([15, undefined]);
});

test('at the end nothing waits', () => {
  const due = new DueWindow(250, 0);
  due.notice(5, 0);
  due.finish(7);
  expect([due.endId, due.nextAt]).toEqual([7, undefined]);
});
