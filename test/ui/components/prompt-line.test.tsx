import {describe, expect, it} from 'vitest';
import {AppUnderTest} from './app-under-test.tsx';

describe('a prompt', () => {
  async function searching(): Promise<AppUnderTest> {
    const app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    for (const word of ['alpha', 'beta', 'alphabet']) app.screen.server.pipeline('orders').write(word);
    await app.shows('alphabet');
    await app.press('Tab', '/');
    await app.screen.until(() => app.screen.controller.state.prompt !== undefined, 'the prompt');
    return app;
  }

  it('searches as it is typed, and says how many lines match', async () => {
    await using app = await searching();
    await app.press('a', 'l', 'p');
    await app.shows(' /alp');
    await app.shows('2 of 2');
    await app.press('Enter');
    await app.shows(/ \/alp {2}2 of 2 {2}8 lines/);
  });

  it('says what may be typed while nothing is, and which keys are its own', async () => {
    await using app = await searching();
    await app.shows('text or regex');
    expect(app.rows.at(-1)).toMatch(/^ Enter keep ↑ earlier searches Esc cancel *$/);
    await app.press('x');
    await app.hides('text or regex');
  });

  it('has its problem in the row of the keys, until more is typed', async () => {
    await using app = await searching();
    await app.press('Backspace', 'T', 'x', 'Enter');
    await app.shows(' time: x');
    await app.shows('not a time');
    expect(app.rows.at(-1)).toContain(' not a time');
    await app.press('y');
    await app.hides('not a time');
    expect(app.rows.at(-1)).toContain(' Enter go');
  });

  it('shows the end of what is longer than the row', async () => {
    await using app = await searching();
    app.type(`${'long '.repeat(30)}end`);
    await app.shows('end');
    await app.shows('no match');
    expect(app.rows.at(-2)).toMatch(/end {2,}no match *$/);
  });

  it('keys in it are text', async () => {
    await using app = await searching();
    await app.press('q', '?', 'X');
    await app.shows(' /q?X');
    expect(app.screen.quits).toBe(0);
    expect(app.screen.controller.state.tabs).toHaveLength(1);
  });

  it('^U empties it, and types no u; ^W takes a word; other chords type nothing', async () => {
    await using app = await searching();
    await app.press('a', 'b');
    await app.shows(' /ab');
    await app.press('C-a', 'C-e', 'M-x');
    await app.press('C-u');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === '', 'the empty prompt');
    await app.press('x', 'Space', 'y');
    await app.shows(' /x y');
    await app.press('C-w');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'x ', 'the last word to go');
  });

  it.each(['C-u', 'C-w', 'M-x'])('%s in an empty one leaves the cursor where typing begins', async (chord) => {
    await using app = await searching();
    await app.press(chord);
    await app.press('x');
    await app.press('y');
    await app.shows(' /xy');
  });

  it('Backspace takes a character, and leaves an empty prompt', async () => {
    await using app = await searching();
    await app.press('a', 'b', 'Backspace');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'a', 'one character');
    await app.press('Backspace', 'Backspace');
    await app.screen.until(() => app.screen.controller.state.prompt === undefined, 'the end of the prompt');
  });

  it('loses none of the keys that arrive in one piece with a Backspace or an arrow', async () => {
    await using app = await searching();
    app.type('alx\u007Fp\u001B[Dh');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'alph', 'every key');
    app.type('\u007F\u007F');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'al', 'both to go');
  });

  it('takes an arrow that arrives in one piece with the key that opens it', async () => {
    await using app = await searching();
    await app.press('Esc');
    app.screen.controller.services.history.add('beta');
    await app.screen.until(() => app.screen.controller.state.prompt === undefined, 'no prompt');
    app.type('/\u001B[A');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'beta', 'what was searched for');
    await app.shows(' /beta');
    await app.shows('1 of 1');
  });

  it('Esc puts everything back', async () => {
    await using app = await searching();
    await app.press('b', 'e', 't');
    await app.shows('PAUSED');
    await app.press('Esc');
    await app.hides('PAUSED');
    expect(app.text).not.toContain('/bet');
  });

  it('ends with an Enter that arrives in the same piece, and what follows are keys', async () => {
    await using app = await searching();
    app.type('bet\r');
    await app.shows(/ \/bet {2}\d of 2/);
    expect(app.screen.controller.state.prompt).toBeUndefined();
    app.type('/alpha\rw');
    await app.shows('wrap on');
    await app.shows(' /alpha');
  });

  it('what stands behind its cursor is never pressed', async () => {
    await using app = await searching();
    await app.press('a', 'X', 'Left');
    await app.shows(' /aX');
    app.type('b\r');
    await app.shows(/ \/abX {2}no match/);
    expect(app.screen.controller.state.tabs).toHaveLength(1);
  });

  it('takes what is pasted as text, its line breaks as spaces', async () => {
    await using app = await searching();
    app.type('\u001B[200~q\rX\u001B[201~');
    await app.shows(' /q X');
    expect(app.screen.controller.state.prompt).toBeDefined();
  });

  it('takes what is pasted behind what was typed in the same piece, without the end of its line', async () => {
    await using app = await searching();
    app.type('ab\u001B[200~cd\r\n\u001B[201~');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'abcd', 'all of it');
  });

  it('finds pipelines by name', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.type('/ord');
    await app.shows('find /ord');
    await app.hides('fraud');
    await app.press('Enter');
    await app.shows(/^ \/ord {2}1 /m);
    await app.shows('1 orders…');
    await app.press('Esc');
    await app.shows('fraud');
  });
});
