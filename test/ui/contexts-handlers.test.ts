import {expect, it} from 'vitest';
import type {Contexts} from '../../source/ui/services.ts';
import {logged, noticeOf, reading} from './reading.ts';

const log = [logged(1, 'INFO', 'step one')];

/** Three contexts, on the second; `asked`: where the user wanted to go. */
function threeContexts(problem?: string): Contexts & {readonly asked: string[]} {
  const asked: string[] = [];
  return {
    all: ['local', 'staging', 'prod'].map((name) => ({name, host: `https://${name}.example.com`, color: undefined})),
    inForce: 'staging',
    file: 'config.toml',
    asked,
    switchTo(name) {
      asked.push(name);
      return Promise.resolve(problem);
    },
  };
}

it('C opens the list on the context in force; Enter goes to the one under the cursor', async () => {
  const contexts = threeContexts();
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C');
  expect(screen.controller.state.page).toMatchObject({kind: 'contexts', cursor: 1});
  screen.press('j', 'j', 'Enter');
  expect(contexts.asked).toEqual(['prod']);
  expect(noticeOf(screen)).toBe('going to prod');
  screen.press('k', 'k', 'k', 'Enter');
  expect(contexts.asked).toEqual(['prod', 'local']);
});

it.each(['C', 'Esc', 'q'])('%s closes the list', async (key) => {
  await using screen = await reading(log, {services: {contexts: threeContexts()}});
  screen.press('C', key);
  expect(screen.controller.state).toMatchObject({page: undefined, leaving: undefined});
});

it('says why it cannot go there, and stays', async () => {
  const contexts = threeContexts('the variable PROD_KEY is not set');
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C', 'j', 'Enter');
  await screen.until(() => noticeOf(screen) === 'the variable PROD_KEY is not set', 'the notice');
  expect(screen.controller.state.page?.kind).toBe('contexts');
});

it('where one is already there is nothing to go to', async () => {
  const contexts = threeContexts();
  await using screen = await reading(log, {services: {contexts}});
  screen.press('C', 'Enter');
  expect(contexts.asked).toEqual([]);
  expect(screen.controller.state.page).toBeUndefined();
});

it('without contexts Enter closes the page that says how to make one', async () => {
  await using screen = await reading(log);
  screen.press('C', 'j', 'k');
  expect(screen.controller.state.page).toMatchObject({kind: 'contexts', cursor: 0});
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
});
