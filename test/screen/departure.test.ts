import {expect, it} from 'vitest';
import {Departure} from '../../source/screen/departure.ts';
import {nextScreen} from './next-screen.ts';

it('says each time that the screen is to be left, and knows the last code', () => {
  let left = 0;
  const departure = new Departure(() => left++);
  departure.leave(0);
  departure.leave(143);
  expect([left, departure.code, departure.fault, departure.next]).toEqual([2, 143, undefined, undefined]);
});

it('keeps the first fault, which is the cause of the others and outweighs any code', () => {
  const departure = new Departure(() => {});
  departure.leaveWithFault(new Error('first'));
  departure.leaveWithFault(new Error('second'));
  departure.leave(0);
  expect(departure.code).toBe(1);
  expect(departure.fault?.error).toEqual(new Error('first'));
});

it('knows of the fault when it says that the screen is to be left', () => {
  const departure: Departure = new Departure(() => expect(departure.fault).toEqual({error: 'broken'}));
  departure.leaveWithFault('broken');
  expect.assertions(1);
});

it('has another screen follow, unless a signal comes after all', async () => {
  const {next, isClosed} = await nextScreen();
  const departure = new Departure(() => {});
  departure.leaveFor(next);
  await departure.dropNextUnlessClean();
  expect([departure.code, departure.next, isClosed()]).toEqual([0, next, false]);
  departure.leave(143);
  await departure.dropNextUnlessClean();
  expect([departure.code, departure.next, isClosed()]).toEqual([143, undefined, true]);
});
