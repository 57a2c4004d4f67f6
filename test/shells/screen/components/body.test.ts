import {describe, expect, it} from 'vitest';
import type {Run} from '../../../../source/engine/records/runs.ts';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {type RunHeaderView, runHeader, runShown} from '../../../../source/shells/screen/components/body.tsx';
import {entriesOf} from '../../../kit/viewport/entries-of.ts';

const startedAt = Date.UTC(2026, 10, 25, 12, 1, 2);
const endedAt = startedAt + 10 * 60_000;
const first: Run = {
  firstId: 0,
  endId: 5,
  startedAt: undefined,
  endedAt,
  state: 'stopped',
  stateSince: endedAt,
  failed: true,
};
const second: Run = {
  firstId: 5,
  endId: undefined,
  startedAt,
  endedAt: undefined,
  state: 'running',
  stateSince: undefined,
  failed: false,
};

function header(run: Run | undefined, change: Partial<RunHeaderView> = {}) {
  const view = {width: 100, symbols: symbolsFor(true), now: endedAt, offsetAt: () => 0, ...change};
  return runHeader(run, run ? [first, run] : [first], view);
}
const text = (run: Run | undefined, change: Partial<RunHeaderView> = {}) => header(run, change).text;

describe('the row above the log says', () => {
  it('which run it is, its state, and since when', () => {
    expect(text(second)).toBe(' run 2 of 2 · running · since 12:01:02');
    // Without a connection it may have ended.
    expect(text(second, {isCut: true})).toBe(' run 2 of 2 · since 12:01:02');
    expect(text({...second, endedAt, state: 'stopped'}, {isCut: true})).toContain(' · stopped · ');
  });

  it('since when it is paused, not since when it runs', () => {
    expect(text({...second, state: 'paused', stateSince: endedAt})).toBe(' run 2 of 2 · paused · since 12:11:02');
  });

  it('how a run ended, in red if it failed', () => {
    const failed = {...second, endedAt, state: 'stopped', stateSince: endedAt, failed: true};
    const {text: all, runs: styles} = header(failed);
    expect(all).toBe(' run 2 of 2 · stopped, failed · 12:01:02 – 12:11:02');
    expect(text({...failed, startFailed: true})).toBe(' run 2 of 2 · start failed · 12:01:02 – 12:11:02');
    expect(styles.find(({style}) => style.fg === 1)).toMatchObject({start: all.indexOf('stopped'), end: 29});
  });

  it('that a run was cut short, and its last state', () => {
    expect(text({...second, endedAt})).toContain(' · was running · from 12:01:02, ended by 12:11:02');
    expect(text({...second, endId: 9})).toContain(' · was running · from 12:01:02, end not in the log');
  });

  it('that a beginning or a state is not in the log', () => {
    expect(text({...first, endedAt: undefined, state: 'unknown', failed: false})).toContain(
      ' · state unknown · start not in the log',
    );
    expect(text({...second, startedAt: undefined, endedAt, state: 'stopped'})).toContain(' · stopped · until 12:11:02');
  });

  it('the date of another day, once, in the zone of the log', () => {
    const now = endedAt + 86_400_000;
    expect(text({...second, endedAt}, {now})).toContain('from 2026-11-25 12:01:02, ended by 12:11:02');
    expect(text(second, {now, offsetAt: () => 720})).toContain('since 2026-11-26 00:01:02');
    expect(text(second, {offsetAt: () => -60})).toContain('since 11:01:02');
    expect(text({...second, endedAt: now}, {now})).toContain('from 2026-11-25 12:01:02, ended by 2026-11-26 12:11:02');
  });

  it('nothing without a run', () => {
    expect(text(undefined)).toBe('');
  });

  it('as much as fits, with a sign for the rest', () => {
    for (const width of [8, 24, 36]) {
      expect(textWidth(text(second, {width}))).toBe(width);
      expect(text(second, {width})).toMatch(/›$/);
    }
  });
});

describe('the run that is named', () => {
  const runs = [first, second];
  const index = {
    // An open line has no run yet, nor has a line that the index has not read.
    runAt: (id: number) => (id >= 9 ? undefined : runs.findLast(({firstId}) => firstId <= id)),
    runs,
    settledTo: 9,
  };
  const follow = {kind: 'follow'} as const;
  const held = {kind: 'anchored', top: {id: 3, row: 0}, current: 4, seen: 6} as const;
  const screen = (...ids: readonly number[]) => ({entries: entriesOf(ids), height: 4, heightOf: () => 1});

  it('is that of the newest row while following, of the current record otherwise', () => {
    expect(runShown(index, follow, screen(3, 4, 5, 6))).toBe(second);
    expect(runShown(index, held, screen(3, 4, 5, 6))).toBe(first);
    expect(runShown(index, {...held, current: 5}, screen(3, 4, 5, 6))).toBe(second);
  });

  it('is that of the row above an open line', () => {
    expect(runShown(index, follow, screen(3, 6, 9))).toBe(second);
  });

  it('is the newest one that is known while the index is behind all rows of the screen', () => {
    expect(runShown(index, follow, screen(3, 6, 9, 10, 11, 12))).toBe(second);
    expect(runShown({...index, runs: []}, follow, screen(9))).toBeUndefined();
  });

  it('is none where the newest row was read and is of no run, as the lines of a runner before the first start', () => {
    const read = {...index, settledTo: 13};
    expect(runShown(read, follow, screen(9, 10, 11, 12))).toBeUndefined();
    expect(runShown(read, follow, screen(3, 6, 9, 10))).toBeUndefined();
  });

  it('is none while nothing is shown', () => {
    expect(runShown(index, follow, screen())).toBeUndefined();
    expect(runShown(index, held, screen())).toBeUndefined();
  });
});
