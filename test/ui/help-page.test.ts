import {describe, expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {allCommands, commandGroups, keysShown} from '../../source/ui/commands.ts';
import {helpPage} from '../../source/ui/help-page.ts';

const widths = [40, 53, 80, 99, 100, 101, 149, 150, 250];

describe.each(widths)('at %i columns', (width) => {
  const rows = helpPage(width, true);

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

it('columns share the rows', () => {
  const rows = helpPage(80, true).length;
  expect(helpPage(120, true).length).toBeLessThan(rows * 0.6);
  expect(helpPage(200, true).length).toBeLessThan(rows * 0.42);
});

it('has arrows as words where there are none: < and > are keys', () => {
  const text = helpPage(80, false)
    .map((row) => row.text)
    .join('\n');
  expect(text).not.toMatch(/[↑↓←→]/);
  expect(text).toContain('  Left           half a screen to the left');
  expect(text).toContain('  Down j         a line down');
});
