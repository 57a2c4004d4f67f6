import {describe, expect, it, test} from 'vitest';
import {parsePlace} from '../../../source/features/place/place-feature.ts';
import {cancelPrompt, promptExample} from '../../../source/kit/screen/prompts.ts';
import {activeTab} from '../../../source/kit/state/view-state.ts';
import {
  addMarker,
  currentLine,
  logged,
  noticeOf,
  pressed,
  reading,
  retype,
  rowsOf,
  typed,
  viewOf,
  write,
} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const minutes = [0, 10, 20, 30].map((minute) => logged(minute * 60 + 1, 'INFO', `minute ${minute}`));

describe('T', () => {
  it('goes to the first record at or after a time', async () => {
    await using screen = await reading(minutes);
    await typed(screen, 'T', '2026-11-25 00:15');
    expect(currentLine(screen)).toContain('minute 20');
    expect(noticeOf(screen)).toBeUndefined();
  });

  describe('with -5m and +5m', () => {
    const hint = ({controller}: ScreenUnderTest) =>
      controller.state.prompt && promptExample(controller, controller.state.prompt);

    it('counts from the current line while paused, and says so', async () => {
      await using screen = await reading(minutes);
      screen.press('k');
      expect(currentLine(screen)).toContain('minute 20');
      screen.press('T');
      expect(hint(screen)).toBe('-5m, +5m from this line (00:20:01), 12:03, 2026-11-25 12:03');
      screen.press('-', '5', 'm', 'Enter');
      expect(currentLine(screen)).toContain('minute 20');
      await typed(screen, 'T', '-10m');
      expect(currentLine(screen)).toContain('minute 10');
      await typed(screen, 'T', '+11m');
      expect(currentLine(screen)).toContain('minute 30');
      await typed(screen, 'T', '+1s');
      expect(noticeOf(screen)).toBe('nothing at or after 2026-11-25 00:30:02 UTC: this is the end');
    });

    it('counts from a line without a time as from the one above it', async () => {
      await using screen = await reading([...minutes, 'no time']);
      await addMarker(screen);
      await pressed(screen, 'p');
      await typed(screen, 'T', '-10m');
      expect(currentLine(screen)).toContain('minute 20');
    });

    it('counts from now while following, and says so', async () => {
      await using screen = await reading(minutes);
      screen.press('T');
      expect(hint(screen)).toBe('-5m, -1h30m before now, 12:03, 2026-11-25 12:03');
      const seconds = Math.round((Date.UTC(2026, 10, 25, 0, 15) - screen.clock.wall()) / 1000);
      retype(screen, `+${seconds}s`);
      screen.press('Enter');
      expect(currentLine(screen)).toContain('minute 20');
    });

    it('names the line’s time as the pane shows times', async () => {
      await using screen = await reading(minutes, {offsetAt: () => 120});
      screen.press('t', 'k', 'T');
      expect(hint(screen)).toContain('this line (02:20:01)');
    });
  });

  it('past the last record goes to the end, and says so', async () => {
    await using screen = await reading(minutes);
    await typed(screen, 'T', '2026-11-26');
    expect(currentLine(screen)).toContain('minute 30');
    expect(noticeOf(screen)).toBe('nothing at or after 2026-11-26 00:00:00 UTC: this is the end');
  });

  it('before the first record goes to it, and says when the log begins', async () => {
    await using screen = await reading(minutes);
    await typed(screen, 'T', '2026-11-24');
    expect(viewOf(screen).position).toMatchObject({current: 0});
    expect(noticeOf(screen)).toBe('the oldest record kept is from 2026-11-25 00:00:00 UTC');
  });

  it('is typed and answered in local time where times are shown in it', async () => {
    await using screen = await reading(minutes, {offsetAt: () => 120});
    screen.press('t');
    await typed(screen, 'T', '2026-11-25 02:15');
    expect(currentLine(screen)).toContain('minute 20');
    await typed(screen, 'T', '2026-11-24');
    expect(noticeOf(screen)).toBe('the oldest record kept is from 2026-11-25 02:00:00');
    screen.press('t');
    await typed(screen, 'T', '2026-11-25 00:05');
    expect(currentLine(screen)).toContain('minute 10');
  });

  it('is typed in UTC where lines are shown as sent, whatever the others have', async () => {
    await using screen = await reading(minutes, {offsetAt: () => 120});
    screen.press('t', 'J');
    await typed(screen, 'T', '2026-11-25 00:15');
    expect(currentLine(screen)).toContain('minute 20');
  });

  it('stays open and says why what was typed is no time; an empty one goes nowhere', async () => {
    await using screen = await reading(minutes);
    await typed(screen, 'T', 'noon');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'time', text: 'noon'});
    expect(screen.controller.state.prompt?.problem).toMatch(/^not a time/);
    screen.controller.dispatch({type: 'prompt', prompt: undefined});
    await typed(screen, 'T', '');
    expect(viewOf(screen).position.kind).toBe('follow');
  });

  it('says of an empty log that there is nothing', async () => {
    await using screen = await reading([], {names: ['unknown']});
    await typed(screen, 'T', '2026-11-24');
    expect(noticeOf(screen)).toBe('nothing at or after 2026-11-24 00:00:00 UTC: this is the end');
  });
});

describe(':', () => {
  it.each([
    ['2', 'minute 0'],
    ['-2', 'minute 20'],
    ['$', 'minute 30'],
    ['50%', 'minute 10'],
    ['100%', 'minute 30'],
    ['999', 'minute 30'],
  ])('%s goes to %s', async (place, expected) => {
    await using screen = await reading(minutes);
    await typed(screen, ':', place);
    expect(currentLine(screen)).toContain(expected);
    expect(noticeOf(screen)).toBeUndefined();
  });

  it.each([
    ['50%', 'workers', false],
    ['$', 'workers', false],
    ['4', 'outputs', true],
  ])('%s inside a closed configuration opens it only for a number', async (place, line, isOpen) => {
    await using screen = await reading([
      'Pipeline configuration loaded successfully: {',
      '  "workers": 1,',
      '  "outputs": {}',
      '}',
    ]);
    await typed(screen, ':', place);
    expect(currentLine(screen)).toContain(isOpen ? line : 'Pipeline configuration loaded');
    expect(rowsOf(screen).some((row) => row.includes(line))).toBe(isOpen);
  });

  it.each(['q', 'q!', 'quit'])('says which key quits to one who types %s', async (text) => {
    await using screen = await reading(minutes);
    await typed(screen, ':', text);
    expect(screen.controller.state.prompt?.problem).toBe('not a line; after Esc, press q to quit');
  });

  it('stays open where what was typed is no place', async () => {
    await using screen = await reading(minutes);
    await typed(screen, ':', 'end');
    expect(screen.controller.state.prompt?.problem).toMatch(/^not a line/);
  });

  it('of a line that was dropped goes to the oldest held, and says its number', async () => {
    await using screen = await reading(minutes, {scrollbackBytes: 20_000});
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(2000 + at, 'INFO', `more ${at}`)));
    const {firstId} = screen.logs.get('orders')?.buffer ?? {firstId: 0};
    await typed(screen, ':', '1');
    expect(viewOf(screen).position).toMatchObject({current: firstId});
    expect(noticeOf(screen)).toBe(`the oldest line kept is ${firstId + 1}`);
  });

  it('says of an empty log that it is', async () => {
    await using screen = await reading([], {names: ['unknown']});
    await typed(screen, ':', '50%');
    expect(noticeOf(screen)).toBe('the log is empty');
  });
});

describe('moving and searching', () => {
  async function reading(lines: number): Promise<ScreenUnderTest> {
    const screen = await ScreenUnderTest.connected({names: ['orders']});
    for (let line = 1; line <= lines; line++) screen.server.pipeline('orders').write(`line ${line} of ${line % 10}`);
    await screen.untilLine('orders', `line ${lines} of`);
    return screen;
  }
  const position = (screen: ScreenUnderTest) => activeTab(screen.controller.state)?.pane.position;
  const currentText = (screen: ScreenUnderTest) => {
    const at = position(screen);
    const id = at?.kind === 'anchored' ? at.current : -1;
    return screen.logs.get('orders')?.buffer.lineAt(id)?.toString();
  };

  it('p stops the view but not the stream; p again follows', async () => {
    await using screen = await reading(100);
    screen.press('p');
    expect(position(screen)?.kind).toBe('anchored');
    screen.server.pipeline('orders').write('arrived while paused');
    await screen.untilLine('orders', 'arrived while paused');
    expect(currentText(screen)).toBe('line 100 of 0');
    screen.press('p');
    expect(position(screen)).toEqual({kind: 'follow'});
  });

  it('up unfollows; G and F follow again', async () => {
    await using screen = await reading(100);
    screen.press('k', 'k');
    expect(currentText(screen)).toBe('line 98 of 8');
    screen.press('G');
    expect(position(screen)?.kind).toBe('follow');
    screen.press('g');
    expect(position(screen)).toMatchObject({kind: 'anchored', current: 0});
    screen.press('F');
    expect(position(screen)?.kind).toBe('follow');
  });

  it('moves by pages and halves of what is shown', async () => {
    await using screen = await reading(200);
    const height = screen.controller.layout?.paneHeight ?? 0;
    const top = () => {
      const at = position(screen);
      return at?.kind === 'anchored' ? at.top.id : undefined;
    };
    const end = screen.logs.get('orders')?.buffer.endId ?? 0;
    screen.press('PageUp');
    expect(top()).toBe(end - height - (height - 1));
    screen.press('^U');
    expect(top()).toBe(end - height - (height - 1) - Math.floor(height / 2));
    screen.press('^D', 'Space');
    expect(top()).toBe(end - height);
    screen.press('PageDown');
    expect(position(screen)?.kind).toBe('follow');
  });

  it('a search jumps to the last match as it is typed, and Esc puts everything back', async () => {
    await using screen = await reading(100);
    screen.pressTogether('/', 'l', 'i', 'n', 'e', 'Space', '4');
    await screen.until(() => position(screen)?.kind === 'anchored', 'the jump');
    expect(currentText(screen)).toBe('line 49 of 9');
    expect(activeTab(screen.controller.state)?.pane.search).toBe('line 4');

    cancelPrompt(screen.controller);
    expect(activeTab(screen.controller.state)?.pane).toMatchObject({search: undefined, position: {kind: 'follow'}});
    expect(screen.controller.pane?.model.searching).toBeUndefined();
  });

  it('n and N go from match to match, and around with a notice', async () => {
    await using screen = await reading(100);
    screen.pressTogether('/', 'o', 'f', 'Space', '7', 'Enter');
    await screen.until(() => position(screen)?.kind === 'anchored', 'the jump');
    expect(currentText(screen)).toBe('line 97 of 7');
    screen.press('N');
    expect(currentText(screen)).toBe('line 87 of 7');
    expect(screen.controller.state.notice).toBeUndefined();
    screen.press('n', 'n');
    expect(currentText(screen)).toBe('line 7 of 7');
    expect(screen.controller.state.notice).toBe('past the last match: now at the first');
    screen.press('N');
    expect(currentText(screen)).toBe('line 97 of 7');
    expect(screen.controller.state.notice).toBe('past the first match: now at the last');
  });

  it('a match beyond the border is brought into view, and Esc takes the screen back', async () => {
    await using screen = await reading(3);
    screen.server.pipeline('orders').write(`${'x'.repeat(300)} needle ${'y'.repeat(300)}`);
    await screen.untilLine('orders', 'needle');
    screen.pressTogether('/', 'n', 'e', 'e', 'd', 'l', 'e');
    await screen.until(() => position(screen)?.kind === 'anchored', 'the jump');
    const {pane, layout} = screen.controller;
    const rows = pane && layout ? pane.rows.paint(pane.tab.pane, layout).join('\n') : '';
    expect(rows).toContain('needle');
    // The other lines stay where they are.
    expect(rows).toContain('line 3 of');
    cancelPrompt(screen.controller);
    const before = {pan: 0, revealed: undefined, position: {kind: 'follow'}};
    expect(activeTab(screen.controller.state)?.pane).toMatchObject(before);
  });

  it('once the search is cleared, or a key pans, the match’s line is shown like the others', async () => {
    await using screen = await reading(3);
    screen.server.pipeline('orders').write(`${'x'.repeat(300)} needle`);
    await screen.untilLine('orders', 'needle');
    screen.pressTogether('/', 'n', 'e', 'e', 'd', 'l', 'e', 'Enter');
    const revealed = () => activeTab(screen.controller.state)?.pane.revealed;
    await screen.until(() => revealed() !== undefined, 'the match');
    screen.press('Left');
    expect(revealed()).toBeUndefined();
    screen.press('n');
    expect(revealed()).toBeDefined();
    screen.press('Esc');
    expect(activeTab(screen.controller.state)?.pane).toMatchObject({search: undefined, revealed: undefined, pan: 0});
  });

  it('n says that there is no search, or that nothing matches', async () => {
    await using screen = await reading(3);
    screen.press('n');
    expect(screen.controller.state.notice).toBe('no search: press / to start one');
    screen.pressTogether('/', 'z', 'z', 'Enter');
    await screen.until(() => screen.controller.pane?.model.isSearched === true, 'the search');
    expect(position(screen)?.kind).toBe('follow');
    screen.press('n');
    expect(screen.controller.state.notice).toBe('no line matches zz');
  });

  it('an empty search repeats the last one, also after its text was deleted; Esc ends it', async () => {
    await using screen = await reading(10);
    screen.pressTogether('/', '5', 'Enter');
    expect(activeTab(screen.controller.state)?.pane.search).toBe('5');
    screen.pressTogether('/', 'x', 'Backspace', 'Enter');
    expect(activeTab(screen.controller.state)?.pane.search).toBe('5');
    screen.press('Esc');
    expect(screen.controller.pane?.model.searching).toBeUndefined();
  });

  it('pans by half a screen, no further than the longest line, and not where lines are wrapped', async () => {
    await using screen = await reading(3);
    screen.server.pipeline('orders').write(`long ${'x'.repeat(300)}`);
    await screen.untilLine('orders', 'long x');
    const pan = () => activeTab(screen.controller.state)?.pane.pan;
    const half = Math.floor((screen.controller.layout?.paneWidth ?? 0) / 2);
    screen.press('Right', 'Right');
    expect(pan()).toBe(2 * half);
    screen.press('Left');
    expect(pan()).toBe(half);
    for (let times = 0; times < 20; times++) screen.press('Right');
    expect(pan()).toBeLessThan(305);
    for (let times = 0; times < 20; times++) screen.press('Left');
    expect(pan()).toBe(0);
    screen.press('w', 'Right');
    expect(pan()).toBe(0);
    expect(screen.controller.state.notice).toBe('wrapped lines do not scroll sideways: press w to unwrap them');
  });

  it('r connects again now, and loses nothing', async () => {
    await using screen = await reading(3);
    await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'live', 'live');
    screen.press('r');
    await screen.until(() => screen.server.totalLogConnections === 2, 'the second connection');
    await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'live', 'live again');
    await screen.untilConnected('orders');
    expect(screen.logs.get('orders')?.buffer.lineCount).toBe(3 + 5);
  });
});

test.each([
  ['1204', {kind: 'line', number: 1204}],
  ['1,204', {kind: 'line', number: 1204}],
  ['1,204,000', {kind: 'line', number: 1_204_000}],
  [' 7 ', {kind: 'line', number: 7}],
  ['0', {kind: 'line', number: 1}],
  ['-10', {kind: 'line', number: -10}],
  ['-1,000', {kind: 'line', number: -1000}],
  ['$', {kind: 'line', number: -1}],
  ['99999999999999999999', {kind: 'line', number: Number.MAX_SAFE_INTEGER}],
  ['50%', {kind: 'percent', value: 50}],
  ['12.5 %', {kind: 'percent', value: 12.5}],
  ['0%', {kind: 'percent', value: 0}],
  ['100%', {kind: 'percent', value: 100}],
])('a line or percentage: %j', (text, expected) => {
  expect(parsePlace(text)).toEqual(expected);
});

test.each(['', '-', '%', '101%', '-5%', '1,20', '12,0400', '1.5', 'end', '$1', '1e3', '0x10'])(
  '%j is neither',
  (text) => {
    expect(parsePlace(text)).toEqual({
      kind: 'error',
      text: 'not a line; try 1204, -10 (from the end), 50% or $ (the end)',
    });
  },
);

test('what the error proposes works', () => {
  for (const text of ['1204', '-10', '50%', '$']) expect(parsePlace(text).kind).not.toBe('error');
});
