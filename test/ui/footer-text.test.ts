import {describe, expect, it} from 'vitest';
import {textWidth} from '../../source/terminal/width.ts';
import {allCommands, keysShown} from '../../source/ui/commands.ts';
import {footerText} from '../../source/ui/footer-text.ts';

const panes = ['sidebar', 'log', 'page'] as const;

describe.each(panes)('in the %s', (pane) => {
  it('is never wider than the screen', () => {
    for (let width = 40; width <= 250; width++) {
      expect(textWidth(footerText(pane, width).text)).toBeLessThanOrEqual(width);
    }
  });

  it('shows, where there is room, every hint that holds there, with the first key of its command', () => {
    const {text} = footerText(pane, 500);
    for (const command of allCommands) {
      const holds = command.context === pane || (command.context === 'everywhere' && pane !== 'page');
      if (command.hint === undefined || !holds) continue;
      expect(text).toContain(` ${keysShown({...command, keys: command.keys.slice(0, 1)})} ${command.hint}`);
    }
  });

  it('shows nothing else', () => {
    const holding = allCommands.filter(
      (command) => command.context === pane || (command.context === 'everywhere' && pane !== 'page'),
    );
    const hinted = holding.filter((command) => command.hint !== undefined);
    // Each entry is two runs, the key in bold.
    expect(footerText(pane, 500).runs.filter((run) => run.style.bold)).toHaveLength(hinted.length);
  });
});

it.each(['sidebar', 'log'] as const)('the help comes first in the %s, at every width', (pane) => {
  for (let width = 40; width <= 250; width++) expect(footerText(pane, width).text).toMatch(/^ \? help/);
});

it('says how to leave a page', () => {
  expect(footerText('page', 40).text).toContain(' Esc close');
});
