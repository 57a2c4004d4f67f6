import {describe, expect, it} from 'vitest';
import {helpText, optionRows} from '../../source/settings/help-text.ts';
import {type CommandName, commandWords, type Option, options} from '../../source/settings/option-table.ts';

const commands: readonly CommandName[] = ['screen', ...commandWords];

it('names a variable only to the commands that read it', () => {
  expect(helpText('screen')).toMatch(/--level .*\(variable PIPETAIL_LEVEL\)$/m);
  expect(helpText('logs')).toMatch(/--level .* or error$/m);
  expect(helpText('screen')).toMatch(/--record .*\(variable PIPETAIL_RECORD\)$/m);
  expect(helpText('logs')).not.toContain('PIPETAIL_RECORD)');
});

describe.each(commands)('help of %s', (command) => {
  it('lists every option of the command, and no other', () => {
    const text = helpText(command);
    for (const option of options as readonly Option[]) {
      const row = new RegExp(`^  (-\\w, )?--${option.flag}( |$)`, 'm');
      expect(row.test(text), option.flag).toBe(option.commands.includes(command));
    }
  });

  it('names variables, defaults and exit codes', () => {
    const text = helpText(command);
    for (const option of options as readonly Option[]) {
      if (!option.commands.includes(command)) continue;
      expect(text).toContain(option.help);
      if (option.variable !== undefined) expect(text).toContain(`variable ${option.variable}`);
      if (option.fallback !== undefined) expect(text).toContain(`default ${option.fallback}`);
    }
    expect(text).toMatch(
      command === 'demo'
        ? /Exit codes: 0 done or interrupted, 1 failure, 2 wrong usage \(/
        : /Exit codes: 0 done, 1 failure, 2 wrong usage, (3 --exit-on matched, )?130 interrupted/,
    );
  });

  it.each([72, 80, 100])('fits into %i cells with the same text', (width) => {
    const rows = helpText(command, width).split('\n');
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(width);
    const inWords = (text: string) => text.split(/\s+/);
    expect(inWords(rows.join('\n'))).toEqual(inWords(helpText(command)));
    expect(rows.filter((row) => /^ {3,26}\S/.test(row))).toEqual([]);
  });

  it('is not wrapped without a terminal, or in a very narrow one', () => {
    expect(helpText(command, 40)).toBe(helpText(command));
  });

  it('keeps its two columns apart and ends in a newline', () => {
    for (const {left} of optionRows(command)) expect(left.length).toBeLessThanOrEqual(24);
    expect(helpText(command)).toMatch(/[^\n]\n$/);
  });
});
