import {describe, expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {allCommands, commandGroups, keysShown} from '../../source/ui/commands.ts';
import {helpPage} from '../../source/ui/help-page.ts';

const widths = [40, 53, 80, 99, 100, 101, 159, 250];

describe.each(widths)('at %i columns', (width) => {
  const rows = helpPage(width);

  it('no row is wider', () => {
    for (const row of rows) expect(textWidth(row.text)).toBeLessThanOrEqual(width);
  });

  it('every command is there, with its keys and its help', () => {
    // Wrapped help goes on in the next row of its column: words are looked for in one stream a column.
    const half = Math.floor(width / 2);
    const columns =
      width < 100
        ? [rows.map((row) => row.text)]
        : [rows.map((row) => row.text.slice(0, half)), rows.map((row) => row.text.slice(half))];
    const streams = columns.map((column) => column.join(' ').replaceAll(/\s+/g, ' '));
    for (const command of allCommands) {
      const entry = `${keysShown(command)} ${command.help}`;
      expect(
        streams.some((stream) => stream.includes(entry)),
        entry,
      ).toBe(true);
    }
  });

  it('every group has its heading once', () => {
    const all = rows.map((row) => row.text).join('\n');
    for (const {group} of commandGroups()) expect(all.split(` ${group}`).length, group).toBeGreaterThanOrEqual(2);
  });
});

it('keys and help stand apart', () => {
  for (const command of allCommands) expect(textWidth(keysShown(command))).toBeLessThan(15);
});

it('two columns take about half the rows', () => {
  expect(helpPage(160).length).toBeLessThan(helpPage(80).length * 0.65);
});
