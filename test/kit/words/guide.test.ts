import {expect, it} from 'vitest';
import {adviceFor, adviceWords, guideEntries} from '../../../source/kit/words/guide.ts';
import {recordingBytes} from '../../demo/recording.ts';

it.each(guideEntries.map((entry) => [entry.text, entry] as const))('quotes the guide for: %s', (text, entry) => {
  const {sentence, address, only} = entry;
  const whole = `DBSP error: ${text}, and more\nbelow`;
  expect(adviceFor(whole, only)).toEqual({sentence, address});
  if (only) expect(adviceFor(whole)).toBeUndefined();
  expect(adviceWords(entry)).toBe(`Feldera's guide: ${sentence} · ${address}`);
  expect(new URL(address).origin).toBe('https://docs.feldera.com');
});

it('means a full disk of the compiler alone, whose words an output has, too', () => {
  const text = recordingBytes('25a-stats-connector-errors.raw').toString();
  expect(text).toContain('No space left on device');
  expect(adviceFor(text, 'compiler')?.address).toMatch(/#rust-compilation-errors$/);
});

it('says nothing of the errors of real pipelines that it does not speak of', () => {
  for (const file of ['27-logs-real-pipeline.raw', '25a-stats-connector-errors.raw', '35b-worker-panic-pipeline.raw'])
    expect(adviceFor(recordingBytes(file).toString())).toBeUndefined();
});
