import {expect, test} from 'vitest';
import {SharedFrames} from '../../source/lib/shared-frames.ts';
import {FakeClock} from '../harness/fake-clock.ts';

function framesAt(fps: number) {
  const clock = new FakeClock();
  const log: string[] = [];
  const say = (name: string) => () => void log.push(`${name} ${clock.monotonic()}`);
  return {clock, log, say, frames: new SharedFrames({clock, fps})};
}

test('all who ask get the same frame, each once, and a quiet time has no wait', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const [a, b] = [say('a'), say('b')];
  frames.request(a);
  await clock.advance(30);
  for (const flush of [a, b, a]) frames.request(flush);
  await clock.advance(500);
  frames.request(b);
  await clock.advance(0);
  expect(log).toEqual(['a 0', 'a 100', 'b 100', 'b 530']);
});

test('those who share a frame get it in one turn: nothing comes between them', async () => {
  const {clock, log, say, frames} = framesAt(10);
  frames.request(() => queueMicrotask(say('between')));
  frames.request(say('last'));
  await clock.advance(0);
  expect(log).toEqual(['last 0', 'between 0']);
});

test('what is asked for while a frame is served comes in the next one', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const again = say('again');
  frames.request(() => frames.request(again));
  await clock.advance(0);
  expect(log).toEqual([]);
  await clock.advance(1000);
  expect(log).toEqual(['again 100']);
});

test('a request that is dropped is not served, the others are, and without any nothing waits', async () => {
  const {clock, log, say, frames} = framesAt(10);
  const [a, b] = [say('a'), say('b')];
  frames.request(a);
  frames.request(b);
  frames.cancel(a);
  await clock.advance(1000);
  expect(log).toEqual(['b 0']);
  frames.request(a);
  frames.cancel(a);
  expect(clock.pending).toBe(0);
});
