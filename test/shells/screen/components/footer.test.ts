import {describe, expect, it} from 'vitest';
import {quiet} from '../../../../demo/scenario.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {features} from '../../../../source/shells/features.ts';
import {conditionsOf, footerText, keyRow} from '../../../../source/shells/screen/components/footer.tsx';
import {logged, pressed, reading, typed, write} from '../../../kit/screen/reading.ts';
import {ScreenUnderTest, withFailures} from '../../../kit/screen/screen-under-test.ts';

/** The keys that the footer offers now. */
function footer({controller}: ScreenUnderTest, width = 80): string {
  const place = {context: controller.keyContext, now: conditionsOf(controller)};
  return footerText(controller.commands, place, {width, isUtf8: true}).text;
}

const log = [logged(1, 'INFO', 'step one'), logged(2, 'INFO', 'step two')];

describe('the footer of the log', () => {
  it('offers to pause while it follows, and to resume while it is paused', async () => {
    await using screen = await reading(log);
    expect(footer(screen)).toBe(' ? help / find & filter p pause Enter open record y copy Tab list q quit f fold');
    expect(footer(screen, 500)).not.toMatch(/ [FG] /);
    screen.press('p');
    expect(footer(screen)).toBe(' ? help / find & filter p resume Enter open record y copy Tab list q quit f fold');
    // p alone goes on: one key a purpose.
    expect(footer(screen, 500)).not.toMatch(/ [FG] /);
  });

  it('offers the comparison of runs where there are several', async () => {
    await using screen = await reading(log);
    expect(footer(screen, 500)).not.toMatch(/ D compare/);
    const orders = screen.server.pipeline('orders');
    orders.stop();
    orders.start();
    await write(screen, logged(3, 'INFO', 'step three'));
    expect(footer(screen, 500)).toContain(' D compare runs');
  });

  it('offers matches only with a search, and to end it', async () => {
    await using screen = await reading(log);
    expect(footer(screen, 500)).not.toMatch(/ [nN] /);
    await typed(screen, '/', 'step');
    expect(footer(screen)).toBe(' ? help n next / find & filter Esc end search p resume Enter open record y copy');
    expect(footer(screen, 500)).toContain(' N previous');
    screen.press('Esc');
    expect(footer(screen, 500)).not.toMatch(/ n next| Esc /);
  });

  it('offers what can be done with filters only while there are some', async () => {
    await using screen = await reading(log);
    expect(footer(screen, 500)).not.toMatch(/ \\ | x /);
    await typed(screen, '&', 'one');
    expect(footer(screen, 500)).toMatch(/ Esc clear filter .* \\ filters off x around/);
    await pressed(screen, '\\');
    expect(footer(screen, 500)).toContain(' \\ filters on');
    expect(footer(screen, 500)).not.toContain(' x ');
  });

  it('offers errors, marks and unseen errors only where there are some', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    await screen.untilConnected('orders', 'fraud');
    expect(footer(screen, 500)).not.toMatch(/ e error| ' marks| A unseen/);
    await write(screen, logged(3, 'ERROR', 'broken'));
    expect(footer(screen)).toContain(' e error');
    screen.press('k', 'm');
    expect(footer(screen, 500)).toContain(" ' marks");
    screen.server.pipeline('fraud').write(logged(1, 'ERROR', 'refused'));
    await screen.untilLine('fraud', 'refused');
    expect(footer(screen, 500)).toContain(' A unseen errors');
  });

  it('says what Enter opens, beside errors in 80 columns too', async () => {
    await using screen = await reading([...log, logged(3, 'ERROR', 'broken')]);
    const expected = ' ? help / find & filter p pause e error Enter open record y copy Tab list q quit';
    expect(footer(screen)).toBe(expected);
    expect(footer(screen, 500)).toMatch(/ S save view /);
  });

  it('offers what can be done with a selection first', async () => {
    await using screen = await reading(log);
    screen.press('v');
    expect(footer(screen)).toMatch(/^ \? help y copy S save M Markdown Esc end /);
  });

  it('offers to open a folded row', async () => {
    await using screen = await reading(log.map((line) => line.replace('one', '1').replace('two', '2')));
    await pressed(screen, 'f', 'k');
    expect(footer(screen)).toContain(' Enter open y copy records ');
    expect(footer(screen, 500)).toContain(' f unfold');
  });

  it('offers to reconnect while there is no connection', async () => {
    await using screen = await reading(log);
    expect(footer(screen, 500)).not.toContain(' r reconnect');
    await screen.server.stopApi();
    await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'waiting', 'a wait');
    expect(footer(screen)).toMatch(/^ \? help r reconnect /);
  });
});

describe('the footer of the list', () => {
  it('offers to read all logs while few pipelines run', async () => {
    const names = Array.from({length: 9}, (_, index) => `p${index}`);
    await using screen = await ScreenUnderTest.connected({scenario: quiet(...names)});
    expect(footer(screen, 500)).not.toContain('a all logs');
    screen.server.pipeline('p8').stop();
    await screen.until(() => footer(screen, 500).includes(' a all logs'), 'the offer');
  });

  it('offers what can be done with the pipeline under the cursor', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(footer(screen)).toBe(' ? help Enter open tab / find Tab log q quit d details m mark a all logs p pause');
    // It is offered until it was done once.
    screen.press('a', 'a');
    expect(footer(screen)).toBe(' ? help Enter open tab / find Tab log q quit d details m mark X close tab f fold');
    screen.press('Enter');
    expect(footer(screen)).toMatch(/^ \? help Enter log /);
    screen.press('m', 'j', 'm');
    expect(footer(screen)).toContain(' + merge');
    screen.press('+');
    expect(screen.controller.tab?.merges).toBeDefined();
    // It has all tabs already.
    expect(footer(screen)).not.toContain(' + merge');
  });

  it('offers no pipeline where there is none', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: () => {}});
    expect(footer(screen)).toBe(' ? help q quit');
  });

  it('offers to show all of a filtered list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'Enter');
    expect(footer(screen)).toContain(' Esc show all');
  });
});

describe('the footer of a page', () => {
  it('offers to scroll only a page that is longer than the screen', async () => {
    const cause = Array.from({length: 60}, (_, line) => `reason ${line}`).join('\n');
    await using screen = await ScreenUnderTest.connected({scenario: withFailures});
    screen.server.pipeline('fraud').fail(cause);
    screen.press('C');
    expect(footer(screen)).toBe(' Esc close y copy page M Markdown S save ? help');
    screen.press('Esc', 'd');
    await screen.until(() => footer(screen).includes('scroll'), 'the cause');
    expect(footer(screen)).toContain(' ↓ scroll PgDn page');
  });

  it('offers what can be done with a row only where there is one', async () => {
    await using screen = await reading(log);
    screen.press('A');
    expect(footer(screen)).toBe(' Esc close ? help');
  });

  it('of the help has its own keys alone', async () => {
    await using screen = await reading(log);
    screen.press('?');
    expect(footer(screen)).toBe(' ↓ down PgDn page Enter run Esc close');
    screen.press('a', 'b', 'c');
    expect(footer(screen)).toBe(' Esc clear');
  });
});

const contexts = ['list', 'log', 'help', 'pipeline', 'record', 'marks', 'errors', 'contexts'] as const;

describe.each(contexts)('in the context %s', (context) => {
  const everything = new Proxy({}, {get: () => true});

  it('is never wider than the screen, and cuts no word', () => {
    const whole = ` ${footerText(features.commands, {context, now: everything}, {width: 9999, isUtf8: true}).text} `;
    for (const width of [40, 57, 79, 80, 81, 100, 120, 200, 250]) {
      const {text} = footerText(features.commands, {context, now: everything}, {width, isUtf8: true});
      expect(textWidth(text)).toBeLessThanOrEqual(width);
      for (const word of text.trim().split(' ')) expect(whole).toContain(` ${word} `);
    }
  });
});

it('says how much is copied of a selection', () => {
  const place = {context: 'log', now: {hasTab: true, isSelecting: true, isOnRecord: true}} as const;
  expect(footerText(features.commands, {...place, selection: '12 records'}, {width: 80, isUtf8: true}).text).toMatch(
    /^ \? help y copy 12 records S save M Markdown Esc end/,
  );
});

it('has the keys of a description before those of every page', () => {
  const place = {context: 'pipeline', now: {isScrollable: true, hasText: true, hasErrors: true}} as const;
  expect(footerText(features.commands, place, {width: 80, isUtf8: true}).text).toBe(
    ' y copy errors ↓ scroll PgDn page Esc close Y copy page M Markdown S save ? help',
  );
});

it('leaves out what does not fit, not what follows it', () => {
  const keys = [
    ['Enter', 'save'],
    ['Tab', 'something else'],
    ['Esc', 'no'],
  ] as const;
  expect(keyRow(keys, {width: 20, isUtf8: true}).text).toBe(' Enter save Esc no');
  expect(keyRow(keys, {width: 37, isUtf8: true}).text).toBe(' Enter save Tab something else Esc no');
});

it('has arrows as words where there are none', () => {
  const now = {isScrollable: true, hasText: true};
  expect(footerText(features.commands, {context: 'record', now}, {width: 80, isUtf8: false}).text).toBe(
    ' j next k previous Down scroll PgDn page Esc close y copy M Markdown S save',
  );
});
