import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {Writable} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../../source/engine/buffer/log-buffer.ts';
import {compilePattern} from '../../../../source/engine/buffer/pattern.ts';
import {Search} from '../../../../source/engine/buffer/search.ts';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {runLogsFrom} from '../../../../source/shells/commands/logs/logs-from.ts';
import {conversionOf, recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {root} from '../../../harness/program.ts';
import {readRequest} from '../../../harness/read-settings.ts';

/** Logs and texts of others: test/corpora/readme.md says whose. Those of Unicode are Debian's package unicode-data. */
const folders = ['lnav', 'blns', 'containers'].map((name) => path.join(root, 'test/corpora', name));
const unicode = ['auxiliary/GraphemeBreakTest.txt', 'emoji/emoji-test.txt'].map((name) => `/usr/share/unicode/${name}`);
const files = folders.flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)));

/** What a search does not read. */
const colours = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d:;]*m`, 'g');

async function printed(file: string, ...args: readonly string[]) {
  const request = readRequest<LogsRequest>(['logs', ...args, '--from', file]);
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const convert = conversionOf(request);
  const code = await runLogsFrom({
    ...request,
    from: [file],
    clock: new FakeClock(),
    convert,
    recordsOf: recordPrinters(request, 0, convert),
    output: new LineOutput(stream),
    note: () => {},
    signal: new AbortController().signal,
  });
  return {code, bytes: Buffer.concat(chunks)};
}

/** Words that the text has, some of its first and some of its last: their lines are counted as `grep -ic` does. */
function wordsOf(text: string): readonly string[] {
  const words = [...new Set(text.match(/[A-Za-z]{4,12}/g) ?? [])];
  return [...words.slice(0, 10), ...words.slice(-10)];
}

function foundIn(bytes: Buffer, word: string): number {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 24});
  buffer.append(bytes);
  const search = new Search(buffer, compilePattern(word.toLowerCase()));
  while (!search.step(100_000));
  return search.count;
}

describe.each([...files, ...unicode].map((file) => [path.basename(file), file] as const))('%s', (_, file) => {
  test.skipIf(!existsSync(file))('is printed byte for byte', async () => {
    const {code, bytes} = await printed(file, '-o', 'raw');
    const text = readFileSync(file);
    // A file may end within a line; what is printed ends with a newline.
    const whole = text.length === 0 || text.at(-1) === 0x0a ? text : Buffer.concat([text, Buffer.from('\n')]);
    expect(bytes.equals(text) || bytes.equals(whole)).toBe(true);
    expect(code).toBe(0);
  });

  test.skipIf(!existsSync(file))('is valid JSON, a record a line', async () => {
    const {code, bytes} = await printed(file, '-o', 'json');
    expect(code).toBe(0);
    const lines = bytes.toString().split('\n').slice(0, -1);
    if (readFileSync(file).length > 0) expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toBeTypeOf('object');
  });

  test.skipIf(!existsSync(file))('what is searched is found as often as grep finds it', () => {
    const bytes = readFileSync(file);
    const lines = bytes
      .toString('latin1')
      .split('\n')
      .map((line) => line.replaceAll(colours, '').toLowerCase());
    for (const word of wordsOf(bytes.toString('latin1'))) {
      const isIn = (line: string) => line.includes(word.toLowerCase());
      expect([word, foundIn(bytes, word)]).toEqual([word, lines.filter(isIn).length]);
    }
  });
});
