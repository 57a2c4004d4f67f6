import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {type CommandTable, commandFor} from '../../../source/kit/keys/commands.ts';
import {remap} from '../../../source/kit/keys/remap-keys.ts';
import type {KeyRemap} from '../../../source/kit/settings/config-file.ts';
import {features} from '../../../source/shells/features.ts';

/** As a file that has them in lines 1, 2, 3… */
function written(keys: Readonly<Record<string, string | readonly string[]>>): readonly KeyRemap[] {
  return Object.entries(keys).map(([command, given], index) => ({
    command,
    keys: typeof given === 'string' ? [given] : given,
    where: `c.toml:${index + 1}`,
  }));
}

const keysOf = (table: CommandTable, id: string) => table.find((command) => command.id === id)?.keys;
const problemsOf = (keys: Parameters<typeof written>[0]) => remap(features.commands, written(keys)).problems;

describe('a remapped command', () => {
  it('has these, as the screen names them, and no longer its own', () => {
    const {table, problems} = remap(features.commands, written({pause: ['ctrl+]', 'é', 'é'], 'page-up': 'pgup'}));
    expect(problems).toEqual([]);
    expect(keysOf(table, 'pause')).toEqual(['^]', 'é']);
    expect(keysOf(table, 'page-up')).toEqual(['PageUp']);
    expect(commandFor(table, 'log', '^]')).toBe('pause');
    expect(commandFor(table, 'log', 'p')).toBeUndefined();
    expect(commandFor(table, 'log', 'b')).toBeUndefined();
  });

  it('frees the ones that it had for another', () => {
    const {table, problems} = remap(features.commands, written({pause: 'y', copy: 'p'}));
    expect(problems).toEqual([]);
    expect(commandFor(table, 'log', 'y')).toBe('pause');
    expect(commandFor(table, 'log', 'p')).toBe('copy');
  });

  it('may have none, and its keys do nothing then', () => {
    const {table, problems} = remap(features.commands, written({suspend: []}));
    expect(problems).toEqual([]);
    expect(commandFor(table, 'log', '^Z')).toBeUndefined();
  });

  it('takes a key from a command that has another', () => {
    const {table, problems} = remap(features.commands, written({fold: '^F', reconnect: 'b'}));
    expect(problems).toEqual([]);
    expect(commandFor(table, 'log', '^F')).toBe('fold');
    expect(keysOf(table, 'page-down')).toEqual(['PageDown', 'Space']);
    // Elsewhere it means what it did.
    expect(commandFor(table, 'pipeline', '^F')).toBe('pipeline-page-down');
    for (const pane of ['list', 'log', 'pipeline', 'errors'] as const) {
      expect(commandFor(table, pane, 'b'), pane).toBe('reconnect');
    }
  });

  it('does not take the number of a tab: the others would lead to other tabs', () => {
    expect(problemsOf({pause: '5'})).toHaveLength(1);
  });

  it('may have a key that means something else in another pane', () => {
    expect(problemsOf({'mark-pipeline': 'p', pause: 'é'})).toEqual([]);
  });
});

test('the own keys of all commands, given one by one, are without a problem', () => {
  const all = Object.fromEntries(features.commands.map(({id, keys}) => [id, keys]));
  const {table, problems} = remap(features.commands, written(all));
  expect(problems).toEqual([]);
  expect(table.map(({id, keys}) => [id, [...keys]])).toEqual(features.commands.map(({id, keys}) => [id, [...keys]]));
});

describe('a problem, with its line, is', () => {
  it.each<[string, Parameters<typeof written>[0], string]>([
    ['a command that does not exist', {puase: 'p'}, "c.toml:1: no command is called 'puase' · did you mean 'pause'?"],
    [
      'one that is like no other',
      {teleport: 'p'},
      "c.toml:1: no command is called 'teleport' · pipetail config init writes a file with all of them",
    ],
    [
      'a key that does not exist',
      {pause: 'pagdown'},
      "c.toml:1: no key is called 'pagdown' · did you mean 'PageDown'?",
    ],
    [
      'one that is like no other',
      {pause: 'hyper'},
      "c.toml:1: no key is called 'hyper' · write it as x, X, ^X or PageUp",
    ],
    [
      'a key that is taken in the same pane',
      {pause: 'y'},
      "c.toml:1: key 'y' is taken by 'copy' (copy the record or selection) · choose another, or give 'copy' another",
    ],
    [
      'a key of a pane that holds everywhere',
      {'mark-pipeline': 'q'},
      "c.toml:1: key 'q' is taken by 'quit' (quit; asks when tabs are open) · choose another, or give 'quit' another",
    ],
    [
      'a key for everywhere that a pane has',
      {help: 'a'},
      "c.toml:1: key 'a' is taken by 'read-logs' (read the logs of all running pipelines, or only those of tabs) · choose another, or give 'read-logs' another",
    ],
    [
      'a key for everywhere that a page has',
      {reconnect: 'f', fold: 'r'},
      "c.toml:1: key 'f' is taken by 'errors-first' (go to the first of them) · choose another, or give 'errors-first' another",
    ],
    [
      'a key of every page that the description of a pipeline has',
      {'pipeline-up': 'M'},
      "c.toml:1: key 'M' is taken by 'pipeline-markdown' (copy the page as Markdown, for an issue) · choose another, or give 'pipeline-markdown' another",
    ],
    [
      'of two with the same key the later one',
      {pause: 'é', follow: 'é'},
      "c.toml:2: key 'é' is taken by 'pause' (pause or resume) · choose another, or give 'pause' another",
    ],
    [
      'no way to quit',
      {quit: []},
      "c.toml:1: 'quit' needs a key: without one there is no way out (quit; asks when tabs are open)",
    ],
    [
      'no way to leave a page',
      {'pipeline-close': []},
      "c.toml:1: 'pipeline-close' needs a key: without one there is no way out (close)",
    ],
  ])('%s', (_, keys, problem) => {
    expect(problemsOf(keys)).toEqual([problem]);
  });

  it('each mistake of several', () => {
    expect(problemsOf({puase: 'p', pause: ['F5', 'y'], quit: []})).toHaveLength(4);
  });
});

test('what closes a page may have a key that does something elsewhere, as q and Esc do', () => {
  expect(problemsOf({'pipeline-close': ['r', 'Esc']})).toEqual([]);
});

test('what changes nothing on a page leaves its key to the page', () => {
  expect(problemsOf({'other-side': 'f', fold: 'Tab'})).toEqual([]);
});

test('with no problem every key leads to one command in each place, whatever is remapped', () => {
  const id = fc.constantFrom(...features.commands.map((command) => command.id));
  const key = fc.constantFrom('q', 'é', 'y', 'o', 'f', 'Esc', 'Tab', '^]', 'Space', 'ö', '§');
  const entries = fc.uniqueArray(fc.tuple(id, fc.array(key, {minLength: 1, maxLength: 2})), {
    selector: ([name]) => name,
    maxLength: 4,
  });
  let clean = 0;
  fc.assert(
    fc.property(entries, (chosen) => {
      const {table, problems} = remap(features.commands, written(Object.fromEntries(chosen)));
      if (problems.length > 0) return;
      clean += 1;
      for (const command of table) {
        const panes = command.context === 'everywhere' ? (['list', 'log'] as const) : [command.context];
        for (const pane of panes)
          for (const name of command.keys) expect(commandFor(table, pane, name)).toBe(command.id);
      }
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)},
  );
  expect(clean).toBeGreaterThan(0);
});
