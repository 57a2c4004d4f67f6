import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {CommandTable} from '../../../source/ui/keys/command.ts';
import {commandOf} from '../../../source/ui/keys/commands.ts';
import {formerIds} from '../../../source/ui/keys/former-ids.ts';
import {remap} from '../../../source/ui/keys/remap-keys.ts';
import {allCommands} from '../../../source/ui/pages/registry.ts';

type Old = {readonly id: string; readonly context: string; readonly keys: readonly string[]};

const read = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as readonly Old[];
/** The commands as they were at 6c37483, before the pages were in one registry. */
const before = read('commands-of-before.json');
/** And at beb72f67, before their ids were the names on the screen. */
const beforeNames = read('commands-before-names.json');
const written = (rows: readonly Old[]) =>
  rows.map(({id, keys}, index) => ({command: id, keys, where: `c.toml:${index + 1}`}));

/** Pages that are a part of another one now. */
const contextNow: Readonly<Record<string, string>> = {
  ...{page: 'pipeline', describe: 'pipeline', timeline: 'pipeline', comparison: 'pipeline'},
  ...{away: 'errors', detail: 'record', sidebar: 'list'},
};

/** In these words, what the key does is the same: on a page that is one with others, it has the name of that page. */
function nameOf(table: CommandTable, pane: string, key: string, id: string): string | undefined {
  const command = commandOf(table, contextNow[pane] ?? pane, key);
  // The command that opens a part of a page closes it there; Enter closes it where it has nothing to open.
  const closes = command?.opens !== undefined || command?.id === 'pipeline-open';
  if (id.endsWith('-close') && closes) return id;
  // Of a part, that is all there is to copy.
  if (id === 'timeline-copy' && command?.id === 'pipeline-copy-page') return id;
  const isSame = command && (command.formerly?.includes(id) || formerIds.get(id) === command.id);
  return isSame ? id : command?.id;
}

describe.each([
  ['6c37483', before, 164],
  ['beb72f67', beforeNames, 183],
])('of %s,', (_, before, many) => {
  test('a configuration with every command of before loads, and every key does the same', () => {
    expect(before).toHaveLength(many);
    const {table, problems} = remap(allCommands, written(before));
    expect(problems).toEqual([]);
    for (const {id, context, keys} of before) {
      const panes = context === 'everywhere' ? ['list', 'log'] : [context];
      for (const pane of panes)
        for (const key of keys) expect(nameOf(table, pane, key, id), `${key} in ${pane}`).toBe(id);
    }
  });

  test('without a configuration, every key of before does the same', () => {
    for (const {id, context, keys} of before) {
      const pane = context === 'everywhere' ? 'log' : context;
      for (const key of keys) expect(nameOf(allCommands, pane, key, id), `${key} in ${pane}`).toBe(id);
    }
  });

  test('any command of before, with a key that only it had, loads and has it', () => {
    for (const {id, context, keys} of before) {
      if (keys.length === 0) continue;
      const rows = [{id, context, keys: [...keys, 'ß']}];
      const {table, problems} = remap(allCommands, written(rows));
      expect(problems, id).toEqual([]);
      const pane = context === 'everywhere' ? 'log' : context;
      expect(nameOf(table, pane, 'ß', id), id).toBe(id);
    }
  });
});

describe('a former id', () => {
  const former = [...formerIds];

  test('leads to a command of today, and is none itself', () => {
    const ids = new Set(allCommands.map(({id}) => id));
    for (const [id, present] of former)
      expect([id, ids.has(id), present, ids.has(present)]).toEqual([id, false, present, true]);
  });

  test('does what the present one does, with any keys and beside any other command', () => {
    const id = fc.constantFrom(...new Set([...formerIds.values(), ...allCommands.map((command) => command.id)]));
    const key = fc.constantFrom('q', 'Q', 'y', 'o', 'f', 'n', 'Esc', 'Tab', '^K', 'Space', 'B', 'ß', 'no key');
    const lines = fc.uniqueArray(fc.tuple(id, fc.array(key, {maxLength: 2})), {
      selector: ([name]) => name,
      maxLength: 5,
    });
    const idBefore = new Map(former.map(([before, present]) => [present, before]));
    fc.assert(
      fc.property(lines, (chosen) => {
        const now = chosen.map(([command, keys], index) => ({command, keys, where: `c.toml:${index + 1}`}));
        const then = now.map((line) => ({...line, command: idBefore.get(line.command) ?? line.command}));
        expect(remap(allCommands, then)).toEqual(remap(allCommands, now));
      }),
      {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)},
    );
  });

  test.each([true, false])(
    'gives way to the present one where a file has both, whichever comes first: %s',
    (isFirst) => {
      const lines = [
        {command: 'next-hit', keys: ['ß'], where: 'c.toml:1'},
        {command: 'next-match', keys: ['ä'], where: 'c.toml:2'},
      ];
      const {table, problems} = remap(allCommands, isFirst ? lines : lines.toReversed());
      expect(problems).toEqual([]);
      expect(table.find(({id}) => id === 'next-match')?.keys).toEqual(['ä']);
    },
  );
});

/** Pages that had no commands of this kind; keys that meant nothing there could be given to any of their commands. */
test.each([
  ['marks', 'marks-go'],
  ['errors', 'errors-mute'],
  ['away', 'away-go'],
  ['contexts', 'contexts-go'],
  ['page', 'page-line-down'],
])('on the page %s, keys that were free may be given to %s', (context, id) => {
  for (const key of ['y', 'Y', 'M', 'S', '|', 'g', 'G', 'Home', 'End', 'b', 'PageUp', 'PageDown', 'Space']) {
    const isFree = !before.some(
      (each) => (each.context === context || each.context === 'everywhere') && each.keys.includes(key),
    );
    // Those of a description are not free on any page of text.
    const isDescribed =
      context === 'page' && before.some((each) => each.context === 'describe' && each.keys.includes(key));
    if (!isFree || isDescribed) continue;
    const {table, problems} = remap(allCommands, written([{id, context, keys: [key]}]));
    expect(problems, key).toEqual([]);
    expect(nameOf(table, context, key, id), key).toBe(id);
  }
});
