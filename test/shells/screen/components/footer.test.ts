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
  it('offers to pause while it follows, and to follow first of all while it is paused', async () => {
    await using screen = await reading(log);
    expect(footer(screen)).toBe(' / find · Enter record · p pause · d details · ? all keys');
    screen.press('p');
    expect(footer(screen)).toBe(' G follow · / find · Enter record · d details · ? all keys');
  });

  it('offers matches only with a search, and to end it', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'step');
    expect(footer(screen)).toBe(' G follow · n next · N previous · Esc end search · / find · ? all keys');
    screen.press('Esc');
    expect(footer(screen)).not.toMatch(/ n next| Esc /);
  });

  it('offers what can be done with filters only while there are some', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'one');
    expect(footer(screen)).toMatch(/ Esc clear filter · \\ filters off · x around · /);
    await pressed(screen, '\\');
    expect(footer(screen)).toContain(' \\ filters on');
    expect(footer(screen)).not.toContain(' x ');
  });

  it('offers errors, and unseen ones of other logs, only where there are some', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    await screen.untilConnected('orders', 'fraud');
    expect(footer(screen)).not.toMatch(/ e next| A unseen/);
    screen.server.pipeline('fraud').write(logged(1, 'ERROR', 'refused'));
    await screen.untilLine('fraud', 'refused');
    expect(footer(screen)).toContain(' A new errors · ? all keys');
    await write(screen, logged(3, 'ERROR', 'broken'));
    expect(footer(screen)).toBe(' / find · e next error · Enter record · p pause · d details · ? all keys');
  });

  it('offers what can be done with a selection', async () => {
    await using screen = await reading(log);
    screen.press('v');
    expect(footer(screen)).toBe(' y copy · S save · M copy with place · Esc end · ? all keys');
  });

  it('offers to open a folded row', async () => {
    await using screen = await reading(log.map((line) => line.replace('one', '1').replace('two', '2')));
    await pressed(screen, 'f', 'k');
    expect(footer(screen)).toContain(' Enter open · ');
  });

  it('offers to reconnect while there is no connection', async () => {
    await using screen = await reading(log);
    expect(footer(screen)).not.toContain(' r reconnect');
    await screen.server.stopApi();
    await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'waiting', 'a wait');
    expect(footer(screen)).toMatch(/^ r reconnect · /);
  });
});

describe('the footer of the list', () => {
  it('offers to read all logs while few pipelines run', async () => {
    const names = Array.from({length: 9}, (_, index) => `p${index}`);
    await using screen = await ScreenUnderTest.connected({scenario: quiet(...names)});
    expect(footer(screen)).not.toContain('a all logs');
    screen.server.pipeline('p8').stop();
    await screen.until(() => footer(screen).includes(' a all logs'), 'the offer');
  });

  it('offers what can be done with the pipeline under the cursor', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(footer(screen)).toBe(' a all logs · Enter open tab · d details · / find name · Tab log · ? all keys');
    // It is offered until it was done once.
    screen.press('a', 'a');
    expect(footer(screen)).toBe(' Enter open tab · d details · / find name · Tab log · ? all keys');
    screen.press('Enter');
    expect(footer(screen)).toMatch(/^ Enter go to log · /);
    screen.press('m');
    expect(footer(screen)).toContain(' · m mark another · ');
    screen.press('j', 'm');
    expect(footer(screen)).toMatch(/^ \+ merge · /);
    screen.press('+');
    expect(screen.controller.tab?.merges).toBeDefined();
    // It has all tabs already.
    expect(footer(screen)).not.toContain(' + merge');
  });

  it('offers the errors that nobody has seen', async () => {
    await using screen = await ScreenUnderTest.connected();
    expect(footer(screen)).not.toContain('new errors');
    screen.server.pipeline('orders').setState({connectorErrors: 3});
    await screen.until(() => footer(screen).includes(' · A new errors · '), 'the offer');
  });

  it('offers no pipeline where there is none', async () => {
    await using screen = await ScreenUnderTest.connected({scenario: () => {}});
    expect(footer(screen)).toBe(' ? all keys');
  });

  it('offers to show all of a filtered list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'Enter');
    expect(footer(screen)).toMatch(/^ Esc show all · /);
  });

  it('says nothing of a search in the log', async () => {
    await using screen = await reading(log);
    await typed(screen, '/', 'step');
    screen.press('Tab');
    expect(footer(screen)).toMatch(/ d details · \/ find name · Tab log · \? all keys$/);
    expect(footer(screen)).not.toContain('Esc');
  });
});

describe('the footer of a page', () => {
  it('offers to scroll only a page that is longer than the screen', async () => {
    const cause = Array.from({length: 60}, (_, line) => `reason ${line}`).join('\n');
    await using screen = await ScreenUnderTest.connected({scenario: withFailures});
    screen.server.pipeline('fraud').fail(cause);
    screen.press('C');
    expect(footer(screen)).toBe(' Esc close · y copy page · M Markdown · S save · ? all keys');
    screen.press('Esc', 'd');
    await screen.until(() => footer(screen).includes('scroll'), 'the cause');
    expect(footer(screen)).toContain(' · ↓ scroll · ');
  });

  it('offers what can be done with a row only where there is one', async () => {
    await using screen = await reading(log);
    screen.press('A');
    expect(footer(screen)).toBe(' Esc close · ? all keys');
  });

  it('of the help has its own keys alone', async () => {
    await using screen = await reading(log);
    screen.press('?');
    expect(footer(screen)).toBe(' Enter run · Esc close · ↓ down');
    screen.press('a', 'b', 'c');
    expect(footer(screen)).toBe(' Esc clear');
  });
});

const contexts = ['list', 'log', 'help', 'pipeline', 'record', 'marks', 'errors', 'contexts'] as const;

describe.each(contexts)('in the context %s', (context) => {
  const everything = new Proxy({}, {get: () => true});

  it('is never wider than the screen, has six keys at most, and cuts no word', () => {
    const words = features.commands.flatMap(({hint = ''}) => (typeof hint === 'string' ? hint : Object.values(hint)));
    for (const width of [40, 57, 79, 80, 81, 100, 120, 200, 250]) {
      const {text} = footerText(features.commands, {context, now: everything}, {width, isUtf8: true});
      expect(textWidth(text)).toBeLessThanOrEqual(width);
      const hints = text.trim().split(' · ');
      expect(hints.length).toBeLessThanOrEqual(6);
      for (const hint of hints) expect(words).toContain(hint.replace(/^\S+ /, ''));
    }
  });
});

it('says how much is copied of a selection', () => {
  const place = {context: 'log', now: {hasTab: true, isSelecting: true, isOnRecord: true}} as const;
  expect(footerText(features.commands, {...place, selection: '12 records'}, {width: 80, isUtf8: true}).text).toBe(
    ' y copy 12 records · S save · M copy with place · Esc end · ? all keys',
  );
});

it('has the keys of a description before those of every page', () => {
  const place = {context: 'pipeline', now: {isScrollable: true, hasText: true, hasErrors: true}} as const;
  expect(footerText(features.commands, place, {width: 80, isUtf8: true}).text).toBe(
    ' y copy errors · Esc close · ↓ scroll · Y copy page · M Markdown · ? all keys',
  );
});

it('leaves out what does not fit, not what follows it, and never the last', () => {
  const keys = [
    ['Enter', 'save'],
    ['Tab', 'something else'],
    ['Esc', 'no'],
    ['?', 'help'],
  ] as const;
  expect(keyRow(keys, {width: 29, isUtf8: true}).text).toBe(' Enter save · Esc no · ? help');
  expect(keyRow(keys, {width: 28, isUtf8: true}).text).toBe(' Enter save · ? help');
  expect(keyRow(keys, {width: 8, isUtf8: true}).text).toBe(' ? help');
  expect(keyRow(keys, {width: 80, isUtf8: true}).text).toBe(' Enter save · Tab something else · Esc no · ? help');
});

it('has arrows as words where there are none', () => {
  const now = {isScrollable: true, hasText: true};
  expect(footerText(features.commands, {context: 'record', now}, {width: 80, isUtf8: false}).text).toBe(
    ' j next · k previous · Esc close · Down scroll · y copy · ? all keys',
  );
});
