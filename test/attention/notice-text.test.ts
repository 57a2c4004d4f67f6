import {expect, it} from 'vitest';
import {noticeText} from '../../source/attention/notice-text.ts';

const notice = (text: string, more = 0) => noticeText({pipeline: 'orders', kind: 'error', text, more});

it('names the pipeline, says what happened and what else', () => {
  expect(notice('connection refused')).toBe('orders: connection refused');
  expect(notice('connection refused', 3)).toBe('orders: connection refused (and 3 more)');
});

it('no control character, override or separator gets through', () => {
  const text = notice('a\u0007b\u001B]9;x\u001B\\c\u202Ed\u2028e\u0000\u009Cf\nq');
  expect(text).toBe('orders: a b ]9;x \\c d e f q');
});

it('of a long line 100 characters', () => {
  const text = notice('x'.repeat(5000));
  expect([...text]).toHaveLength('orders: '.length + 100);
  expect(text.endsWith('…')).toBe(true);
  expect(notice('😀'.repeat(100))).toBe(`orders: ${'😀'.repeat(100)}`);
});
