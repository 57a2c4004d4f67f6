import fc from 'fast-check';
import {expect, test} from 'vitest';
import {SentinelGate} from '../../source/stitch/sentinel-gate.ts';

function pass(gate: SentinelGate, chunks: readonly string[]): string {
  return chunks.map((chunk) => Buffer.from(gate.push(Buffer.from(chunk))).toString()).join('');
}

test.each([
  {body: 'a\nLogs have ended\n', log: 'a\n', ended: true},
  {body: 'Logs have ended\n', log: '', ended: true},
  {body: 'a\nLogs have ended', log: 'a\n', ended: false},
  {body: 'a\nLogs', log: 'a\n', ended: false},
  {body: 'a\nLogs have ended\nb\n', log: 'a\nLogs have ended\nb\n', ended: false},
  {body: 'a\nLogs have ended\nLogs have ended\n', log: 'a\nLogs have ended\n', ended: true},
  {body: 'a\nLogs have ended\n\n', log: 'a\nLogs have ended\n\n', ended: false},
  {body: 'a Logs have ended\n', log: 'a Logs have ended\n', ended: false},
  {body: 'Logs have ended!\n', log: 'Logs have ended!\n', ended: false},
  {body: 'Logs have EnDed\n', log: 'Logs have EnDed\n', ended: false},
])('$body', ({body, log, ended}) => {
  const cuts = fc.array(fc.nat(body.length), {maxLength: 20});
  fc.assert(
    fc.property(cuts, (at) => {
      const ends = [...at.sort((a, b) => a - b), body.length];
      const gate = new SentinelGate();
      expect(
        pass(
          gate,
          ends.map((end, index) => body.slice(ends[index - 1] ?? 0, end)),
        ),
      ).toBe(log);
      expect(gate.end()).toBe(ended);
      // The next body begins anew.
      expect(pass(gate, ['Logs have ended\n'])).toBe('');
    }),
  );
});

test('no line waits but the one that may be the sentinel', () => {
  const gate = new SentinelGate();
  expect(pass(gate, ['a', '\nL'])).toBe('a\n');
  expect(pass(gate, ['o', 'g', 'x'])).toBe('Logx');
  expect(pass(gate, ['Logs have ended\n'])).toBe('Logs have ended\n');
});
