import {expect, it} from 'vitest';
import {systemClock} from '../../source/lib/clock.ts';
import {Departure} from '../../source/screen/departure.ts';
import {endScreen} from '../../source/screen/end-screen.ts';
import {nextScreen} from './next-screen.ts';

/** Ends a screen whose terminal takes everything or not; `during` runs while it is waited for. */
async function ending(departure: Departure, {isOut = true, during = () => {}} = {}) {
  const done: string[] = [];
  const end = await endScreen({
    departure,
    writes: {
      end() {
        done.push('the last write');
        during();
        return Promise.resolve(isOut);
      },
    },
    undo: [() => done.push('first undone'), () => done.push('second undone')],
    process: {exit: (code) => done.push(`exit ${code}`), stderr: {write: (text: string) => done.push(text)}},
    clock: systemClock,
    reportFault: (error) => Promise.resolve(`report: ${String(error)}`),
  });
  return {...end, done};
}

function leftWith(code: number): Departure {
  const departure = new Departure(() => {});
  departure.leave(code);
  return departure;
}

it('writes the last, then undoes what was done last first', async () => {
  const {code, next, done} = await ending(leftWith(0));
  expect([code, next]).toEqual([0, undefined]);
  expect(done).toEqual(['the last write', 'second undone', 'first undone']);
});

it('tells of a fault when the terminal is whole again', async () => {
  const departure = new Departure(() => {});
  departure.leaveWithFault('broken');
  const {code, done} = await ending(departure);
  expect(code).toBe(1);
  expect(done.at(-1)).toBe('report: broken');
});

it('ends the process at once when the terminal takes nothing', async () => {
  expect((await ending(leftWith(129), {isOut: false})).done.slice(0, 2)).toEqual(['the last write', 'exit 129']);
});

it('leaves a terminal that takes nothing to the screen that follows', async () => {
  const {next, isClosed} = await nextScreen();
  const departure = new Departure(() => {});
  departure.leaveFor(next);
  const end = await ending(departure, {isOut: false});
  expect([end.code, end.next, isClosed()]).toEqual([0, next, false]);
  expect(end.done).not.toContain('exit 0');
  await next.server.close();
});

it.each([true, false])('lets no screen follow a signal that comes during the last write (out: %s)', async (isOut) => {
  const {next, isClosed} = await nextScreen();
  const departure = new Departure(() => {});
  departure.leaveFor(next);
  const end = await ending(departure, {isOut, during: () => departure.leave(143)});
  expect([end.code, end.next, isClosed()]).toEqual([143, undefined, true]);
  expect(end.done.includes('exit 143')).toBe(!isOut);
});
