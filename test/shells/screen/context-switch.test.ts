import {expect, it} from 'vitest';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import type {Settings} from '../../../source/kit/settings/settings.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {type ContextSource, contextSwitch, type NextScreen} from '../../../source/shells/screen/context-switch.ts';
import {readSettings} from '../../harness/read-settings.ts';

/** A configuration of two contexts, on the first. */
const here: Settings = {
  ...readSettings([], {}),
  context: {name: 'staging', color: undefined},
  contexts: [
    {name: 'staging', host: 'http://localhost:1', color: undefined},
    {name: 'prod', host: 'http://localhost:2', color: 'red'},
  ],
};

function switcher(settingsIn: ContextSource['settingsIn']) {
  const ready: NextScreen[] = [];
  const {contexts, end} = contextSwitch(here, {
    source: {file: '~/config.toml', settingsIn},
    version: '0',
    clock: systemClock,
    onReady: (next) => ready.push(next),
  });
  return {contexts, end, ready};
}

const there = () => Promise.resolve(readSettings(['--host', 'http://localhost:2'], {}));

it('shows the contexts with their colours', () => {
  expect(switcher(there).contexts).toMatchObject({
    all: [
      {name: 'staging', color: undefined},
      {name: 'prod', host: 'http://localhost:2', color: 1},
    ],
    current: 'staging',
    file: '~/config.toml',
  });
});

it('opens the other server, then ends the screen', async () => {
  const {contexts, ready} = switcher(there);
  expect(await contexts.switchTo('prod')).toBeUndefined();
  expect(ready.map(({server}) => server.name)).toEqual(['localhost:2']);
  for (const {server} of ready) await server.close();
});

it.each<[string, () => Promise<Settings>, string]>([
  ['settings', () => Promise.reject(new UsageError('PROD_KEY is not set')), 'PROD_KEY is not set'],
  ['a server', () => Promise.resolve(readSettings(['--host', 'ftp://localhost'], {})), 'ftp://localhost'],
])('returns what is wrong with %s, and the screen stays', async (_, settingsIn, words) => {
  const {contexts, ready} = switcher(settingsIn);
  expect(await contexts.switchTo('prod')).toContain(words);
  // And it can be tried again.
  expect(await contexts.switchTo('prod')).toContain(words);
  expect(ready).toEqual([]);
});

it('switches once at a time, and reports that', async () => {
  const {contexts, ready} = switcher(there);
  const answers = await Promise.all([contexts.switchTo('prod'), contexts.switchTo('staging')]);
  expect(answers).toEqual([undefined, 'already switching to prod']);
  expect(ready).toHaveLength(1);
  for (const {server} of ready) await server.close();
});

it('switches to nothing when the screen has ended meanwhile', async () => {
  const {contexts, end, ready} = switcher(there);
  const going = contexts.switchTo('prod');
  end();
  expect(await going).toBeUndefined();
  expect(ready).toEqual([]);
});
