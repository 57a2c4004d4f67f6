import {expect, it, test} from 'vitest';
import {UsageError} from '../../source/settings/usage-error.ts';
import {readSettings} from '../harness/read-settings.ts';

type Variables = Readonly<Record<string, string>>;

const view = (argv: readonly string[], variables: Variables = {}) => readSettings(argv, variables).view;

test('nothing said: the compact form, all levels, times as sent, the list by the width', () => {
  expect(view([])).toEqual({
    initial: {wrap: false, asSent: false, time: 'sent', level: undefined, sidebar: 'auto'},
    typed: {},
    zone: undefined,
  });
});

test('flags are the start, and win over the last session', () => {
  const typed = {wrap: true, asSent: true, time: 'relative', level: 'warn', sidebar: 30};
  const argv = ['--wrap', '--as-sent', '--time', 'relative', '--level', 'WARN', '--sidebar', '30'];
  expect(view(argv)).toEqual({initial: typed, typed, zone: undefined});
});

test('variables are the start only', () => {
  const variables = {PIPETAIL_WRAP: '1', PIPETAIL_TIME: 'utc', PIPETAIL_LEVEL: 'error', PIPETAIL_SIDEBAR: 'off'};
  expect(view([], variables)).toEqual({
    initial: {wrap: true, asSent: false, time: 'utc', level: 'error', sidebar: 'off'},
    typed: {},
    zone: undefined,
  });
  expect(view(['--no-wrap', '--time', 'sent'], variables).typed).toEqual({wrap: false, time: 'sent'});
});

it('shows local times when a zone is given and nothing is said of times', () => {
  expect(view(['--zone', 'europe/berlin'])).toMatchObject({
    zone: 'Europe/Berlin',
    initial: {time: 'local'},
    typed: {time: 'local'},
  });
  expect(view(['--zone', 'UTC', '--time', 'delta'])).toMatchObject({zone: 'UTC', initial: {time: 'delta'}});
  expect(view([], {PIPETAIL_ZONE: 'Asia/Tokyo'})).toMatchObject({initial: {time: 'local'}, typed: {}});
});

test.each([
  [['--time', 'locl'], "--time takes sent, local, utc, relative, delta or off, not 'locl' · did you mean 'local'?"],
  [['--zone', 'Europe/Berln'], "--zone 'Europe/Berln' is no time zone · did you mean 'Europe/Berlin'?"],
  [['--zone', 'CEST'], "--zone 'CEST' is no time zone · write one such as Europe/Berlin or UTC"],
  [['--level', 'warm'], "--level takes trace, debug, info, warn or error, not 'warm' · did you mean 'warn'?"],
  [['--sidebar', '7'], "--sidebar takes a width in cells, 8 at least, auto or off, not '7'"],
  [['--sidebar', 'wide'], "--sidebar takes a width in cells, 8 at least, auto or off, not 'wide'"],
  [['--sidebar', '-9'], "--sidebar takes a width in cells, 8 at least, auto or off, not '-9'"],
  [['--theme', 'drak'], "did you mean 'dark'?"],
  [['logs', 'x', '--wrap'], '--wrap belongs to the screen'],
])('%j is refused: %s', (argv, message) => {
  expect(() => readSettings(argv, {})).toThrow(UsageError);
  expect(() => readSettings(argv, {})).toThrow(message);
});
