import {describe, expect, it} from 'vitest';
import {textWidth} from '../../../source/terminal/width.ts';
import {footerText, keyRow} from '../../../source/ui/components/footer.tsx';
import {allCommands, keysShown} from '../../../source/ui/keys/commands.ts';

const panes = ['sidebar', 'log', 'page'] as const;

describe.each(panes)('in the %s', (pane) => {
  it('is never wider than the screen', () => {
    for (let width = 40; width <= 250; width++) {
      expect(textWidth(footerText(allCommands, pane, {width: width, isUtf8: true}).text)).toBeLessThanOrEqual(width);
    }
  });

  it('shows, where there is room, every hint that holds there, with the first key of its command', () => {
    const {text} = footerText(allCommands, pane, {width: 500, isUtf8: true});
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
    expect(footerText(allCommands, pane, {width: 500, isUtf8: true}).runs.filter((run) => run.style.bold)).toHaveLength(
      hinted.length,
    );
  });
});

it.each(['sidebar', 'log'] as const)('the help comes first in the %s, at every width', (pane) => {
  for (let width = 40; width <= 250; width++)
    expect(footerText(allCommands, pane, {width: width, isUtf8: true}).text).toMatch(/^ \? help/);
});

it('says how to leave a page', () => {
  expect(footerText(allCommands, 'page', {width: 40, isUtf8: true}).text).toContain(' Esc close');
});

it.each([
  ['sidebar', ' ? help Enter keep / find Tab side q quit d describe o sort'],
  ['log', ' ? help Tab side / search & filter e error Enter detail y copy p pause q quit'],
  ['paused log', ' ? help Tab side / search & filter e error Enter detail y copy F follow q quit'],
  ['selecting', ' ? help y copy S save | pipe M Markdown Esc back'],
] as const)('the first keys of the %s all fit into 80 columns', (place, keys) => {
  expect(footerText(allCommands, place, {width: 80, isUtf8: true}).text.slice(0, keys.length)).toBe(keys);
});

it('says how much is copied of a selection', () => {
  const size = {width: 80, isUtf8: true};
  expect(footerText(allCommands, 'selecting', size, '12 records').text).toMatch(
    /^ \? help y copy 12 records S save \| pipe M Markdown Esc back/,
  );
});

it('has the keys of a description before those of every page', () => {
  expect(footerText(allCommands, 'describe', {width: 80, isUtf8: true}).text).toBe(
    ' Esc close y copy errors Y copy page M Markdown S save | pipe ↓ scroll PgDn page',
  );
});

it('leaves out what does not fit, not what follows it', () => {
  const keys = [
    ['Enter', 'save'],
    ['Tab', 'something else'],
    ['Esc', 'no'],
  ] as const;
  expect(keyRow(keys, {width: 20, isUtf8: true}).text).toBe(' Enter save Esc no');
  expect(keyRow(keys, {width: 37, isUtf8: true}).text).toBe(' Enter save Tab something else Esc no');
});

it('has arrows as words where there are none', () => {
  expect(footerText(allCommands, 'page', {width: 80, isUtf8: false}).text).toBe(' Down scroll PgDn page Esc close');
});
