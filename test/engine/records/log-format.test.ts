import {expect, test} from 'vitest';
import {LogFormat} from '../../../source/engine/records/log-format.ts';
import {head} from './index-lines.ts';

function formatOf(text: string, size = text.length) {
  const format = new LogFormat();
  for (let at = 0; at < text.length; at += size) format.append(Buffer.from(text.slice(at, at + size)));
  return format.isRecognised;
}

const record = head('step');
const json = '{"fields":{"message":"x"},"level":"INFO","target":"t","timestamp":"2026-11-25T09:08:47.372844Z"}';
const hadoop = '2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop: Created MRAppMaster\n';

test.each([
  ['', undefined],
  ['\n\n', undefined],
  [hadoop, false],
  [hadoop.repeat(9), false],
  [`${hadoop}${record}`, true],
  [`${hadoop}${json}\n`, true],
  ["\nthread 'main' (1) panicked at src/main.rs:1:1:\nbroken\n", true],
])('%j: recognised is %j, however it comes', (text, expected) => {
  for (const size of [1, 7, 1 << 20]) expect(formatOf(text, size)).toBe(expected);
});
