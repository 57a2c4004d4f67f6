import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, expect, test, vi} from 'vitest';
import {takingServices} from '../../source/screen/taking-services.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

// What needs a terminal of its own (OSC 52, the pager) is tested on one: test/e2e/take-*.test.ts.

const {signal} = new AbortController();

async function* blocks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the pager is the user’s, else less', () => {
  vi.stubEnv('PAGER', 'most -s');
  expect(takingServices(process).pager).toBe('most -s');
  vi.stubEnv('PAGER', undefined);
  expect(takingServices(process).pager).toBe('less');
});

test('a file name is taken as a shell would take it: blanks around it do not count, ~ is home', async () => {
  await using home = await temporaryDirectory();
  vi.stubEnv('HOME', home.path);
  const file = path.join(home.path, 'a b.log');
  const saved = await takingServices(process).save(' ~/a b.log ', blocks('text\n'), {overwrite: false, signal});
  expect(saved).toEqual({kind: 'saved', path: file, bytes: 5});
  expect(await readFile(file, 'utf8')).toBe('text\n');
});

test('a command that cannot be run says why, and the terminal is taken back', async () => {
  const steps: string[] = [];
  const problem = await takingServices(process).pipe('jq .', blocks('text\n'), {
    async suspendTerminal() {
      // As Ink does while the terminal is lent already.
      steps.push('not lent');
      return Promise.resolve();
    },
    signal,
  });
  expect(problem).toBe('jq was not started: this process has no terminal of its own');
  expect(steps).toEqual(['not lent']);
});
