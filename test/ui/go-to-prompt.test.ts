import {describe, expect, it} from 'vitest';
import {currentLine, logged, noticeOf, reading, typed, viewOf, write} from './reading.ts';

const minutes = [0, 10, 20, 30].map((minute) => logged(minute * 60 + 1, 'INFO', `minute ${minute}`));

describe('T', () => {
  it('goes to the first record at or after a time', async () => {
    await using screen = await reading(minutes);
    await typed(screen, 'T', '2026-11-25 00:15');
    expect(currentLine(screen)).toContain('minute 20');
    expect(noticeOf(screen)).toBeUndefined();
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
    expect(noticeOf(screen)).toBe('the log held here begins at 2026-11-25 00:00:00 UTC');
  });

  it('is typed and answered in local time where times are shown in it', async () => {
    await using screen = await reading(minutes, {offsetAt: () => 120});
    screen.press('t');
    await typed(screen, 'T', '2026-11-25 02:15');
    expect(currentLine(screen)).toContain('minute 20');
    await typed(screen, 'T', '2026-11-24');
    expect(noticeOf(screen)).toBe('the log held here begins at 2026-11-25 02:00:00');
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

  it.each(['q', 'q!', 'quit'])('says which key quits to one who types %s', async (text) => {
    await using screen = await reading(minutes);
    await typed(screen, ':', text);
    expect(screen.controller.state.prompt?.problem).toBe('not a place; after Esc, q quits');
  });

  it('stays open where what was typed is no place', async () => {
    await using screen = await reading(minutes);
    await typed(screen, ':', 'end');
    expect(screen.controller.state.prompt?.problem).toMatch(/^not a place/);
  });

  it('of a line that was dropped goes to the oldest held, and says its number', async () => {
    await using screen = await reading(minutes, {scrollbackBytes: 20_000});
    await write(screen, ...Array.from({length: 400}, (_, at) => logged(2000 + at, 'INFO', `more ${at}`)));
    const {firstId} = screen.manager.get('orders')?.buffer ?? {firstId: 0};
    await typed(screen, ':', '1');
    expect(viewOf(screen).position).toMatchObject({current: firstId});
    expect(noticeOf(screen)).toBe(`the oldest line held is ${firstId + 1}`);
  });

  it('says of an empty log that it is', async () => {
    await using screen = await reading([], {names: ['unknown']});
    await typed(screen, ':', '50%');
    expect(noticeOf(screen)).toBe('the log is empty');
  });
});
