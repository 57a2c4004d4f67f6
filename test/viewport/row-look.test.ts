import {describe, expect, it} from 'vitest';
import {lookRows} from './rows.ts';

describe('the current line', () => {
  it('is bold where it has no colour, and nothing of it is dim', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z WARN a::b:  refused \u001B[2;34mby\u001B[0m me';
    expect(lookRows(line, {}, {}, 0)).toEqual([
      '\u001B[1m▸\u001B[0m \u001B[1m09:08:47.372 \u001B[0;33mWARN \u001B[0;1m b           refused \u001B[0;34mby\u001B[0;1m me\u001B[0m',
    ]);
  });

  it('stands out of its context', () => {
    expect(lookRows('abc', {isAround: true}, {}, 0)).toEqual(['\u001B[1m▸\u001B[0m \u001B[1mabc\u001B[0m']);
  });
});

describe('context', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z ERROR a::b:  refused';

  it('is dim as a whole', () => {
    expect(lookRows(line, {isAround: true})).toEqual(['  \u001B[2m09:08:47.372 ERROR b           refused\u001B[0m']);
  });

  it('keeps what is painted over', () => {
    const hits = {ranges: (text: string) => [{start: text.indexOf('fuse'), end: text.indexOf('fuse') + 4}]};
    expect(lookRows(line, {isAround: true}, {hits})[0]).toContain('\u001B[0;7mfuse\u001B[0;2md\u001B[0m');
  });
});
