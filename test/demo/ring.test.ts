import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Ring} from '../../demo/ring.ts';

const entry = (text: string) => Buffer.from(`${text}\n`);
const kept = (ring: Ring) => [...ring.entries()].map((bytes) => Buffer.from(bytes).toString().trimEnd());

describe('Ring', () => {
  it('keeps everything within its limits', () => {
    const ring = new Ring({bytes: 6, entries: 3});
    for (const text of ['ab', 'cd', 'ef']) ring.append(entry(text));
    expect({kept: kept(ring), discarded: ring.discarded, next: ring.next, bytes: ring.bytes}).toEqual({
      kept: ['ab', 'cd', 'ef'],
      discarded: 0,
      next: 3,
      bytes: 6,
    });
  });

  it('discards the oldest by bytes, newlines not counted', () => {
    const ring = new Ring({bytes: 6, entries: 100});
    for (const text of ['ab', 'cd', 'efgh', 'i']) ring.append(entry(text));
    expect(kept(ring)).toEqual(['efgh', 'i']);
    expect(ring.discarded).toBe(2);
  });

  it('discards the oldest by entries, empty ones too', () => {
    const ring = new Ring({bytes: 100, entries: 2});
    for (const text of ['', '', 'x']) ring.append(entry(text));
    expect(kept(ring)).toEqual(['', 'x']);
    expect(ring.discarded).toBe(1);
  });

  it('is emptied by an entry larger than itself, which counts as discarded', () => {
    const ring = new Ring({bytes: 3, entries: 100});
    for (const text of ['a', 'b', 'long', 'c']) ring.append(entry(text));
    expect(kept(ring)).toEqual(['c']);
    expect(ring.discarded).toBe(3);
    expect(ring.bytes).toBe(1);
  });

  it('counts as recording 02 does: 60,000 lines and the fresh start', () => {
    const ring = new Ring();
    ring.append(entry('x'.repeat(184)));
    for (let line = 0; line < 60_000; line++) {
      const text = `[many] 2026-11-25T09:08:28.922171Z  INFO dbsp_adapters::controller: flood line ${line} `;
      ring.append(entry(text));
    }
    expect(ring.discarded).toBe(48_237);
    expect(ring.next - ring.discarded).toBe(11_764);
  });

  it('keeps at most 50,000 short entries', () => {
    const ring = new Ring();
    for (let line = 0; line < 120_000; line++) ring.append(entry('x'));
    expect(ring.next - ring.discarded).toBe(50_000);
  });

  it('agrees with a plain list after any history', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(12), {maxLength: 80}),
        fc.integer({min: 1, max: 20}),
        fc.nat(8),
        (sizes, bytes, more) => {
          const entries = 1 + more;
          const ring = new Ring({bytes, entries});
          let model: string[] = [];
          sizes.forEach((size, index) => {
            const text = String.fromCharCode(97 + (index % 26)).repeat(size);
            ring.append(entry(text));
            model = size > bytes ? [] : [...model, text];
            while (model.join('').length > bytes || model.length > entries) model.shift();
          });
          expect(kept(ring)).toEqual(model);
          expect(ring.discarded).toBe(sizes.length - model.length);
          expect(ring.bytes).toBe(model.join('').length);
        },
      ),
    );
  });
});
