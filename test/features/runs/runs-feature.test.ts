import {describe, expect, it} from 'vitest';
import {filterText} from '../../../source/engine/filters/filter.ts';
import {lastWords, logged, noticeOf, pressed, reading, rowsOf, viewOf, write} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const texts = (screen: ScreenUnderTest) => viewOf(screen).filters.map(({filter}) => filterText(filter));

const five = [
  logged(1, 'INFO', 'step one'),
  logged(2, 'WARN', 'slow two'),
  logged(3, 'INFO', 'step three'),
  logged(4, 'ERROR', 'broken four'),
  logged(5, 'INFO', 'step five'),
];

describe('R', () => {
  it('shows the run only, and all again', async () => {
    await using screen = await reading([], {
      scenario: (server) => {
        const orders = server.addPipeline('orders');
        orders.start();
        orders.stop();
        orders.start();
        orders.write('of the second run');
      },
    });
    await screen.untilLine('orders', 'of the second run');
    await pressed(screen);
    const all = rowsOf(screen).length;
    await pressed(screen, 'R');
    expect(texts(screen)).toEqual(['this run']);
    // Its five lines, below the row of its start.
    expect(rowsOf(screen)).toHaveLength(6);
    expect(lastWords(screen).at(-1)).toBe('run');
    await pressed(screen, 'R');
    expect(rowsOf(screen)).toHaveLength(all);
  });

  it('leaves out the run that begins later', async () => {
    await using screen = await reading([], {scenario: (server) => server.addPipeline('orders').start()});
    await screen.untilLine('orders', 'initializing -> running');
    await pressed(screen, 'R');
    const pipeline = screen.server.pipeline('orders');
    pipeline.stop();
    pipeline.start();
    await write(screen, 'of the next run');
    expect(rowsOf(screen).join()).not.toContain('next run');
    await pressed(screen, 'R');
    expect(rowsOf(screen).join()).toContain('next run');
  });

  it('has no run to show in a merged tab', async () => {
    await using screen = await reading(five, {names: ['orders', 'fraud']});
    screen.press('+');
    await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection?.kind === 'live', 'it');
    await pressed(screen, 'R');
    expect(viewOf(screen).filters).toEqual([]);
    expect(noticeOf(screen)).toBe('a merged log has no runs: press R to show one in the tab of a pipeline');
  });

  it('switches the run on again that \\ switched off', async () => {
    await using screen = await reading(five);
    await pressed(screen, 'R', '\\', 'R');
    expect(viewOf(screen).filters).toMatchObject([{filter: {kind: 'between'}, on: true}]);
  });

  it.each(['before', 'after'])('shows the run also when its first lines are dropped %s', async (when) => {
    await using screen = await reading(five, {scrollbackBytes: 20_000});
    const drop = async (from: number) => {
      for (let part = from; part < from + 400; part += 100) {
        await write(
          screen,
          ...Array.from({length: 100}, (_, at) => logged(part + at, 'INFO', `more line${part + at}`)),
        );
      }
    };
    if (when === 'before') await drop(0);
    await pressed(screen, 'R');
    await drop(400);
    expect(screen.logs.get('orders')?.buffer.firstId).toBeGreaterThan(6);
    expect(texts(screen)).toEqual(['this run']);
    expect(lastWords(screen).at(-1)).toBe('line799');
    expect(lastWords(screen).length).toBeGreaterThan(10);
  });
});
