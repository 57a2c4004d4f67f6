import {expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {eventsPage} from '../../source/ui/events-page.ts';

const at = Date.UTC(2026, 10, 25, 9, 17, 30);
const text = (...page: Parameters<typeof eventsPage>) => eventsPage(...page).map((row) => row.text);

it('shows the newest first, dated', () => {
  const events = [
    {at, text: 'live'},
    {at: at + 61_000, text: 'connection lost; next try in 1.0 s'},
  ];
  expect(text('orders', events, 80)).toEqual([
    ' Connection of orders, newest first (UTC)',
    '',
    ' 2026-11-25 09:18:31  connection lost; next try in 1.0 s',
    ' 2026-11-25 09:17:30  live',
  ]);
});

it('says that there is nothing yet', () => {
  expect(text('orders', [], 80).at(-1)).toBe(' nothing has happened yet');
});

it('wraps what is long beside the time, and lets no control character through', () => {
  const events = [{at, text: `try 3 failed: ${'word '.repeat(30)}\u001B[2J end`}];
  const rows = text('orders', events, 40);
  for (const row of rows.slice(2)) expect(textWidth(row)).toBeLessThanOrEqual(40);
  expect(rows.slice(3).every((row) => row.startsWith(' '.repeat(22)))).toBe(true);
  expect(rows.join('')).toContain('^[[2J end');
});
