import {expect, it} from 'vitest';
import {CursorRest} from '../../source/ui/cursor-rest.ts';
import {FakeClock} from '../harness/fake-clock.ts';

it('calls back once the cursor has rested for 250 ms, and only for where it is then', async () => {
  const clock = new FakeClock();
  const rest = new CursorRest(clock);
  const called: string[] = [];
  rest.begin(() => called.push('passed over'));
  await clock.advance(249);
  rest.begin(() => called.push(`rested, pending: ${rest.isPending}`));
  await clock.advance(249);
  expect([called, rest.isPending]).toEqual([[], true]);
  await clock.advance(1);
  expect([called, rest.isPending]).toEqual([['rested, pending: false'], false]);
});

it('does not once it is ended', async () => {
  const clock = new FakeClock();
  const rest = new CursorRest(clock);
  rest.begin(() => expect.fail('it was ended'));
  rest.end();
  expect([rest.isPending, clock.pending]).toEqual([false, 0]);
  await clock.advance(1000);
});
