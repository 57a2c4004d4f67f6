import {describe, expect, it} from 'vitest';
import {textWidth} from '../../../source/terminal/width.ts';
import {promptCommands} from '../../../source/ui/keys/command-table.ts';
import {allCommands, keyGroups, keysShown} from '../../../source/ui/keys/commands.ts';
import {remap} from '../../../source/ui/keys/remap-keys.ts';
import {helpPage} from '../../../source/ui/pages/help.ts';

const help = (width: number, isUtf8 = true) => helpPage({table: allCommands, width, isUtf8});

const widths = [40, 53, 80, 99, 100, 101, 149, 150, 250];

describe.each(widths)('at %i columns', (width) => {
  const rows = help(width);

  it('no row is wider', () => {
    for (const row of rows) expect(textWidth(row.text)).toBeLessThanOrEqual(width);
  });

  it('every command is there, with its keys and its help', () => {
    // Wrapped help goes on in the next row of its column: words are looked for in one stream a column.
    const columns = Math.max(1, Math.min(3, Math.floor(width / 50)));
    const cells = Math.floor(width / columns);
    const texts = Array.from({length: columns}, (_, column) =>
      rows.map((row) => row.text.slice(column * cells, (column + 1) * cells)),
    );
    const streams = texts.map((column) => column.join(' ').replaceAll(/\s+/g, ' '));
    for (const command of [...allCommands, ...promptCommands]) {
      const entry = `${keysShown(command)} ${command.help}`;
      expect(
        streams.some((stream) => stream.includes(entry)),
        entry,
      ).toBe(true);
    }
  });

  it('every group has its heading once', () => {
    const all = rows.map((row) => row.text).join('\n');
    for (const {group} of keyGroups()) expect(all.split(` ${group}`).length, group).toBeGreaterThanOrEqual(2);
  });
});

it('keys and help stand apart', () => {
  for (const command of [...allCommands, ...promptCommands]) expect(textWidth(keysShown(command))).toBeLessThan(15);
});

it('columns share the rows', () => {
  const rows = help(80).length;
  expect(help(120).length).toBeLessThan(rows * 0.6);
  expect(help(200).length).toBeLessThan(rows * 0.42);
});

it('has arrows as words where there are none: < and > are keys', () => {
  const text = help(80, false)
    .map((row) => row.text)
    .join('\n');
  expect(text).not.toMatch(/[↑↓←→]/);
  expect(text).toContain('  Left           half a screen to the left');
  expect(text).toContain('  Down j         a line down');
});

describe('keys of the user', () => {
  const {table} = remap(allCommands, [
    {command: 'reconnect', keys: ['^R', 'B'], where: ''},
    {command: 'tab-number', keys: ['!', '"', '%', '(', ')', '^A', '^B', '^E'], where: ''},
    {command: 'describe', keys: ['d'], where: ''},
  ]);
  const rows = helpPage({table, width: 80, isUtf8: true});
  const texts = rows.map((row) => row.text.trimEnd());

  it('are shown, with the ones that the command comes with', () => {
    const at = texts.indexOf('  ^R B           reconnect now');
    expect(texts[at + 1]).toBe(`${' '.repeat(17)}default: r`);
    expect(rows[at + 1]?.runs.some(({style}) => style.dim)).toBe(true);
  });

  it('that are what they were are not marked', () => {
    const at = texts.findIndex((text) => text.startsWith('  d '));
    expect(texts[at + 1]).not.toContain('default');
  });

  it('that need more room than the others have a row of their own', () => {
    const at = texts.indexOf('  ! " % ( ) ^A ^B ^E');
    expect(texts.slice(at + 1, at + 3).map((text) => text.trim())).toEqual(['go to that tab', 'default: 1–9']);
  });
});
