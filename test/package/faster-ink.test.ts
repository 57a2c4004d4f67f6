import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {root} from '../harness/program.ts';

type Meta = Readonly<Record<string, {readonly inputs: readonly string[]}>>;

test('the bundle has our replacements for slow parts of Ink, and Yoga does not fetch', async () => {
  const meta = JSON.parse(await readFile(`${root}/dist/.meta.json`, 'utf8')) as Meta;
  const [file, chunk] = Object.entries(meta).find(([, {inputs}]) => inputs.some(isYoga)) ?? [];
  for (const ours of ['row-output.ts', 'log-update.ts', 'sanitize-ansi.ts', 'string-width.ts']) {
    expect(chunk?.inputs).toContain(`scripts/ink/${ours}`);
  }
  expect(await readFile(`${root}/${file}`, 'utf8')).not.toMatch(/\bfetch\(/);
});

const isYoga = (input: string) => input.includes('/yoga-layout/dist/binaries/');

test('the bundle has only the used parts of undici', async () => {
  const meta = JSON.parse(await readFile(`${root}/dist/.meta.json`, 'utf8')) as Meta;
  const files = Object.values(meta).flatMap(({inputs}) => inputs.filter((input) => input.includes('/undici/lib/')));
  expect(files.some((file) => file.endsWith('/dispatcher/client.js'))).toBe(true);
  expect(files.filter((file) => /\/web\/(fetch|websocket)\/index\.js$|\/milo\/|\/parser-h1\.js$/.test(file))).toEqual(
    [],
  );
  // Forms.
  expect(files.filter((file) => /\/(?:data-url|formdata-parser)\.js$/.test(file))).toEqual([]);
});
