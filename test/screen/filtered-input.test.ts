import {Readable} from 'node:stream';
import {expect, test} from 'vitest';
import {filterInput} from '../../source/screen/filtered-input.ts';
import {FakeClock} from '../harness/fake-clock.ts';

/** Reads as Ink does: all there is, whenever there is something. */
function reading() {
  const stdin = new Readable({read() {}});
  stdin.setEncoding('utf8');
  const seen: string[] = [];
  const read: string[] = [];
  const clock = new FakeClock();
  const undo = filterInput(stdin as unknown as NodeJS.ReadStream, {
    onReport: ({kind}) => seen.push(kind),
    onKeys: () => seen.push('keys'),
    clock,
  });
  stdin.on('readable', () => {
    for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) read.push(String(chunk));
  });
  const send = async (text: string) => {
    stdin.push(text);
    await new Promise(setImmediate);
  };
  return {send, seen, read, undo, clock};
}

test('reports are told of and never read; keys behind them are', async () => {
  const {send, seen, read} = reading();
  await send('\u001B[O');
  expect(read).toEqual([]);
  await send('\u001B[Ij');
  expect(read).toEqual(['j']);
  expect(seen).toEqual(['blur', 'focus', 'keys']);
});

test('undone, input is read as it comes', async () => {
  const {send, seen, read, undo} = reading();
  undo();
  await send('\u001B[O');
  expect(read).toEqual(['\u001B[O']);
  expect(seen).toEqual([]);
});

test('Esc goes on when nothing has followed it for a moment', async () => {
  const {send, seen, read, clock} = reading();
  await send('\u001B');
  await clock.advance(49);
  expect(read).toEqual([]);
  await clock.advance(1);
  expect(read).toEqual(['\u001B[27u']);
  expect(seen).toEqual(['keys']);
});

test('a sequence that comes in two pieces is one', async () => {
  const {send, read, clock} = reading();
  await send('\u001B');
  await clock.advance(30);
  await send('[A');
  await clock.advance(1000);
  expect(read).toEqual(['\u001B[A']);
});
