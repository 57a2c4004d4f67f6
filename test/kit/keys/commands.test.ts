import {describe, expect, it, test} from 'vitest';
import {
  type Command,
  commandFor,
  commandsFrom,
  type KeyContext,
  keyOf,
  keysNamed,
  keysShown,
  pressTo,
  withHint,
} from '../../../source/kit/keys/commands.ts';
import {remap} from '../../../source/kit/keys/remap-keys.ts';
import {features} from '../../../source/shells/features.ts';
import {keyMistakes} from '../../harness/key-mistakes.ts';

const inContext = (context: KeyContext) => features.commands.filter((command) => command.context === context);
const keysOf = (context: KeyContext) => inContext(context).flatMap((command) => command.keys);

describe('keys', () => {
  it('none is taken, and what each opens is there', () => {
    expect(keyMistakes(features)).toEqual([]);
  });

  it('a mistake is told in a sentence', () => {
    const rows = {group: 'log: show', context: 'log', help: 'a mistake'} as const;
    const mistaken = (change: Partial<Command>) =>
      keyMistakes({...features, commands: [...features.commands, {...rows, id: 'new', keys: [], ...change}]}).find(
        (mistake) => mistake.startsWith("command 'new'"),
      );
    expect(mistaken({keys: ['y']})).toBe(
      "command 'new': key 'y' is taken by 'copy' (copy the record or selection) · choose another, or give 'copy' another",
    );
    expect(mistaken({keys: ['q']})).toContain("key 'q' is taken by 'quit'");
    expect(mistaken({opens: 'pipelines'})).toMatch(/opens 'pipelines', but no page is of that kind · .* pipeline,/);
    expect(mistaken({opens: 'pipeline', section: 'connector'})).toMatch(
      /opens section 'connector', but no part has that name · .* connectors,/,
    );
  });

  it('a page hides on purpose only what leaves it', () => {
    const everywhere = new Set(keysOf('everywhere'));
    expect(keysOf('pipeline').filter((key) => everywhere.has(key))).toEqual(['Esc', 'q']);
  });

  it('each leads to its command', () => {
    for (const command of features.commands) {
      const panes = command.context === 'everywhere' ? (['list', 'log'] as const) : [command.context];
      for (const pane of panes) {
        for (const key of command.keys)
          expect(commandFor(features.commands, pane, key), `${key} in ${pane}`).toBe(command.id);
      }
    }
  });

  it('without a command leads nowhere', () => {
    for (const pane of ['log', 'list']) expect(commandFor(features.commands, pane, 'é')).toBeUndefined();
    const ofPage = new Set([...keysOf('pipeline'), ...keysOf('everywhere')]);
    const others = keysOf('log').filter((key) => !ofPage.has(key));
    expect(others.length).toBeGreaterThan(20);
    for (const key of others) expect(commandFor(features.commands, 'pipeline', key), key).toBeUndefined();
  });

  it('of the log also work in the list, unless it uses them itself', () => {
    expect(commandFor(features.commands, 'list', 'n')).toBe('next-match');
    expect(commandFor(features.commands, 'list', '/')).toBe('find-name');
    expect(commandFor(features.commands, 'list', 'r')).toBe('reconnect');
    expect(commandFor(features.commands, 'log', 'm')).toBe('mark');
  });

  it('of everywhere work on a page that has none of its own', () => {
    expect(commandFor(features.commands, 'pipeline', '?')).toBe('help');
    expect(commandFor(features.commands, 'pipeline', '^C')).toBe('interrupt');
    expect(commandFor(features.commands, 'pipeline', 'q')).toBe('pipeline-close');
  });

  it('that are characters are typed into the help, all but the one that opens it', () => {
    for (const key of [...keysOf('help'), '?', '^C', '^L', '^Z']) {
      expect(commandFor(features.commands, 'help', key), key).toBeDefined();
    }
    for (const key of ['q', 'd', 'Z', 'Space', '&', '1', 'Tab']) {
      expect(commandFor(features.commands, 'help', key), key).toBeUndefined();
    }
    const {table: moved} = remap(features.commands, [{command: 'help', keys: ['é', '§'], where: ''}]);
    expect(['é', '§', '?'].map((key) => commandFor(moved, 'help', key))).toEqual([undefined, 'help', undefined]);
  });

  it('are all ones that a terminal sends', () => {
    // None outside of ASCII, nor ^], ^^ or ^_: tests use those as keys that are free.
    const named = /^(Up|Down|Left|Right|PageUp|PageDown|Home|End|Enter|Esc|Tab|Space|F1|\^[A-Z]|[!-~])$/;
    for (const command of features.commands) for (const key of command.keys) expect(key).toMatch(named);
  });
});

it('no two commands have one name', () => {
  expect(new Set(features.commands.map((command) => command.id)).size).toBe(features.commands.length);
});

test('keys are shown as people read them', () => {
  const shown = (id: string) =>
    features.commands.filter((command) => command.id === id).map((command) => keysShown(command))[0];
  expect(shown('tab-number')).toBe('1–9');
  expect(shown('up')).toBe('↑ k ^Y');
  expect(shown('page-down')).toBe('PgDn Space ^F');
  expect(shown('half-down')).toBe('^D');
});

test('groups hold every command once, in the order of the table', () => {
  expect([...Map.groupBy(features.commands, ({group}) => group).values()].flat()).toEqual(features.commands);
});

test('the footer has what a new user needs: help, and what each pane is for', () => {
  const hinted = features.commands.filter((command) => command.hint !== undefined).map((command) => command.id);
  expect(hinted).toEqual(expect.arrayContaining(['help', 'other-side', 'open-tab', 'find-name', 'search']));
});

test.each(['log', 'pipeline', 'record', 'marks', 'errors'] as const)(
  '^F ^B ^E ^Y move in the context %s as in less',
  (pane) => {
    const like = (key: string) => commandFor(features.commands, pane, key);
    expect(like('^F')).toBe(like('PageDown'));
    expect(like('^B')).toBe(like('PageUp'));
    expect(like('^E')).toBe(like('Down'));
    expect(like('^Y')).toBe(like('Up'));
    expect(like('PageDown')).toBeDefined();
  },
);

test('h and l scroll the log sideways as in vi', () => {
  expect(['h', 'l'].map((key) => commandFor(features.commands, 'log', key))).toEqual(['pan-left', 'pan-right']);
});

test('with a page open, nothing that it covers changes unseen', () => {
  for (const key of ['Tab', '1', '9', '[', ']', 'X', 'z', '+'])
    expect(commandFor(features.commands, 'pipeline', key), key).toBeUndefined();
  for (const key of ['?', 'd', 'i', 'r', '^L', '^Z', '^C'])
    expect(commandFor(features.commands, 'pipeline', key), key).toBeDefined();
});

const {table} = remap(features.commands, [
  {command: 'search', keys: ['up'], where: ''},
  {command: 'up', keys: [], where: ''},
]);

it('names the first key of a command, arrows in words', () => {
  expect(keyOf(features.commands, 'search')).toBe('/');
  expect(keyOf(table, 'search')).toBe('Up');
  expect(pressTo(table, ['search', 'search'])).toBe('press Up to search');
  expect(withHint('nothing', table, 'search', 'search')).toBe('nothing: press Up to search');
});

it('a key that only works on the other side is named after the one that goes there', () => {
  const named = (pane: 'list' | 'log' | 'pipeline', id: string) => keyOf(commandsFrom(features.commands, pane), id);
  expect([named('log', 'search'), named('list', 'search'), named('pipeline', 'search')]).toEqual(['/', 'Tab /', '/']);
  expect([named('log', 'filter'), named('list', 'filter')]).toEqual(['&', '&']);
  expect([named('list', 'mark-pipeline'), named('log', 'mark-pipeline')]).toEqual(['m', 'Tab m']);
  expect(named('list', 'select')).toBe('Tab v');
  const {table: withoutTab} = remap(features.commands, [{command: 'other-side', keys: [], where: ''}]);
  expect(keyOf(commandsFrom(withoutTab, 'list'), 'search')).toBe('/');
});

it('without a key is not named', () => {
  expect(keyOf(table, 'up')).toBeUndefined();
  expect(withHint('nothing', table, 'up', 'go up')).toBe('nothing');
  expect(pressTo(table, ['up', 'go up'], ['copy', 'copy'], ['search', 'search'])).toBe('press y to copy, Up to search');
  expect(
    keysNamed(table, [
      ['up', 'up'],
      ['copy', 'copy'],
    ]),
  ).toBe('y copy');
});
