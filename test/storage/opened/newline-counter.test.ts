import fc from 'fast-check';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {NewlineCounter} from '../../../source/storage/opened/newline-counter.ts';

/** TypeScript has its types only with those of a browser. */
declare const WebAssembly: {readonly Memory: unknown};

const halfBytes = 64 * 1024;

/** Random bytes, of which some are newlines, somewhere in a half. */
const placed = fc.record({
  bytes: fc.array(fc.constantFrom(0x0a, 0x0b, 0x00, 0x8a, 0xff), {maxLength: 300}),
  offset: fc.nat(100),
  half: fc.constantFrom(0, 1),
});

function countIn(counter: NewlineCounter, {bytes, offset, half}: {bytes: number[]; offset: number; half: number}) {
  const memory = counter.halves[half === 0 ? 0 : 1];
  memory.fill('\n');
  memory.set(bytes, offset);
  return counter.count(memory.subarray(offset, offset + bytes.length));
}

function newlinesOf(bytes: readonly number[]): number {
  return bytes.filter((byte) => byte === 0x0a).length;
}

const isCounted = (counter: NewlineCounter) =>
  fc.property(placed, (each) => {
    expect(countIn(counter, each)).toBe(newlinesOf(each.bytes));
  });

afterEach(() => vi.unstubAllGlobals());

describe('newlines are counted, and none of those before and after,', () => {
  test('by WebAssembly', () => {
    const counter = new NewlineCounter(halfBytes);
    // The memory of a module cannot be given away.
    expect(() => counter.halves[0].buffer.transfer()).toThrow(TypeError);
    fc.assert(isCounted(counter));
  });

  test.each([
    ['where there is none', undefined],
    ['where its memory is refused', {Memory: refuse}],
    ['where its code is refused', {Memory: WebAssembly.Memory, Module: refuse}],
  ])('%s', (_, replaced) => {
    vi.stubGlobal('WebAssembly', replaced);
    const counter = new NewlineCounter(halfBytes);
    fc.assert(isCounted(counter));
  });
});

test('a half that is full of newlines is counted', () => {
  const counter = new NewlineCounter(halfBytes);
  for (const half of counter.halves) expect(counter.count(half.fill('\n'))).toBe(halfBytes);
});

function refuse(): never {
  throw new RangeError('could not allocate memory');
}
