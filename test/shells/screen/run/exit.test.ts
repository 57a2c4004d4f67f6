import {EventEmitter} from 'node:events';
import {expect, it} from 'vitest';
import {systemClock} from '../../../../source/lib/clock.ts';
import {endScreen, ScreenExit} from '../../../../source/shells/screen/run/exit.ts';
import {nextScreen} from './next-screen.ts';

it('calls back each time, and keeps the last code', () => {
  let left = 0;
  const exit = new ScreenExit(() => left++);
  exit.leave(0);
  exit.leave(143);
  expect([left, exit.code, exit.fault, exit.next]).toEqual([2, 143, undefined, undefined]);
});

it('keeps the first fault, which caused the others and outweighs any code', () => {
  const exit = new ScreenExit(() => {});
  exit.leaveWithFault(new Error('first'));
  exit.leaveWithFault(new Error('second'));
  exit.leave(0);
  expect(exit.code).toBe(1);
  expect(exit.fault?.error).toEqual(new Error('first'));
});

it('has the fault when it calls back', () => {
  const exit: ScreenExit = new ScreenExit(() => expect(exit.fault).toEqual({error: 'broken'}));
  exit.leaveWithFault('broken');
  expect.assertions(1);
});

it('lets another screen follow, unless a signal comes', async () => {
  const {next, isClosed} = await nextScreen();
  const exit = new ScreenExit(() => {});
  exit.leaveFor(next);
  await exit.dropNextUnlessClean();
  expect([exit.code, exit.next, isClosed()]).toEqual([0, next, false]);
  exit.leave(143);
  await exit.dropNextUnlessClean();
  expect([exit.code, exit.next, isClosed()]).toEqual([143, undefined, true]);
});

/** Ends a screen whose terminal takes everything or not; `during` runs while it is waited for. */
async function ending(exit: ScreenExit, {isOut = true, during = () => {}} = {}) {
  const done: string[] = [];
  const process = Object.assign(new EventEmitter(), {
    exit: (code: number) => done.push(`exit ${code}`),
    stderr: {write: (text: string) => done.push(text)},
  });
  const end = await endScreen({
    exit,
    writes: {
      end({patience}) {
        done.push(`the last write, waited for ${patience} ms`);
        during();
        return Promise.resolve(isOut);
      },
    },
    undo: [() => done.push('first undone'), () => done.push('second undone')],
    process,
    clock: systemClock,
    reportOf: (error) => `report: ${String(error)}`,
  });
  return {...end, done, process};
}

function leftWith(code: number): ScreenExit {
  const exit = new ScreenExit(() => {});
  exit.leave(code);
  return exit;
}

it('writes the end, then undoes everything in reverse', async () => {
  const {code, next, done} = await ending(leftWith(0));
  expect([code, next]).toEqual([0, undefined]);
  expect(done).toEqual(['the last write, waited for 500 ms', 'second undone', 'first undone']);
});

it('ends with its own code also at a signal that comes later', async () => {
  const {done, process} = await ending(leftWith(129));
  for (const name of ['SIGHUP', 'SIGTERM']) process.emit(name);
  expect(done.slice(-2)).toEqual(['exit 129', 'exit 129']);
  const {next} = await nextScreen();
  const exit = new ScreenExit(() => {});
  exit.leaveFor(next);
  expect((await ending(exit)).process.eventNames()).toEqual([]);
  await next.server.close();
});

it('reports a fault once the terminal is restored', async () => {
  const exit = new ScreenExit(() => {});
  exit.leaveWithFault('broken');
  const {code, done} = await ending(exit);
  expect(code).toBe(1);
  expect(done.at(-1)).toBe('report: broken');
});

it('ends the process at once when the terminal accepts nothing', async () => {
  const {done} = await ending(leftWith(129), {isOut: false});
  expect(done.slice(0, 2)).toEqual(['the last write, waited for 500 ms', 'exit 129']);
});

it('leaves a terminal that accepts nothing to the next screen', async () => {
  const {next, isClosed} = await nextScreen();
  const exit = new ScreenExit(() => {});
  exit.leaveFor(next);
  const end = await ending(exit, {isOut: false});
  expect([end.code, end.next, isClosed()]).toEqual([0, next, false]);
  expect(end.done).not.toContain('exit 0');
  await next.server.close();
});

it.each([true, false])('lets no screen follow a signal that comes during the last write (out: %s)', async (isOut) => {
  const {next, isClosed} = await nextScreen();
  const exit = new ScreenExit(() => {});
  exit.leaveFor(next);
  const end = await ending(exit, {isOut, during: () => exit.leave(143)});
  expect([end.code, end.next, isClosed()]).toEqual([143, undefined, true]);
  expect(end.done.includes('exit 143')).toBe(!isOut);
});
