import {expect, test} from 'vitest';
import {type Comparison, compare} from './compare.ts';
import type {ConnectionTruth, FaultTruth, Truth} from './protocol.ts';
import {type Item, noteItem} from './transcript.ts';

const reader = 'pipetail/test';
/** Ten entries of one life; `3` has two lines, `5` is empty. All lines are five bytes with their newline, but those. */
const entries = ['ln 0', 'ln 1', 'ln 2', 'ln 3\nmore', 'ln 4', '', 'ln 6', 'ln 7', 'ln 8', 'ln 9'];
const secondLife = ['new 0', 'new 1', 'new 2'];

function wireOf(of: readonly string[]): {wire: Uint8Array; ends: number[]} {
  const ends: number[] = [];
  let wire = '';
  for (const entry of of) {
    wire += `${entry}\n`;
    ends.push(wire.length);
  }
  return {wire: Buffer.from(wire), ends};
}

const first = wireOf(entries);
const second = wireOf(secondLife);
const offsetOf = (entry: number) => first.ends[entry - 1] ?? 0;

/** A connection that brought the entries from `from` up to `to`. */
const brought = (from: number, to: number): ConnectionTruth => ({
  reader,
  life: 0,
  from: offsetOf(from),
  sent: offsetOf(to),
  sure: offsetOf(to),
});
const everything = brought(0, entries.length);
const ofSecondLife: ConnectionTruth = {reader, life: 1, from: 0, sent: second.wire.length, sure: second.wire.length};
const outage: FaultTruth = {fault: {kind: 'outage', name: 'p', afterBytes: 0, burst: 0}, at: 0, from: 2, to: 9};

function truthOf(change: Partial<Truth> = {}): Truth {
  const lives = [{pipelineId: 'id', ...first}];
  return {name: 'p', lives, connections: [everything], faults: [], intactUntil: 0, ...change};
}

const lines = (text: readonly string[]): Item[] => text.flatMap((entry) => entry.split('\n')).map((line) => ({line}));
const lost = (text: string) =>
  noteItem(`${text} lost between 12:00:00 and 12:00:01 (buffer overflow, or the log was cleared)`);
const cleared = noteItem("runner restarted · server's log cleared · lines may be missing");
const cut = noteItem('the line above was cut; its rest is lost');

function judge(items: readonly Item[], truth: Truth = truthOf(), inPlace = true): Comparison & {texts: string[]} {
  const comparison = compare(truth, reader, {items, inPlace});
  return {...comparison, texts: comparison.breaches.map(({text}) => text)};
}

function tally(comparison: Comparison, kind: string) {
  return comparison.tallies.get(kind);
}

test('all that was logged: nothing to blame', () => {
  const result = judge(lines(entries), truthOf({intactUntil: entries.length}));
  expect(result.texts).toEqual([]);
  expect(result.intactBytes).toBe(first.wire.length);
  expect(tally(result, 'before the first fault')).toMatchObject({
    sent: 11,
    received: 11,
    lost: 0,
    repeated: 0,
    unmarked: 0,
  });
});

test('a line that a connection had brought must be there', () => {
  const result = judge(lines([...entries.slice(0, 4), ...entries.slice(5)]));
  expect(result.texts).toEqual([
    'lost entry 4, which a connection had brought',
    'no marker tells of 1 lost entries or of another life',
  ]);
  expect(tally(result, 'before the first fault')).toMatchObject({lost: 1, unmarked: 1, unrecoverable: 0});
});

test('of identical lines around a gap those after it stand after the marker', () => {
  const same = wireOf(['ln 0', 'same', 'ln 2', 'same', 'ln 4']);
  const part = (from: number, to: number) => ({reader, life: 0, from, sent: to, sure: to});
  const connections = [part(0, same.ends[0] ?? 0), part(same.ends[2] ?? 0, same.ends[4] ?? 0)];
  const items = [...lines(['ln 0']), lost('2 entries'), ...lines(['same', 'ln 4'])];
  expect(judge(items, truthOf({lives: [{pipelineId: 'id', ...same}], connections})).texts).toEqual([]);
});

test('an empty line counts like any other', () => {
  expect(judge(lines(entries.filter((entry) => entry !== ''))).texts).toContain(
    'lost entry 5, which a connection had brought',
  );
  const twice = judge(lines([...entries.slice(0, 6), '', ...entries.slice(6)]));
  expect(twice.texts).toEqual(['repeated ""']);
});

test('a repeated line, a line in the wrong place and a line out of nowhere', () => {
  expect(judge(lines([...entries, 'ln 6'])).texts).toEqual(['repeated "ln 6"']);
  expect(judge(lines([...entries.slice(0, 2), 'ln 6', ...entries.slice(2)])).texts.length).toBeGreaterThan(0);
  expect(judge(lines([...entries.slice(0, 2), 'who?', ...entries.slice(2)])).texts).toEqual([
    'received what was never logged: "who?"',
  ]);
});

test('the intact part is compared byte by byte', () => {
  const items = lines(['ln 0', 'ln 1', 'LN 2', ...entries.slice(3)]);
  expect(judge(items, truthOf({intactUntil: 5})).texts).toContain('the bytes of the intact part differ');
});

const gap = truthOf({connections: [brought(0, 3), brought(6, 10)], faults: [outage]});
const withGap = (...notes: Item[]): Item[] => [...lines(entries.slice(0, 3)), ...notes, ...lines(entries.slice(6))];

test('what no reader could have had may be lost, if a marker has the amount', () => {
  const result = judge(withGap(lost('3 entries')), gap);
  expect(result.texts).toEqual([]);
  expect(tally(result, 'outage')).toMatchObject({lost: 4, unrecoverable: 4, unmarked: 0});
  expect(judge(withGap(lost('2 to 4 entries')), gap).texts).toEqual([]);
});

test('a loss without its marker, with too small a claim, or with another reason', () => {
  expect(judge(withGap(), gap).texts).toEqual(['no marker tells of 3 lost entries or of another life']);
  expect(tally(judge(withGap(), gap), 'outage')?.unmarked).toBe(1);
  expect(judge(withGap(lost('2 entries')), gap).texts).toEqual([
    expect.stringContaining('3 entries were lost, and it said'),
  ]);
  expect(judge(withGap(cleared), gap).texts).toEqual([expect.stringContaining('it was not')]);
});

test('a marker in the wrong place counts for nothing', () => {
  const items = [
    ...lines(entries.slice(0, 3)),
    ...lines(entries.slice(6, 8)),
    lost('3 entries'),
    ...lines(entries.slice(8)),
  ];
  expect(judge(items, gap).texts).toEqual([
    'no marker tells of 3 lost entries or of another life',
    expect.stringContaining('0 entries were lost, and it said'),
    expect.stringContaining('nothing was lost, and it said'),
  ]);
});

test('the beginning of a line that was cut is no line, and must be marked', () => {
  const items = (...notes: Item[]) => [...lines([...entries.slice(0, 3), 'ln']), ...notes, ...lines(entries.slice(6))];
  expect(judge(items(cut, lost('3 entries')), gap).texts).toEqual([]);
  expect(judge(items(lost('3 entries')), gap).texts).toEqual(['received what was never logged: "ln"']);
});

test('another epoch must be reported, lossless or not', () => {
  const lives = [
    {pipelineId: 'id', ...first},
    {pipelineId: 'id', ...second},
  ];
  const truth = truthOf({lives, connections: [everything, ofSecondLife]});
  expect(judge([...lines(entries), cleared, ...lines(secondLife)], truth).texts).toEqual([]);
  expect(judge(lines([...entries, ...secondLife]), truth).texts).toEqual([
    'no marker tells of 0 lost entries or of another life',
  ]);
});

test('markers that are not in place must report each loss in order, and nothing else', () => {
  const apart = (...notes: Item[]) => [...withGap(), ...notes];
  expect(judge(apart(lost('3 entries')), gap, false).texts).toEqual([]);
  expect(judge(apart(), gap, false).texts).toEqual(['no marker tells of 3 lost entries or of another life']);
  expect(judge(apart(lost('3 entries'), lost('1 entry')), gap, false).texts).toEqual([
    expect.stringContaining('a marker too many: 1 entry lost'),
  ]);
});

test('two epochs in a row are reported twice, and one that was created again may be reported twice', () => {
  const third = wireOf(['newer 0']);
  const lives = [
    {pipelineId: 'id', ...first},
    {pipelineId: 'id', ...second},
    {pipelineId: 'other', ...third},
  ];
  const ofThirdLife = {reader, life: 2, from: 0, sent: third.wire.length, sure: third.wire.length};
  const truth = truthOf({lives, connections: [everything, ofSecondLife, ofThirdLife]});
  const received = lines([...entries, ...secondLife, 'newer 0']);
  const ended = noteItem('12:00:00 deleted and created again');
  const again = noteItem('created again · a new pipeline of the same name');
  expect(judge([...received, cleared, again], truth, false).texts).toEqual([]);
  expect(judge([...received, cleared, ended, again], truth, false).texts).toEqual([]);
  expect(judge([...received, cleared], truth, false).texts).toEqual([
    'no marker tells of 0 lost entries or of another life',
  ]);
});

test('a reader that came later is owed only what its first connection brought', () => {
  const truth = truthOf({connections: [brought(4, 10)]});
  expect(judge(lines(entries.slice(4)), truth).texts).toEqual([]);
  expect(() => compare(truth, 'somebody else', {items: [], inPlace: true})).toThrow('never followed');
});
