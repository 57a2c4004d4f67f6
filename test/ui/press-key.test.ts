import {expect, it} from 'vitest';
import {pressKey} from '../../source/ui/press-key.ts';
import {logged, noticeOf, reading} from './reading.ts';

const log = [logged(1, 'INFO', 'step one')];

it('a key takes the notice away, be it one without a command', async () => {
  await using screen = await reading(log);
  pressKey(screen.controller, 'n');
  expect(noticeOf(screen)).toBe('nothing is searched for: / searches');
  pressKey(screen.controller, '^Y');
  expect(noticeOf(screen)).toBeUndefined();
});

it('a key of the pane comes before one that holds everywhere, and only there', async () => {
  await using screen = await reading(log);
  pressKey(screen.controller, '/');
  expect(screen.controller.state.prompt?.kind).toBe('search');
  pressKey(screen.controller, 'q');
  expect(screen.controller.state).toMatchObject({prompt: {text: ''}, leaving: undefined});
});

it('keys of the panes do nothing on a page', async () => {
  await using screen = await reading(log, {names: ['orders', 'fraud']});
  pressKey(screen.controller, '?');
  for (const key of ['2', 'X', 'Tab', 'w', '/', '&', 'z']) pressKey(screen.controller, key);
  expect(screen.controller.state).toMatchObject({page: {kind: 'help'}, active: 'orders', prompt: undefined});
  expect(screen.controller.state.tabs).toHaveLength(2);
});
