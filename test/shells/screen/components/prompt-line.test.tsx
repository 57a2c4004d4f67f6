import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {remap} from '../../../../source/kit/keys/remap-keys.ts';
import {type Prompt, promptInUse} from '../../../../source/kit/state/view-state.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {features} from '../../../../source/shells/features.ts';
import {lineAround} from '../../../../source/shells/screen/components/prompt-line.tsx';
import {logged} from '../../../kit/screen/reading.ts';
import type {ScreenOptions} from '../../../kit/screen/screen-under-test.ts';
import {AppUnderTest} from './app-under-test.tsx';

describe('a prompt', () => {
  async function searching(options: ScreenOptions = {}): Promise<AppUnderTest> {
    const app = await AppUnderTest.open({names: ['orders'], ...options});
    await app.shows('LIVE');
    for (const word of ['alpha', 'beta', 'alphabet']) app.screen.server.pipeline('orders').write(word);
    await app.shows('alphabet');
    await app.press('/');
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
    expect(app.rows.at(-1)).toMatch(/^ Enter repeat the last · ↑ earlier searches · Esc cancel · F1 help *$/);
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
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'alhp', 'every key');
    app.type('\u007F\u007F');
    await app.screen.until(() => app.screen.controller.state.prompt?.text === 'ap', 'both to go');
  });

  it('takes an arrow that arrives in one piece with the key that opens it', async () => {
    await using app = await searching();
    await app.press('Esc');
    app.screen.controller.services.histories.patterns.add('beta');
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
    app.type('/alpha\rJ');
    await app.shows('as sent');
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

  it('a key in the read that closes it and opens another is not typed', async () => {
    await using app = await searching();
    app.type('ab\u0003&cd');
    await app.shows(' & cd');
    expect(app.screen.controller.state.prompt).toMatchObject({kind: 'filter', text: 'cd'});
  });

  it('is edited inside, by words and in what is pasted', async () => {
    await using app = await searching();
    app.type('one two');
    await app.press('M-b', 'x', 'Home', 'y', 'C-Right', 'z', 'End', 'M-Backspace');
    await app.shows(/ \/yonez +no match/);
    await app.press('C-a', 'C-d');
    app.type('\u001B[200~a\u001B[1;5Ab\n\u001B[201~');
    await app.press('c');
    await app.shows(/ \/a \[1;5Abconez /);
  });

  it('shows wide characters and marks whole, whatever is before the cursor', async () => {
    await using app = await searching();
    app.type('日本e\u0301👍語');
    await app.press('Left', 'Left', 'x');
    await app.shows(' /日本e\u0301x👍語');
  });

  it('shows what may be typed after the cursor of an empty one, and a suggestion in its place', async () => {
    await using app = await searching();
    await app.press('C-c', 'S');
    await app.shows(/ save the view without colours to orders-\S+\.log *$/m);
    expect(app.rows.at(-1)).toMatch(
      /^ Enter save · Tab colours, markers, all · ↑ earlier names · Esc cancel · F1 help *$/,
    );
    await app.press('C-u');
    await app.shows(/ save the view without colours to {3}a file name/);
    app.type('a.log');
    await app.shows(/ save the view without colours to a\.log *$/m);
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

  it('after an absence a paste only shows what happened, and types nothing', async () => {
    await using app = await searching({services: {events: {awayAfter: 20_000}}});
    app.screen.server.pipeline('fraud').fail('exit status: 101');
    await app.shows('1 failing');
    await app.screen.clock.advance(20_000);
    app.type('\u001B[200~secret\u001B[201~');
    await app.shows('While you were away');
    app.type('\u001B[200~secret\u001B[201~');
    await app.press('Esc');
    await app.hides('While you were away');
    await app.press('a');
    await app.shows(' /a');
    expect(app.screen.controller.state.prompt?.text).toBe('a');
  });

  it('finds pipelines by name', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.type('/ord');
    await app.shows('find /ord');
    await app.hides('fraud');
    await app.press('Enter');
    await app.shows(/^►\/ord {2}1 /m);
    await app.shows('│ orders ');
    await app.press('Esc');
    await app.shows('fraud');
  });
});

describe('F1 in a prompt', () => {
  /** The keys that open each kind of prompt, and the first row of its own keys. */
  const prompts: {readonly [Kind in Prompt['kind']]: readonly [keys: readonly string[], row: string]} = {
    search: [['/'], 'Enter repeat the last'],
    filter: [['&'], 'Enter filter'],
    highlight: [['*'], 'Enter highlight'],
    time: [['T'], 'Enter go'],
    place: [[':'], 'Enter go'],
    save: [['S'], 'Enter save'],
    'find-name': [['Tab', '/'], 'Enter done'],
  };

  async function prompting(keys: readonly string[]): Promise<AppUnderTest> {
    const app = await AppUnderTest.open({names: ['orders'], size: {columns: 80, rows: 24}});
    app.filterInput(() => {});
    await app.shows('LIVE');
    app.screen.server.pipeline('orders').write(logged(1, 'INFO', 'step one'));
    await app.shows('step one');
    await app.press(...keys);
    return app;
  }
  const promptOf = ({screen}: AppUnderTest) => screen.controller.state.prompt;

  it.each(Object.entries(prompts))(
    'of %s shows its keys, and closing the help leaves the text as it was',
    async (kind, [keys, row]) => {
      await using app = await prompting(keys);
      await app.screen.until(() => promptOf(app)?.kind === kind, 'the prompt');
      expect(app.rows.at(-1)).toContain(' F1 help');
      await app.press('F1');
      await app.shows(' in this prompt');
      // What can be typed is above the keys.
      const first = kind === 'filter' ? ' what to type' : ' in this prompt';
      expect(app.rows[3]).toBe(first);
      expect(app.rows.map((each) => each.replaceAll(/ +/g, ' ').replace(/^▸? /, ''))).toContain(row);
      await app.press('Esc');
      await app.hides(' in this prompt');

      app.type('a?b');
      await app.press('Left');
      await app.screen.until(() => promptOf(app)?.cursor === (promptOf(app)?.text.length ?? 0) - 1, 'the cursor');
      const before = promptOf(app);
      for (const closing of [['F1'], ['?'], ['Esc'], ['x', 'F1'], ['x', 'Esc', 'Esc']]) {
        await app.press('F1');
        await app.shows(' in this prompt');
        await app.press(...closing);
        const {controller} = app.screen;
        await app.screen.until(
          () => controller.state.page?.kind !== 'help',
          `the end of the help by ${closing.join(' ')}`,
        );
        expect(promptInUse(controller.state)).toBe(before);
        await app.shows('a?b');
      }
    },
  );

  it('has the keys that this prompt uses', async () => {
    await using app = await prompting(['T', 'F1']);
    await app.shows(' in this prompt');
    expect(app.text).not.toMatch(/save something else|an earlier text/);
    for (const page of ['help', undefined]) {
      await app.screen.until(() => app.screen.controller.state.page?.kind === page, `${page}`);
      await app.press('Esc');
    }
    await app.screen.until(() => promptOf(app) === undefined, 'no prompt');
    await app.press('S', 'F1');
    await app.shows(/Tab +colours, markers, all/);
    await app.shows(/↑ \^P \^R +earlier names/);
  });

  it('finds commands, and runs none: Enter says how to go back', async () => {
    await using app = await prompting(['&', 'F1', 'Enter']);
    await app.shows('this works in the prompt: press Esc to go back to it');
    app.type('wrap');
    await app.press('Enter');
    await app.shows('this does not work in a prompt: press Esc to go back to it');
    expect(app.rows.at(-1)).not.toContain('run');
    expect(app.rows[1]).toContain('type to find, press Esc to clear');
    expect(promptOf(app)).toMatchObject({kind: 'filter', text: ''});
  });

  it('closes the help also where F1 is the key of another command', async () => {
    const {table: commands} = remap(features.commands, [{command: 'pause', keys: ['F1'], where: ''}]);
    await using app = await AppUnderTest.open({names: ['orders'], services: {commands}});
    app.filterInput(() => {});
    await app.shows('LIVE');
    await app.press('/', 'F1');
    await app.shows(' in this prompt');
    await app.press('F1');
    await app.hides(' in this prompt');
    expect(promptOf(app)).toMatchObject({kind: 'search', text: ''});
  });
});

it('F1 is the help everywhere', async () => {
  await using app = await AppUnderTest.open({names: ['orders']});
  app.filterInput(() => {});
  await app.shows('LIVE');
  for (const keys of [['F1'], ['i', 'F1']]) {
    await app.press(...keys);
    await app.shows('type to find');
    await app.press('F1');
    await app.hides('type to find');
  }
});

describe('a line that is longer than its room', () => {
  const cut = {cutLeft: '<', cutRight: '>'};
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const shown = (cursor: number, text = letters) => lineAround(text, cursor, 16, cut).join('|');

  test('scrolls when the cursor comes near the border, with a sign for what is cut off', () => {
    expect(shown(26)).toBe('<mnopqrstuvwxyz| |');
    expect(shown(25)).toBe('<lmnopqrstuvwxy|z|');
    expect(shown(21)).toBe('<lmnopqrstu|v|wxyz');
    expect(shown(15)).toBe('<ghijklmno|p|qrst>');
    expect(shown(9)).toBe('abcdefghi|j|klmno>');
    expect(shown(0)).toBe('|a|bcdefghijklmno>');
    expect(shown(3, 'short')).toBe('sho|r|t');
  });

  test('is never wider than its room, and has the cursor in it', () => {
    const piece = fc.constantFrom('a', ' ', '日', 'e\u0301', '👍🏽', '👩‍👩‍👧', '🇩🇪', '\u202E', '\uFE0F');
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 40}), fc.nat(40), fc.integer({min: 16, max: 60}), (pieces, at, cells) => {
        const text = pieces.join('');
        const borders = [...new Intl.Segmenter().segment(text)].map(({index}) => index);
        const [before, under, after] = lineAround(text, borders[at] ?? text.length, cells, cut);
        expect(textWidth(before) + textWidth(under) + textWidth(after)).toBeLessThanOrEqual(cells);
        expect(textWidth(under)).toBeGreaterThan(0);
      }),
    );
  });
});
