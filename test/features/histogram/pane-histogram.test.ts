import {stripVTControlCharacters} from 'node:util';
import {describe, expect, it} from 'vitest';
import {visiblePlaces} from '../../../source/kit/viewport/position.ts';
import {writable} from '../../harness/writable.ts';
import {
  currentLine,
  logged,
  noticeOf,
  pressed,
  reading,
  typed,
  viewOf,
  workedOut,
  write,
} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';
import {AppUnderTest} from '../../shells/screen/components/app-under-test.tsx';

/** Three records a second for 40 s after the runner's first line, each with its number. */
const steps = Array.from({length: 120}, (_, step) =>
  logged(step / 3, step === 60 ? 'ERROR' : 'INFO', `step ${step}${step % 30 === 0 ? ' tick' : ''}.`),
);

/** The list and the divider have 12 columns. */
const shown = (lines: readonly string[] = steps) =>
  reading(lines, {size: {columns: 100, rows: 30}, viewOptions: {histogram: 'auto'}});

function painted({controller}: ScreenUnderTest): readonly string[] {
  const {pane, layout} = controller;
  if (!pane || !layout) throw new Error('no pane');
  const places = visiblePlaces(pane.tab.pane.position, pane.rows.geometry(pane.tab.pane, layout));
  return pane.strip?.paint(pane.tab.pane, layout, places) ?? [];
}

/** The rows once the records are counted. */
async function histogramCells(screen: ScreenUnderTest): Promise<readonly string[]> {
  painted(screen);
  await screen.until(() => {
    const {model} = screen.controller.pane ?? {};
    return model?.histogram.endId === model?.index.settledTo;
  }, 'the records to be counted');
  await workedOut(screen);
  return painted(screen).map((row) => stripVTControlCharacters(row).trimEnd());
}

/** Filters 400,000 records more, twice as many as one frame counts; no frame has counted yet. */
async function filterMany(screen: ScreenUnderTest): Promise<void> {
  const buffer = writable(screen.logs.get('orders')?.buffer);
  for (let second = 41; second < 91; second++) {
    buffer.append(Buffer.from(`${logged(second, 'INFO', 'many ticks')}\n`.repeat(8000)));
  }
  await write(screen, logged(91, 'INFO', 'the end'));
  await histogramCells(screen);
  await typed(screen, '&', 'tick');
  await workedOut(screen);
}

describe('the histogram of a tab', () => {
  it('shows the records of the whole scrollback by time', async () => {
    await using screen = await shown();
    // The runner's line is of second 0.
    expect(await histogramCells(screen)).toEqual([`11-25 00:00 █${'▇'.repeat(39)} 00:00 · 1 s`]);
  });

  it('ends with the time of the newest record', async () => {
    await using screen = await shown(Array.from({length: 60}, (_, at) => logged(60 * at, 'INFO', `step ${at}.`)));
    expect((await histogramCells(screen))[0]).toMatch(/ 00:59 · 2 min$/);
    await write(screen, logged(60 * 60, 'INFO', 'the end'));
    expect((await histogramCells(screen))[0]).toMatch(/ 01:00 · 2 min$/);
  });

  it('leaves what another key waits for', async () => {
    await using screen = await shown();
    const {model} = screen.controller.pane ?? {};
    let isKnown = false;
    let isDone = false;
    const finish = () => {
      isDone = true;
    };
    model?.waitUntil(() => (isKnown ? finish : undefined));
    screen.press('s', 's');
    isKnown = true;
    await write(screen, logged(41, 'INFO', 'the end'));
    await screen.until(() => isDone, 'the end of the wait');
  });

  it('says what its dotted line is, where it is shown', async () => {
    const apart = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => logged(at + (at > 3 ? 7200 : 0), 'INFO', `step ${at}.`));
    await using screen = await shown(apart);
    expect((await histogramCells(screen))[0]).toContain('┊');
    screen.press('s', 's');
    expect(noticeOf(screen)).toBe('histogram above the log · ┊ is time without records');
  });

  it('says what its dotted line is once it is counted, where it was hidden until then', async () => {
    const apart = [0, 1, 2, 3, 4, 5, 6, 7].map((at) => logged(at + (at > 3 ? 7200 : 0), 'INFO', `step ${at}.`));
    await using screen = await reading(apart, {size: {columns: 100, rows: 24}});
    screen.press('s');
    await screen.until(() => noticeOf(screen)?.endsWith('· ┊ is time without records') === true, 'what it is');
  });

  it('is above the log, and s hides it', async () => {
    await using app = await AppUnderTest.open({names: ['orders'], viewOptions: {histogram: 'auto'}});
    app.screen.server.pipeline('orders').write(logged(0, 'INFO', 'hello'));
    await app.shows('hello');
    await app.shows(' · 1 s');
    const place = () => app.rows.findIndex((row) => / · \d+ (?:s|min|h|d)\b/.test(row));
    expect(app.rows[place()]).toMatch(/\d\d:\d\d .┊. 11-25 00:00/);
    expect(app.rows[place() + 1]).toContain('Fresh start');
    await app.press('Tab', 's');
    await app.shows('histogram hidden');
    expect(place()).toBe(-1);
    await app.press('s');
    await app.shows('histogram above the log');
    await app.shows(' · 1 s');
  });

  it('is painted again only when a cell changes', async () => {
    await using screen = await shown();
    await histogramCells(screen);
    const before = painted(screen);
    expect(painted(screen)).toBe(before);
    await write(screen, logged(40, 'INFO', 'one more'));
    expect((await histogramCells(screen))[0]).toContain('▄ 00:00');
  });

  it('reflects filters and matches', async () => {
    await using screen = await shown();
    await typed(screen, '&', 'tick');
    const [bars] = await histogramCells(screen);
    expect(bars).toBe(`11-25 00:00 ${'█·········'.repeat(4)} 00:00 · 1 s`);
    await pressed(screen, 'Esc');
    await typed(screen, '/', 'step 60 tick');
    const [row = ''] = await histogramCells(screen);
    expect(row.indexOf('▴')).toBe(12 + 20);
    expect(row.lastIndexOf('▴')).toBe(12 + 20);
  });

  it('is painted once where filters leave a part and nothing comes', async () => {
    await using screen = await shown();
    await typed(screen, '&', 'tick');
    await histogramCells(screen);
    expect(painted(screen)).toBe(painted(screen));
  });

  it('counts what filters leave of a long log a part in each frame, until all is counted', async () => {
    await using screen = await shown();
    await filterMany(screen);
    const frames = Array.from({length: 5}, () => painted(screen).map(stripVTControlCharacters)[0] ?? '');
    const full = (frame: string) => frame.split('█').length;
    const shares = frames.map(full);
    expect(shares[0]).toBeLessThan(shares[4] ?? 0);
    expect(shares).toEqual(shares.toSorted((one, other) => one - other));
    expect(frames[4]).toBe(frames[3]);
    // What is not counted yet is not what filters leave nothing of.
    expect(frames[0]?.slice(12, 20)).toBe(' '.repeat(8));
    expect(frames[4]?.slice(12, 20)).toContain('·');
    // The newest cells come first: the oldest one is counted anew whenever lines are dropped.
    expect(frames[0]?.indexOf('█')).toBeGreaterThan(frames[4]?.indexOf('█') ?? 0);
    expect(frames[0]?.lastIndexOf('█')).toBe(frames[4]?.lastIndexOf('█'));
  });

  it('is not that of a part of the log while the rest is counted', async () => {
    await using screen = await shown();
    const texts = () => painted(screen).map((row) => stripVTControlCharacters(row).trimEnd());
    const [bars] = await histogramCells(screen);
    const {model} = screen.controller.pane ?? {};
    writable(model?.source.buffer).append(Buffer.from(`${logged(100, 'INFO', 'a burst')}\n`.repeat(200_000)));
    const countSome = (bytes: number) => {
      model?.index.step(1e9);
      model?.histogram.step(bytes);
    };
    countSome(20_000);
    expect(model?.histogram.endId).toBeGreaterThan(1000);
    expect(texts()[0]).toBe(bars);
    countSome(1e9);
    expect(texts()[0]).toContain('00:01 ·');
  });

  it('says that a long log is being counted', async () => {
    await using screen = await shown();
    writable(screen.logs.get('orders')?.buffer).append(
      Buffer.from(`${logged(100, 'INFO', 'a burst')}\n`.repeat(200_000)),
    );
    expect(stripVTControlCharacters(painted(screen)[0] ?? '')).toBe(' counting the records');
  });

  it('marks lines that are lost', async () => {
    await using screen = await shown();
    writable(screen.logs.get('orders')?.buffer).addMarker({kind: 'line-cut', at: 0});
    await write(screen, logged(41, 'INFO', 'after the loss'));
    expect((await histogramCells(screen))[0]).toContain('╳');
  });

  it('is a row lower without moving the current line off the screen', async () => {
    await using screen = await shown();
    await pressed(screen, 'p', 's');
    const held = currentLine(screen);
    await pressed(screen, 's');
    expect(currentLine(screen)).toBe(held);
    const {pane, layout} = screen.controller;
    if (!pane || !layout) throw new Error('no pane');
    const ids = visiblePlaces(viewOf(screen).position, pane.rows.geometry(viewOf(screen), layout)).map(({id}) => id);
    expect(ids).toContain(pane.model.source.buffer.endId - 1);
  });

  it('is not shown above a log of a minute, unless it is asked for', async () => {
    await using screen = await shown();
    const rows = () => screen.controller.layout?.histogramRows;
    await histogramCells(screen);
    expect(rows()).toBe(0);
    await pressed(screen, 's');
    expect(rows()).toBe(1);
    await using long = await shown([...steps, logged(60, 'INFO', 'the end')]);
    await histogramCells(long);
    expect(long.controller.layout?.histogramRows).toBe(1);
  });

  it('needs room', async () => {
    await using screen = await reading(steps, {size: {columns: 100, rows: 15}});
    screen.press('s');
    expect(noticeOf(screen)).toBe('the histogram needs a terminal of 16 rows');
    expect(screen.controller.layout?.histogramRows).toBe(0);
  });
});
