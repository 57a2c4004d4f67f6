import {expect, it} from 'vitest';
import {recallPrompt} from '../../source/ui/prompt-actions.ts';
import {lastWords, logged, reading, typed, viewOf} from './reading.ts';

it('* adds patterns, and takes away the one that is typed again', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  await typed(screen, '*', 'one');
  await typed(screen, '*', 'st.p');
  expect(viewOf(screen).highlights).toEqual(['one', 'st.p']);
  expect(screen.controller.pane?.model.highlights.map(({source}) => source)).toEqual(['one', 'st.p']);
  expect(lastWords(screen)).toHaveLength(2);
  await typed(screen, '*', 'one');
  expect(viewOf(screen).highlights).toEqual(['st.p']);
  await typed(screen, '*', '');
  expect(viewOf(screen).highlights).toEqual(['st.p']);
});

it('* shares what was typed with the search', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  await typed(screen, '/', 'one');
  screen.press('*');
  expect(recallPrompt(screen.controller, 1)).toBe(true);
  expect(screen.controller.state.prompt).toMatchObject({kind: 'highlight', text: 'one'});
});
