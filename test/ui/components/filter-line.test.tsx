import {describe, expect, it} from 'vitest';
import {logged} from '../reading.ts';
import {AppUnderTest} from './app-under-test.tsx';

const log = ['one', 'two', 'three'].map((word, at) => logged(at, 'INFO', `step ${word}`));

async function filtering(...filters: string[]): Promise<AppUnderTest> {
  const app = await AppUnderTest.open({names: ['orders', 'fraud']});
  await app.shows('LIVE');
  for (const line of log) app.screen.server.pipeline('orders').write(line);
  await app.shows('step three');
  await app.press('Tab');
  for (const filter of filters) {
    app.type(`&${filter}\r`);
    await app.shows(` ${filter} -`);
  }
  return app;
}

describe('the row of filters', () => {
  it('comes with the first filter, takes its row from the log, and goes with the last', async () => {
    await using app = await filtering('step');
    expect(app.rows).toHaveLength(30);
    expect(app.rows.at(-3)).toMatch(/^ & {2}step -5 +$/);
    await app.hides('Fresh start');
    await app.press('Esc');
    await app.shows('Fresh start');
    expect(app.text).not.toContain(' &  step');
    expect(app.rows).toHaveLength(30);
  });

  it('counts on while lines come', async () => {
    await using app = await filtering('step');
    app.screen.server.pipeline('orders').write(logged(9, 'INFO', 'something else'));
    await app.shows(' &  step -6');
  });

  it('says that all are off, and what is in force again', async () => {
    await using app = await filtering('step', '!two');
    await app.press('\\');
    await app.shows(/ & {2}step {2}!two +all off $/m);
    await app.press('\\');
    await app.shows(' &  step -5  !two -1');
  });

  it('is of the shown tab only, and stays under a page', async () => {
    await using app = await filtering('step');
    await app.press('2');
    await app.hides(' &  step');
    await app.press('1', '?');
    await app.shows('go to the other side');
    expect(app.rows.at(-3)).toMatch(/^ & {2}step -5/);
  });

  it('where everything is hidden, the pane says how to undo it', async () => {
    await using app = await filtering();
    app.type('&nowhere\r');
    await app.shows('everything is hidden by filters: \\ shows all, Esc takes the last one');
    await app.press('Esc');
    await app.shows('step three');
    expect(app.text).not.toContain('everything is hidden');
  });
});

describe('the prompt of a filter', () => {
  it('says what is wrong with what was typed, which stays', async () => {
    await using app = await filtering();
    app.type('&level:loud\r');
    await app.shows('no level "loud"');
    expect(app.text).toMatch(/^ & level:loud/m);
    await app.press('Esc');
    await app.hides('level:loud');
  });

  it('the arrow brings the last filter back, to be changed', async () => {
    await using app = await filtering('step', '!two');
    await app.press('&');
    await app.press('Up');
    await app.shows(/^ & \(editing\) !two/m);
    await app.press('C-u');
    app.type('!three\r');
    await app.shows(' &  step -5  !three -1');
  });

  it('digits in it are text', async () => {
    await using app = await filtering();
    await app.press('&');
    await app.press('2');
    await app.shows(/^ & 2/m);
    expect(app.screen.controller.state.active).toBe('orders');
  });
});
