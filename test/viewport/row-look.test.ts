import {describe, expect, it} from 'vitest';
import {lookRows} from './rows.ts';

describe('context', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z ERROR a::b:  refused';

  it('is dim as a whole', () => {
    expect(lookRows(line, {isContext: true})).toEqual(['  \u001B[2m09:08:47.372 ERROR b           refused\u001B[0m']);
  });

  it('keeps what is painted over', () => {
    const hits = {ranges: (text: string) => [{start: text.indexOf('fuse'), end: text.indexOf('fuse') + 4}]};
    expect(lookRows(line, {isContext: true}, {hits})[0]).toContain('\u001B[0;7mfuse\u001B[0;2md\u001B[0m');
  });
});
