import {describe, expect, it} from 'vitest';
import {allCommands} from '../../source/ui/commands.ts';
import {pressKey} from '../../source/ui/press-key.ts';
import {remap} from '../../source/ui/remap-keys.ts';
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

describe('with keys of the user', () => {
  const {table, problems} = remap(
    allCommands,
    Object.entries({
      search: ['^S'],
      copy: ['Y'],
      'copy-view': [],
      save: ['F'],
      follow: ['S'],
      pipe: [],
      back: ['^G'],
      mark: [','],
      fold: ['^F'],
      filter: ['^A'],
      quit: ['Q'],
      interrupt: ['^X'],
      'tab-number': ['!', '"'],
    }).map(([command, keys]) => ({command, keys, where: ''})),
  );
  const options = {services: {commands: table}, names: ['orders', 'fraud']};

  it('these run the commands, and those that they had run nothing', async () => {
    expect(problems).toEqual([]);
    await using screen = await reading(log, options);
    screen.press('/');
    expect(screen.controller.state.prompt).toBeUndefined();
    screen.press('"');
    expect(screen.controller.state.active).toBe('fraud');
    screen.press('1', '2');
    expect(screen.controller.state.active).toBe('fraud');
    screen.press('!', '^S');
    expect(screen.controller.state).toMatchObject({active: 'orders', prompt: {kind: 'search'}});
  });

  it.each([
    ['n', 'nothing is searched for: ^S searches'],
    ['v', 'move to select · Y copies, F saves, M Markdown · ^G ends'],
    ['u', 'no marks: , marks a record'],
    ['o', 'no folded row here: ^F folds records alike'],
    ['\\', 'no filters: ^A filters'],
    ['Q', '2 tabs are kept: Q again quits, any other key stays'],
    ['^X', '^X again quits'],
  ])('what %s has to say names them', async (key, notice) => {
    await using screen = await reading(log, options);
    screen.press(key);
    expect(noticeOf(screen)).toBe(notice);
  });
});
