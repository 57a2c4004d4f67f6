import {describe, expect, it} from 'vitest';
import {searchStatus} from '../../../source/kit/pane/pane-on-screen.ts';
import {cancelPrompt, recallPrompt} from '../../../source/kit/screen/prompts.ts';
import {
  addMarker,
  currentLine,
  lastWords,
  logged,
  noticeOf,
  pressed,
  reading,
  retype,
  rowsOf,
  typed,
  viewOf,
  workedOut,
  write,
} from '../../kit/screen/reading.ts';
import type {ScreenOptions, ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

it('* adds patterns, and removes one that is typed again', async () => {
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

it('pasted text that is too large for a pattern is refused: by * and & at Enter, by / while it is typed', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  const text = 'a'.repeat(40_000);
  await typed(screen, '*', text);
  expect(screen.controller.state.prompt?.problem).toBe('this pattern is too large');
  cancelPrompt(screen.controller);
  await typed(screen, '&', text);
  expect(screen.controller.state.prompt?.problem).toBe('this pattern is too large');
  cancelPrompt(screen.controller);
  await typed(screen, '/', text);
  screen.press('n');
  expect(noticeOf(screen)).toBe('stopped: this pattern is too large');
  expect(viewOf(screen)).toMatchObject({highlights: [], filters: []});
  expect(rowsOf(screen)).not.toEqual([]);
});

it('* recalls searches, too', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  await typed(screen, '/', 'one');
  screen.press('*');
  expect(recallPrompt(screen.controller, 1)).toBe(true);
  expect(screen.controller.state.prompt).toMatchObject({kind: 'highlight', text: 'one'});
});

it('the arrows recall what begins with the typed text, also after more is typed', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step one')]);
  const {controller} = screen;
  for (const pattern of ['refused', 'reset', 'timeout']) controller.services.histories.patterns.add(pattern);
  const text = () => controller.state.prompt?.text;
  screen.pressTogether('/', 'r', 'e');
  recallPrompt(controller, 1);
  expect(text()).toBe('reset');
  recallPrompt(controller, 1);
  expect(text()).toBe('refused');
  expect(recallPrompt(controller, 1)).toBe(false);
  recallPrompt(controller, -1);
  recallPrompt(controller, -1);
  expect(text()).toBe('re');
  // As in a shell.
  screen.press('^R');
  expect(text()).toBe('reset');
  retype(screen, 't');
  recallPrompt(controller, 1);
  expect(text()).toBe('timeout');
});

describe('keys that go to matches, errors and runs', () => {
  const log = [
    logged(1, 'INFO', 'step one'),
    logged(2, 'ERROR', 'broken two'),
    '  goes on two',
    logged(3, 'INFO', 'step three'),
    logged(4, 'ERROR', 'broken four'),
    logged(5, 'INFO', 'step five'),
  ];

  describe('n and N', () => {
    it('go only to matches that the filters leave, and say so where they leave none', async () => {
      await using screen = await reading(log);
      await typed(screen, '/', 'broken');
      await typed(screen, '&', '!two');
      await pressed(screen, 'n', 'n', 'N');
      expect(currentLine(screen)).toContain('four');
      await typed(screen, '&', '!broken');
      screen.press('n');
      expect(noticeOf(screen)).toBe('none of the lines shown matches broken');
    });

    it('open a folded row in which the match is', async () => {
      await using screen = await reading([1, 2, 3].map((at) => logged(at, 'INFO', `read ${at} rows`)));
      await pressed(screen, 'f', 'g');
      await typed(screen, '/', 'read 2');
      expect(currentLine(screen)).toContain('read 2 rows');
      expect(rowsOf(screen)).toHaveLength(4);
    });

    it('say nothing final while lines are still to be searched', async () => {
      await using screen = await reading(log);
      screen.pressTogether('/', 'n', 'o', 'n', 'e', 'Enter', 'n');
      expect(noticeOf(screen)).toBe('searching');
      await workedOut(screen);
      expect(noticeOf(screen)).toBe('no line matches none');
    });

    it('say that a pattern was stopped', async () => {
      await using screen = await reading([`b${'a'.repeat(40)}`]);
      await typed(screen, '/', '(a+)+b');
      screen.press('n');
      expect(noticeOf(screen)).toBe('stopped: this pattern takes too long');
    });

    it('reach the matches that a pattern found before it was stopped', async () => {
      await using screen = await reading([
        ...['found aab', 'other', 'found ab', 'other', `b${'a'.repeat(40)}`].map((text, at) =>
          logged(at, 'INFO', text),
        ),
        logged(9, 'INFO', 'never reached ab'),
      ]);
      await typed(screen, '/', '(a+)+b');
      expect(screen.controller.pane?.model.searching?.pattern.isStopped).toBe(true);
      screen.press('g', 'n');
      expect(currentLine(screen)).toContain('found aab');
      screen.press('n');
      expect(currentLine(screen)).toContain('found ab');
      screen.press('N');
      expect(currentLine(screen)).toContain('found aab');
      screen.press('N');
      expect(currentLine(screen)).toContain('found ab');
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
      expect(noticeOf(screen)).toBe('no run or marker before this line');
      screen.press('}');
      expect(currentLine(screen)).toContain('stopped -> provisioning');
      screen.press('}');
      expect(noticeOf(screen)).toBe('no run or marker after this line');
    });

    it('stop at every marker that the log shows', async () => {
      await using screen = await reading(log.slice(0, 2));
      await addMarker(screen);
      await cutOnce(screen);
      await write(screen, logged(7, 'INFO', 'step seven'));
      screen.press('G', '{');
      expect(currentMarker(screen)).toBe('reconnected');
      screen.press('{');
      expect(currentMarker(screen)).toBe('renamed');
      screen.press('}');
      expect(currentMarker(screen)).toBe('reconnected');
    });

    it('stop at the first line shown of a run whose start is hidden', async () => {
      await using screen = await reading([], twoRuns);
      await screen.untilLine('orders', 'initializing -> running');
      await typed(screen, '&', 'initializing ->');
      screen.press('g', '}');
      expect(currentLine(screen)).toContain('initializing -> running');
      // Two lines, and the row of the second start.
      expect(lastWords(screen)).toHaveLength(3);
    });
  });
});

describe('a search of the words of markers', () => {
  it('finds them among the lines, counts and highlights them, and n and N go to them', async () => {
    await using screen = await reading([logged(1, 'INFO', 'lost one')]);
    await cutOnce(screen);
    await write(screen, logged(2, 'INFO', 'step two'), logged(3, 'INFO', 'lost three'));
    await typed(screen, '/', 'lost');
    const at = () => screen.controller.paneOnScreen && searchStatus(screen.controller.paneOnScreen);
    expect(at()).toMatchObject({matches: 3, rank: 3, complete: true});
    screen.press('N');
    expect(currentMarker(screen)).toBe('reconnected');
    expect(at()).toMatchObject({matches: 3, rank: 2});
    screen.press('N');
    expect(currentLine(screen)).toContain('lost one');
    screen.press('n', 'n');
    expect(currentLine(screen)).toContain('lost three');
    await typed(screen, '/', '^connection lost .* 0 entries lost$');
    expect(at()).toMatchObject({matches: 1, rank: 1});
  });

  it('finds what a marker says after it was corrected', async () => {
    await using screen = await reading([logged(1, 'INFO', 'step one')]);
    await cutOnce(screen);
    await typed(screen, '/', '2 times');
    screen.press('n');
    expect(noticeOf(screen)).toBe('no line matches 2 times');
    await write(screen, logged(2, 'INFO', 'step two'));
    await cutOnce(screen);
    // A correction adds no entry: only the match tells that it was searched.
    const matches = () => screen.controller.paneOnScreen && searchStatus(screen.controller.paneOnScreen)?.matches;
    await screen.until(() => matches() === 1, 'the match');
    screen.press('n');
    expect(currentMarker(screen)).toBe('reconnected');
  });
});

/** The connection ends, and is there again. */
async function cutOnce(screen: ScreenUnderTest): Promise<void> {
  const events = () => screen.logs.get('orders')?.buffer.version ?? 0;
  const before = events();
  screen.server.cutConnections({name: 'orders'});
  await screen.until(() => events() > before, 'the marker');
  await screen.untilConnected('orders');
}

function currentMarker(screen: ScreenUnderTest): string | undefined {
  const {position} = viewOf(screen);
  const {buffer} = screen.controller.pane?.model.source ?? {};
  return position.kind === 'follow' ? undefined : buffer?.markerAt(position.current)?.kind;
}

describe('the prompt of /', () => {
  const log = ['one', 'two', 'three', 'four'].map((word, at) => logged(at, 'INFO', `step ${word}`));

  it('searches from where it began, whatever is typed and deleted', async () => {
    await using screen = await reading(log);
    screen.press('g');
    screen.pressTogether('/', 'f', 'o', 'u');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('four');
    retype(screen, 't');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('Fresh start');
    retype(screen, 'step t');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('two');
    retype(screen, '');
    expect(currentLine(screen)).toContain('Fresh start');
    expect(viewOf(screen).search).toBeUndefined();
  });

  it('goes to the first match where there is none below', async () => {
    await using screen = await reading(log);
    screen.press('k');
    await typed(screen, '/', 'one');
    expect(currentLine(screen)).toContain('one');
  });

  it('Esc before anything is found goes nowhere, then or later', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'one');
    screen.press('G');
    screen.pressTogether('/', 't', 'w', 'o');
    cancelPrompt(screen.controller);
    await screen.clock.advance(100);
    await workedOut(screen);
    expect(viewOf(screen)).toMatchObject({search: 'one', position: {kind: 'follow'}});
  });

  it('Enter before anything is found goes there once it is', async () => {
    await using screen = await reading(log);
    screen.pressTogether('/', 't', 'w', 'o', 'Enter');
    expect(viewOf(screen).position.kind).toBe('follow');
    await screen.until(() => viewOf(screen).position.kind === 'anchored', 'the jump');
    expect(currentLine(screen)).toContain('two');
  });

  it('Enter alone goes to the next match of the last search, as in less, also of another tab or start', async () => {
    await using screen = await reading(log);
    screen.press('g');
    screen.pressTogether('/', 'Enter');
    expect(screen.controller.state.prompt?.problem).toBe('there is no earlier search: type what to find');
    screen.press('Esc');
    await typed(screen, '/', 't');
    expect(currentLine(screen)).toContain('Fresh start');
    await typed(screen, '/', '');
    expect(currentLine(screen)).toContain('one');
    await typed(screen, '/', '');
    expect(currentLine(screen)).toContain('two');
    await pressed(screen, 'Esc');
    expect(viewOf(screen).search).toBeUndefined();
    await typed(screen, '/', '');
    expect(viewOf(screen).search).toBe('t');
    expect(currentLine(screen)).toContain('two');
  });

  it('a user who has moved meanwhile is not moved', async () => {
    await using screen = await reading(log);
    screen.pressTogether('/', 't', 'w', 'o', 'Enter', 'g');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('Fresh start');
  });

  it('pins the tab, and stores only searches that ended with Enter', async () => {
    await using screen = await reading(log, {});
    screen.pressTogether('/', 'n', 'o');
    cancelPrompt(screen.controller);
    await typed(screen, '/', 'two');
    await typed(screen, '/', 'three');
    expect(screen.controller.services.histories.patterns.entries).toEqual(['three', 'two']);
    screen.press('/');
    expect(recallPrompt(screen.controller, 1)).toBe(true);
    expect(recallPrompt(screen.controller, 1)).toBe(true);
    expect(screen.controller.state.prompt?.text).toBe('two');
    await workedOut(screen);
    expect(currentLine(screen)).toContain('two');
    expect(recallPrompt(screen.controller, 1)).toBe(false);
  });
});
