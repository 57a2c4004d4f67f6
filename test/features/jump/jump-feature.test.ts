import {expect, test} from 'vitest';
import {currentLine, noticeOf} from '../../kit/screen/reading.ts';
import {ScreenUnderTest, withFailures} from '../../kit/screen/screen-under-test.ts';

test.each(['e', 'E'])('%s waits for the catch-up before it says that there are no errors', async (key) => {
  await using screen = await ScreenUnderTest.open({scenario: withFailures, names: ['fraud', 'billing']});
  screen.connect();
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  screen.controller.dispatch({type: 'focus', side: 'log'});
  expect(screen.logs.get('fraud')?.buffer.lineCount).toBe(0);
  screen.press(key);
  expect(noticeOf(screen)).toMatch(/^looking for errors/);
  await screen.until(() => screen.controller.state.notice === undefined, 'the end of the wait');
  expect(currentLine(screen)).toContain('ERROR');
});
