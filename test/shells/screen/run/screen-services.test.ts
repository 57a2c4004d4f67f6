import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {type ThemeName, themeNames} from '../../../../source/kit/settings/palette.ts';
import {styleToSgr} from '../../../../source/kit/terminal/style.ts';
import {copyServices, themeColors} from '../../../../source/shells/screen/run/screen-services.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';

describe('copy and save', () => {
  // What needs a terminal of its own (OSC 52) is tested on one: test/e2e/take-*.test.ts.

  const {signal} = new AbortController();

  async function* blocks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
  }

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('a file name is read as by a shell: blanks around it do not count, ~ is home', async () => {
    await using home = await temporaryDirectory();
    vi.stubEnv('HOME', home.path);
    const file = path.join(home.path, 'a b.log');
    const saved = await copyServices(process).save(' ~/a b.log ', blocks('text\n'), {
      overwrite: false,
      signal,
    });
    expect(saved).toEqual({kind: 'saved', path: file, bytes: 5});
    expect(await readFile(file, 'utf8')).toBe('text\n');
  });
});

describe('themes', () => {
  const red = (name: ThemeName, depth: Parameters<typeof themeColors>[1]) =>
    styleToSgr({fg: 1, bold: true}, themeColors(name, depth));

  test.each(themeNames)('%s has no colour without colours, and the terminal’s with sixteen', (name) => {
    expect(red(name, 'none')).toBe('1');
    expect(red(name, '16')).toBe(name === 'mono' ? '1' : '1;31');
  });

  test.each<[ThemeName, string, string]>([
    ['default', '1;31', '1;31'],
    ['light', '1;38;5;124', '1;38;5;124'],
    ['dark', '1;38;5;203', '1;38;5;203'],
    ['mono', '1', '1'],
  ])('%s has a red of its own: %j, %j', (name, with256, withAll) => {
    expect(red(name, '256')).toBe(with256);
    expect(red(name, 'truecolor')).toBe(withAll);
  });
});
