import {expect, test} from 'vitest';
import {AttemptScopes} from '../../source/streams/attempt-scopes.ts';
import {FakeClock} from '../harness/fake-clock.ts';

test('dropping an attempt aborts its signal and its timers, and nobody else’s', async () => {
  const clock = new FakeClock();
  const scopes = new AttemptScopes(clock);
  const ran: string[] = [];
  const first = scopes.signal(1);
  scopes.after(1, 100, () => ran.push('first'));
  scopes.after(2, 100, () => ran.push('second'));
  scopes.drop(1);
  expect(first.aborted).toBe(true);
  expect(clock.pending).toBe(1);
  await clock.advance(1000);
  expect(ran).toEqual(['second']);
  expect(scopes.signal(2).aborted).toBe(false);
});

test('after a drop the number may be used again', async () => {
  const clock = new FakeClock();
  const scopes = new AttemptScopes(clock);
  const ran: string[] = [];
  scopes.drop(1);
  scopes.signal(1);
  scopes.drop(1);
  scopes.after(1, 100, () => ran.push('wait'));
  await clock.advance(100);
  expect(ran).toEqual(['wait']);
  scopes.drop(1);
  expect(ran).toEqual(['wait']);
});
