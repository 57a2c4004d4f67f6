import {describe, expect, it} from 'vitest';
import {currentLine, lastWords, logged, noticeOf, pressed, reading, typed, viewOf, workedOut} from './reading.ts';
import type {ScreenOptions} from './screen-under-test.ts';

const log = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'ERROR', 'broken two'),
  '  goes on two',
  logged(3, 'INFO', 'step three'),
  logged(4, 'ERROR', 'broken four'),
  logged(5, 'INFO', 'step five'),
];

describe('n and N', () => {
  it('go only to hits that the filters leave, and say so where they leave none', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'broken');
    await typed(screen, '&', '!two');
    await pressed(screen, 'n', 'n', 'N');
    expect(currentLine(screen)).toContain('four');
    await typed(screen, '&', '!broken');
    screen.press('n');
    expect(noticeOf(screen)).toBe('none of the lines shown matches broken');
  });

  it('claim nothing of lines that were not looked at yet', async () => {
    await using screen = await reading(log);
    screen.pressTogether('/', 'n', 'o', 'n', 'e', 'Enter', 'n');
    expect(noticeOf(screen)).toBe('nothing found so far');
    await workedOut(screen);
    screen.press('n');
    expect(noticeOf(screen)).toBe('no line matches none');
  });

  it('say that a pattern was stopped', async () => {
    await using screen = await reading([`b${'a'.repeat(40)}`]);
    await typed(screen, '/', '(a+)+b');
    screen.press('n');
    expect(noticeOf(screen)).toBe('stopped: this pattern takes too long');
  });
});

describe('e and E', () => {
  it('go from error to error, and say where there is none', async () => {
    await using screen = await reading(log);
    screen.press('e');
    expect(currentLine(screen)).toContain('broken four');
    screen.press('E');
    expect(currentLine(screen)).toContain('broken two');
    screen.press('E');
    expect(noticeOf(screen)).toBe('no error before this line');
    screen.press('e', 'e');
    expect(noticeOf(screen)).toBe('no error after this line');
  });

  it('from inside an error record go to the next and the one before, not to its own head', async () => {
    await using screen = await reading(log);
    screen.press('k', 'k', 'k');
    expect(currentLine(screen)).toBe('  goes on two');
    screen.press('E');
    expect(noticeOf(screen)).toBe('no error before this line');
    screen.press('e');
    expect(currentLine(screen)).toContain('broken four');
  });

  it('while following go to the newest error, be it the last record', async () => {
    await using screen = await reading(log.slice(0, 3));
    screen.press('e');
    expect(currentLine(screen)).toContain('broken two');
    screen.press('G', 'E');
    expect(currentLine(screen)).toContain('broken two');
  });

  it('say that a filter hides all of them', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '!broken');
    screen.press('e');
    expect(noticeOf(screen)).toBe('no error is shown: filters hide 2');
    await typed(screen, '&', 'nowhere');
    screen.press('E');
    expect(noticeOf(screen)).toBe('no error is shown: filters hide 2');
  });

  it('pass over errors that a filter hides', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', '!four');
    screen.press('E');
    expect(currentLine(screen)).toContain('broken two');
  });

  it('say that there are none at all', async () => {
    await using screen = await reading([logged(1, 'INFO', 'step one')]);
    screen.press('e');
    expect(noticeOf(screen)).toBe('no errors');
    expect(viewOf(screen).position.kind).toBe('follow');
  });
});

describe('{ and }', () => {
  const twoRuns: ScreenOptions = {
    scenario: (server) => {
      const orders = server.addPipeline('orders');
      orders.start();
      orders.stop();
      orders.start();
    },
  };

  it('go from run to run, and say where there is no other', async () => {
    await using screen = await reading([], twoRuns);
    await screen.untilLine('orders', 'initializing -> running');
    await workedOut(screen);
    screen.press('{');
    expect(currentLine(screen)).toContain('stopped -> provisioning');
    screen.press('{', '{');
    expect(noticeOf(screen)).toBe('no run, gap or restart before this line');
    screen.press('}');
    expect(currentLine(screen)).toContain('stopped -> provisioning');
    screen.press('}');
    expect(noticeOf(screen)).toBe('no run, gap or restart after this line');
  });

  it('stop at the first line shown of a run whose start is hidden', async () => {
    await using screen = await reading([], twoRuns);
    await screen.untilLine('orders', 'initializing -> running');
    await typed(screen, '&', 'initializing ->');
    screen.press('g', '}');
    expect(currentLine(screen)).toContain('initializing -> running');
    expect(lastWords(screen)).toHaveLength(2);
  });
});
