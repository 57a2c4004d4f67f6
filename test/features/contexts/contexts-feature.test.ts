import {describe, expect, it} from 'vitest';
import {contextRows} from '../../../source/features/contexts/contexts-feature.ts';
import type {Contexts} from '../../../source/kit/screen/services.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {allRows} from '../../kit/pages/all-rows.ts';
import {logged, noticeOf, reading} from '../../kit/screen/reading.ts';

const log = [logged(1, 'INFO', 'step one')];

/** Three contexts, on the second; `asked`: where the user wanted to go. */
function threeContexts(problem?: string): Contexts & {readonly asked: string[]} {
  const asked: string[] = [];
  return {
    all: ['local', 'staging', 'prod'].map((name) => ({name, host: `https://${name}.example.com`, color: undefined})),
    current: 'staging',
    file: 'config.toml',
    asked,
    switchTo(name) {
      asked.push(name);
      return Promise.resolve(problem);
    },
  };
}

it('C opens the list on the current context; Enter goes to the one under the cursor', async () => {
  const contexts = threeContexts();
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C');
  expect(screen.controller.state.page).toMatchObject({kind: 'contexts', cursor: 1});
  screen.press('j', 'j', 'Enter');
  expect(contexts.asked).toEqual(['prod']);
  expect(noticeOf(screen)).toBe('switching to prod');
  screen.press('k', 'k', 'k', 'Enter');
  expect(contexts.asked).toEqual(['prod', 'local']);
});

it.each(['C', 'Esc', 'q'])('%s closes the list', async (key) => {
  await using screen = await reading(log, {services: {contexts: threeContexts()}});
  screen.press('C', key);
  expect(screen.controller.state).toMatchObject({page: undefined, pendingConfirmation: undefined});
});

it('says why it cannot switch, and stays', async () => {
  const contexts = threeContexts('the variable PROD_KEY is not set');
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C', 'j', 'Enter');
  await screen.until(() => noticeOf(screen) === 'the variable PROD_KEY is not set', 'the notice');
  expect(screen.controller.state.page?.kind).toBe('contexts');
});

it('Enter on the current context closes the list', async () => {
  const contexts = threeContexts();
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C', 'Enter');
  expect(contexts.asked).toEqual([]);
  expect(screen.controller.state.page).toBeUndefined();
});

it('without contexts Enter closes the page that says how to make one', async () => {
  await using screen = await reading(log);
  screen.press('C', 'j', 'k');
  expect(screen.controller.state.page).toMatchObject({kind: 'contexts'});
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
});

const contexts: Contexts = {
  all: [
    {name: 'local', host: 'http://localhost:8080', color: undefined},
    {name: 'production', host: 'https://feldera.example.com', color: 1},
  ],
  current: 'production',
  file: '~/.config/pipetail/config.toml',
  switchTo: () => Promise.resolve(undefined),
};
const page = (change: Partial<Parameters<typeof contextRows>[0]> = {}) =>
  allRows(contextRows({contexts, cursor: 0, width: 80, symbols: symbolsFor(true), ...change}));
const texts = (...given: Parameters<typeof page>) => page(...given).map((row) => row.text.trimEnd());

it('has a row for each context: name, host, and which is current', () => {
  expect(texts()).toEqual([
    ' Contexts',
    '',
    ' ▸    local       http://localhost:8080',
    '      production  https://feldera.example.com  current',
  ]);
  expect(texts({cursor: 1})[3]).toMatch(/^ ▸ /);
});

it('shortens names and hosts rather than leave out which is current', () => {
  const name = 'a-name-of-more-than-twenty-four-letters';
  const host = `https://${'long.'.repeat(20)}example.com`;
  const [, , row] = texts({contexts: {...contexts, all: [{name, host, color: undefined}], current: name}});
  expect(row).toMatch(/^ ▸ {4}a-name-of-mo…[\w-]{11} {2}https:\/\/long\.[\w.]*… {2}current$/);
  expect(textWidth(row ?? '')).toBe(80);
});

it('tells long names apart', () => {
  const all = ['1', '2'].map((end) => ({name: `production-cluster-europe-west-${end}`, host: 'h', color: undefined}));
  const [, , one = '', other = ''] = texts({contexts: {...contexts, all, current: undefined}});
  expect(one).toMatch(/ production-c…rope-west-1 /);
  expect(other).toMatch(/ production-c…rope-west-2 /);
});

it('shows the colour, where there is one', () => {
  const colours = page().map((row) => row.runs.flatMap(({style}) => style.bg ?? []));
  expect(colours).toEqual([[], [], [], [1]]);
});

describe('without contexts', () => {
  it('says how to make one, and where', () => {
    const text = texts({contexts: {...contexts, all: []}}).join('\n');
    expect(text).toContain('A context in ~/.config/pipetail/config.toml names');
    expect(text).toContain('[contexts.prod]');
    expect(text).toContain('pipetail config init');
  });
});

it('is no wider than the screen, and cannot write on it', () => {
  const hostile = {name: `a\u001b[2J${'長'.repeat(40)}`, host: `http://x\u001b]0;t\u0007${'y'.repeat(200)}`, color: 2};
  for (const width of [40, 53, 80, 200]) {
    for (const all of [[], [hostile, ...contexts.all]]) {
      for (const row of page({width, contexts: {...contexts, all}})) {
        expect(textWidth(row.text)).toBeLessThanOrEqual(width);
        expect(row.text).not.toMatch(/\p{Cc}/u);
      }
    }
  }
});
