import {describe, expect, it} from 'vitest';
import {activeTab} from '../../../source/kit/state/view-state.ts';
import {lastWords, logged, pressed, reading, typed, viewOf} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

it('c and d open the page of the pipeline, which has its connectors and their errors', async () => {
  await using screen = await ScreenUnderTest.connected();
  for (const key of ['c', 'd']) {
    screen.press('Tab', key);
    expect(screen.controller.state.page?.kind).toBe('pipeline');
    screen.press('Esc', 'Tab');
  }
});

describe('the two sides', () => {
  it('Tab goes from one to the other', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('Tab');
    expect(screen.controller.state.focus).toBe('log');
    screen.press('Tab');
    expect(screen.controller.state.focus).toBe('list');
  });

  it('z hides the list; Tab shows it again and goes there', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('z');
    expect(screen.controller.state).toMatchObject({listHidden: true, focus: 'log'});
    expect(screen.controller.layout?.paneWidth).toBe(100);
    screen.press('Tab');
    expect(screen.controller.state).toMatchObject({listHidden: false, focus: 'list'});
  });

  it('without a tab the keys can go back to the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('X', 'Tab');
    expect(screen.controller.state.focus).toBe('list');
    screen.press('z', 'z', 'Tab');
    expect(screen.controller.state).toMatchObject({listHidden: false, focus: 'list'});
    screen.press('j');
    expect(screen.controller.state.cursor).toBe('fraud');
  });
});

it.each(['2', ']', '['])('%s in the list goes to the log of that tab, so that the next key is for it', async (key) => {
  await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
  screen.press('Tab', key);
  expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'log', cursor: 'fraud'});
  screen.press('G');
  expect(screen.controller.state.cursor).toBe('fraud');
});

it('a number goes to a tab that was opened, never to the preview, which has none', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.clock.advance(250);
  screen.press('1');
  expect(screen.controller.state).toMatchObject({focus: 'list', notice: expect.stringContaining('no tab is open')});
  screen.press('Enter', 'j');
  await screen.clock.advance(250);
  expect(screen.tabs).toEqual(['billing', 'fraud?']);
  screen.press('2');
  expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'list'});
  expect(screen.controller.state.notice).toBe('there is no tab 2: 1 is open');
  screen.press('1');
  expect(screen.controller.state).toMatchObject({active: 'billing', focus: 'log'});
});

describe('the pipeline that the cursor has just come to', () => {
  it('is shown at once when Tab goes to its log', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'Tab');
    expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'log'});
    screen.press('&');
    await screen.clock.advance(500);
    expect(screen.controller.state).toMatchObject({active: 'fraud', prompt: {kind: 'filter'}});
  });

  it('is shown at once when z hides the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('j', 'j', 'z');
    expect(screen.tabs).toEqual(['orders?']);
  });

  it('does not take the place of a merged tab', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('m', 'j', 'm', 'j', '+');
    await screen.clock.advance(500);
    expect(screen.controller.state.active).toBe('billing+fraud');
  });
});

describe('leaving', () => {
  it('q leaves at once when nothing is kept', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.press('q');
    expect(screen.quits).toBe(1);
  });

  it('q asks when tabs are open', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
    screen.press('q');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('2 tabs are open: press q again to quit, any other key to stay');
    screen.press('q');
    expect(screen.quits).toBe(1);
  });

  it('any other key stays, and the next q asks again', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('q', 'j');
    expect(screen.controller.state).toMatchObject({pendingConfirmation: undefined, notice: undefined});
    screen.press('q');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('1 tab is open: press q again to quit, any other key to stay');
  });

  it('^C twice leaves, from a page as well; once it only says so', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('^C');
    expect(screen.quits).toBe(0);
    expect(screen.controller.state.notice).toBe('press ^C again to quit');
    screen.press('?', '^C', '^C');
    expect(screen.quits).toBe(1);
  });

  it('q and ^C do not confirm each other', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('q', '^C', 'q', '^C');
    expect(screen.quits).toBe(0);
  });
});

describe('Esc undoes one layer at a time', () => {
  it('page, then search, then the filter of the list', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'r', 'd', 'Enter');
    await screen.clock.advance(250);
    screen.press('Tab');
    await screen.untilLine('orders', 'initializing -> running');
    screen.pressTogether('/', 'r', 'u', 'n', 'Enter');
    screen.press('?');
    const layers = () => {
      const {page, nameFilter} = screen.controller.state;
      return [page?.kind, activeTab(screen.controller.state)?.pane.search, nameFilter];
    };
    expect(layers()).toEqual(['help', 'run', 'ord']);
    screen.press('Esc');
    expect(layers()).toEqual([undefined, 'run', 'ord']);
    screen.press('Esc');
    expect(layers()).toEqual([undefined, undefined, 'ord']);
    expect(screen.controller.pane?.model.searching).toBeUndefined();
    screen.press('Esc');
    expect(layers()).toEqual([undefined, undefined, '']);
    screen.press('Esc');
    expect(screen.tabs).toEqual(['orders']);
  });

  it('of a log: prompt, selection, highlights, filters from the newest on, then the search', async () => {
    await using screen = await reading([logged(1, 'INFO', 'step one'), logged(2, 'INFO', 'step two')]);
    await typed(screen, '/', 'one');
    await typed(screen, '&', 'step');
    await typed(screen, '&', '!two');
    await typed(screen, '*', 'step');
    await typed(screen, '*', 'one');
    await pressed(screen, 'v');
    const layers = () => {
      const {selectedFrom, highlights, filters, search} = viewOf(screen);
      return [selectedFrom !== undefined, highlights.length, filters.length, search];
    };
    const seen = [layers()];
    for (let times = 0; times < 7; times++) {
      await pressed(screen, 'Esc');
      seen.push(layers());
    }
    expect(seen).toEqual([
      [true, 2, 2, 'one'],
      [false, 2, 2, 'one'],
      [false, 1, 2, 'one'],
      [false, 0, 2, 'one'],
      [false, 0, 1, 'one'],
      [false, 0, 0, 'one'],
      [false, 0, 0, undefined],
      [false, 0, 0, undefined],
    ]);
    expect(lastWords(screen)).toHaveLength(3);
  });
});
