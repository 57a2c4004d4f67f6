import {expect, it} from 'vitest';
import {type EventsView, eventRows} from '../../../source/features/pipeline/pipeline-feature.ts';
import {textWidth} from '../../../source/lib/width.ts';

const at = Date.UTC(2026, 10, 25, 9, 17, 30);
const text = (events: EventsView['events'], width: number, version: string | undefined = '0.337.0') =>
  eventRows({name: 'orders', server: 'http://f:8080', version, events, width}).map((row) => row.text);

it('shows the newest first, dated', () => {
  const events = [
    {at, text: 'live'},
    {at: at + 61_000, text: 'connection lost; next try in 1.0 s'},
  ];
  expect(text(events, 80)).toEqual([
    ' Connection of orders  newest first, UTC',
    ' http://f:8080  Feldera 0.337.0',
    ' 2026-11-25 09:18:31  connection lost; next try in 1.0 s',
    ' 2026-11-25 09:17:30  live',
  ]);
});

it('says that no tab is open', () => {
  const rows = eventRows({name: undefined, server: 'http://f:8080', version: '0.337.0', events: [], width: 80});
  expect(rows.map((row) => row.text)).toEqual([' Connection', ' http://f:8080  Feldera 0.337.0', ' no tab is open']);
});

it('says that there is nothing yet', () => {
  expect(text([], 80).at(-1)).toBe(' no events yet');
});

it('tells an old server from a supported one, and either from an unknown one', () => {
  expect(text([], 80, '0.207.0')).toHaveLength(3);
  const old = text([], 80, '0.200.0');
  expect(old[1]).toBe(' http://f:8080  Feldera 0.200.0');
  expect(old[2]).toBe(' Feldera 0.200 is older than 0.207: lines may repeat after a reconnect');
  const rows = eventRows({name: 'orders', server: 'http://f:8080', version: undefined, events: [], width: 80});
  expect(rows[1]?.text).toBe(' http://f:8080  Feldera of unknown version');
});

it('wraps what is long beside the time, and lets no control character through', () => {
  const events = [{at, text: `try 3 failed: ${'word '.repeat(30)}\u001B[2J end`}];
  const rows = text(events, 40);
  for (const row of rows.slice(3)) expect(textWidth(row)).toBeLessThanOrEqual(40);
  expect(rows.slice(4).every((row) => row.startsWith(' '.repeat(22)))).toBe(true);
  expect(rows.join('')).toContain('^[[2J end');
  const hostile = eventRows({name: 'a\u001B[2J', server: '', version: undefined, events: [], width: 40});
  expect(hostile[0]?.text).toContain('a^[[2J');
});
