import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {type ThemeName, themeNames} from '../../../../source/kit/settings/palette.ts';
import type {Shade} from '../../../../source/kit/system/terminal-ground.ts';
import {type ColorDepth, styleToSgr} from '../../../../source/kit/terminal/style.ts';
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
  const yellow = (name: ThemeName, depth: ColorDepth, shade: Shade) =>
    styleToSgr({fg: 3, bold: true}, themeColors(name, depth, shade));

  test.each(themeNames)('%s has no colour without colours', (name) => {
    expect(yellow(name, 'none', 'dark')).toBe('1');
  });

  test.each<[ThemeName, Shade, string, string]>([
    ['default', 'light', '1;35', '1;38;5;94'],
    ['default', 'dark', '1;33', '1;38;5;178'],
    ['default', undefined, '1;35', '1;38;5;130'],
    ['light', 'dark', '1;35', '1;38;5;94'],
    ['dark', 'light', '1;33', '1;38;5;178'],
    ['mono', 'dark', '1', '1'],
  ])('%s has a yellow that can be read where the ground is %s: %j, %j', (name, shade, with16, with256) => {
    expect(yellow(name, '16', shade)).toBe(with16);
    expect(yellow(name, '256', shade)).toBe(with256);
    expect(yellow(name, 'truecolor', shade)).toBe(with256);
  });
});
