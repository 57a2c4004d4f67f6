import {describe, expect, it, test} from 'vitest';
import {goToPlaceAtStart, readPlace} from '../../../source/features/place/place-feature.ts';
import {placeOf} from '../../../source/kit/copy/chosen-lines.ts';
import {findPlace, hashOfRecord} from '../../../source/kit/copy/find-place.ts';
import {shellWord} from '../../../source/lib/format.ts';
import {currentLine, logged, noticeOf, pressed, reading, typed, viewOf} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const log = [
  logged(1, 'INFO', 'one'),
  logged(2, 'ERROR', 'two'),
  '    refused by peer',
  logged(2, 'WARN', 'two, too'),
  'a program said this',
  logged(3, 'INFO', 'three'),
];

/** Unix time in ms, `seconds` after midnight. */
const at = (seconds: number) => Date.UTC(2026, 10, 25) + seconds * 1000;

function paneOf({controller}: ScreenUnderTest) {
  const pane = controller.paneOnScreen;
  if (!pane) throw new Error('no pane');
  return pane;
}

/** The command that `M` copies at the current record. */
function copied(screen: ScreenUnderTest) {
  const pane = paneOf(screen);
  return placeOf(screen.controller, pane, pane.current ?? 0);
}

describe('a record is found by its time and its hash', () => {
  it('among records of one time, and where it has no time of its own', async () => {
    await using screen = await reading(log);
    const {index, source} = paneOf(screen).model;
    const {buffer} = source;
    for (const [line, seconds] of [
      ['two', 2],
      ['two, too', 2],
      ['a program', 2],
      ['three', 3],
    ] as const) {
      const id = log.findIndex((each) => each.includes(line)) + 1;
      const hash = hashOfRecord(buffer, index, index.headOf(id));
      expect(findPlace(buffer, index, {at: at(seconds), hash})).toEqual({kind: 'found', id: index.headOf(id)});
    }
    const hash = hashOfRecord(buffer, index, 1);
    expect(findPlace(buffer, index, {at: at(2), hash})).toEqual({kind: 'changed', id: 2});
    expect(findPlace(buffer, index, {at: at(2.5), hash})).toEqual({kind: 'gone', id: 6});
    // In busy logs records are microseconds apart.
    expect(findPlace(buffer, index, {at: at(2) + 0.001, hash})).toEqual({kind: 'gone', id: 6});
    expect(findPlace(buffer, index, {at: at(9), hash})).toEqual({kind: 'gone', id: undefined});
    expect(findPlace(buffer, index, {at: at(2.5), hash: undefined})).toEqual({kind: 'time', id: 6});
  });

  it('where the log is a little out of order', async () => {
    await using screen = await reading([logged(1, 'INFO', 'one'), logged(4, 'INFO', 'later'), logged(3, 'INFO', 'it')]);
    const {index, source} = paneOf(screen).model;
    const hash = hashOfRecord(source.buffer, index, 3);
    expect(findPlace(source.buffer, index, {at: at(3), hash})).toEqual({kind: 'found', id: 3});
  });

  it('whether its lines have colours or not, but not with other lines', async () => {
    const hashOf = async (...lines: readonly string[]) => {
      await using screen = await reading([...lines, logged(9, 'INFO', 'end')]);
      const {index, source} = paneOf(screen).model;
      return hashOfRecord(source.buffer, index, 1);
    };
    const hash = await hashOf(logged(1, 'ERROR', 'x'), '  more');
    expect(await hashOf(logged(1, 'ERROR', '\u001B[31mx\u001B[0m'), '\u001B[2m  more\u001B[0m')).toBe(hash);
    expect(await hashOf(logged(1, 'ERROR', 'x'), '  other')).not.toBe(hash);
    expect(hash).toMatch(/^[\da-f]{8}$/);
  });
});

describe('the command', () => {
  it('names server, pipeline, time with all digits, record and filters, quoted for a shell', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', "it's (one|two)");
    await typed(screen, '&', 'level:info');
    await pressed(screen, 'Esc', 'Esc');
    await typed(screen, '&', 'two|three');
    await pressed(screen, 'g');
    const {command, hash} = copied(screen);
    expect(command).toBe(
      `pipetail --host ${screen.controller.services.serverUrl} orders --at 2026-11-25T00:00:02.000000Z#${hash} --filter 'two|three'`,
    );
  });

  it('opens a pipeline that is called like a command', async () => {
    await using screen = await reading(log);
    const pane = paneOf(screen);
    const {command} = placeOf(screen.controller, {...pane, tab: {...pane.tab, name: 'list'}}, pane.current ?? 0);
    expect(command).toMatch(/ --at \S+ -- list$/);
  });

  it('of a record without a time has that of the one before', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k');
    expect(currentLine(screen)).toBe('a program said this');
    expect(copied(screen).command).toContain('--at 2026-11-25T00:00:02.000000Z#');
  });

  test.each([
    ['orders', 'orders'],
    ['2026-11-25T00:00:02.1Z#0a1b2c3d', '2026-11-25T00:00:02.1Z#0a1b2c3d'],
    ["it's", `'it'\\''s'`],
    ['!x', "'!x'"],
    ['a b', "'a b'"],
    ['#x', "'#x'"],
    ['~/x', "'~/x'"],
    ['', "''"],
  ])('%j is the word %s', (word, quoted) => {
    expect(shellWord(word)).toBe(quoted);
  });
});

test('the place of the command line is gone to once the log has come, and what became of the record is said', async () => {
  await using first = await reading(log);
  await pressed(first, 'k', 'k');
  const hash = copied(first).hash;
  const arrived = async (seconds: number, wanted: string | undefined) => {
    await using screen = await reading(log);
    const end = goToPlaceAtStart(screen.controller, () => ({at: at(seconds), hash: wanted}), ['orders']);
    await screen.until(() => noticeOf(screen) !== undefined, 'the notice');
    end();
    return [currentLine(screen), noticeOf(screen), viewOf(screen).position.kind];
  };
  expect(await arrived(2, hash)).toEqual([log[3], 'found: this record is as it was copied', 'anchored']);
  expect(await arrived(2, '00000000')).toEqual([
    ...[log[1], 'changed: the record of 2026-11-25 00:00:02 UTC is not as it was copied', 'anchored'],
  ]);
  expect(await arrived(2.5, hash)).toEqual([
    ...[log[5], 'gone: the log has no record of 2026-11-25 00:00:02 UTC', 'anchored'],
  ]);
  expect(await arrived(3, undefined)).toEqual([log[5], 'paused at 2026-11-25 00:00:03 UTC', 'anchored']);
  expect((await arrived(60, undefined))[1]).toBe('nothing at or after 2026-11-25 00:01:00 UTC: this is the end');
});

test('a time in the forms of --since, perhaps with the hash of a record', () => {
  const now = Date.UTC(2026, 10, 25, 12);
  expect(readPlace('10m', now)).toEqual({at: now - 600_000, hash: undefined});
  expect(readPlace('2026-11-25T09:00:00.25Z#0A1b2c3d', now)).toEqual({
    ...{at: Date.UTC(2026, 10, 25, 9, 0, 0, 250), hash: '0a1b2c3d'},
  });
});
