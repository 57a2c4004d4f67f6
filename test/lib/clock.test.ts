import {expect, test} from 'vitest';
import {afterReads, systemClock, withPatience} from '../../source/lib/clock.ts';
import {FakeClock} from '../harness/fake-clock.ts';

test('a sleep ends after its time', async () => {
  await expect(systemClock.sleep(1, new AbortController().signal)).resolves.toBeUndefined();
});

test('an aborted sleep rejects with the reason itself, not with an error of the timers', async () => {
  const reason = {kind: 'closed'};
  const stop = new AbortController();
  const sleeping = systemClock.sleep(60_000, stop.signal);
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});

test('a sleep whose signal was aborted before it began rejects at once', async () => {
  const reason = new Error('too late');
  await expect(systemClock.sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test('a callback runs once; a cancelled one never', async () => {
  const calls: string[] = [];
  const cancel = systemClock.after(1, () => calls.push('cancelled'));
  cancel();
  const done = Promise.withResolvers<void>();
  systemClock.after(2, () => {
    calls.push('kept');
    done.resolve();
  });
  await done.promise;
  expect(calls).toEqual(['kept']);
});

test('a callback that lets reads go before it runs in the turn after its time, and can be cancelled until then', async () => {
  const clock = new FakeClock();
  const calls: string[] = [];
  afterReads(clock, 10, () => calls.push('kept'));
  const cancels = [1, 10].map((milliseconds) => afterReads(clock, milliseconds, () => calls.push('cancelled')));
  cancels[0]?.();
  clock.after(10, () => {
    calls.push('its time');
    cancels[1]?.();
  });
  await clock.advance(10);
  expect(calls).toEqual(['its time', 'kept']);
  expect(clock.pending).toBe(0);
});

test('a sleep of a month does not end at once, as a timer of Node would after more than 24 days', async () => {
  const stop = new AbortController();
  const sleeping = systemClock.sleep(31 * 86_400_000, stop.signal).then(
    () => 'ended',
    () => 'stopped',
  );
  await systemClock.sleep(20, new AbortController().signal);
  stop.abort();
  expect(await sleeping).toBe('stopped');
});

test('work has a signal that is aborted after its time, or with another one, and leaves no timer', async () => {
  const clock = new FakeClock();
  const untilAborted = (signal: AbortSignal) =>
    new Promise<string>((resolve) => {
      signal.addEventListener('abort', () => resolve('aborted'));
    });
  const late = withPatience({clock, milliseconds: 1000}, untilAborted);
  expect(clock.pending).toBe(1);
  await clock.advance(1000);
  expect(await late).toBe('aborted');
  const stop = new AbortController();
  const stopped = withPatience({clock, milliseconds: 1000, signal: stop.signal}, untilAborted);
  stop.abort();
  expect(await stopped).toBe('aborted');
  await expect(withPatience({clock, milliseconds: 1000}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(clock.pending).toBe(0);
});
