import {describe, expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {timestamp} from '../../../source/engine/stitch/overlap.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {restored} from './restored.ts';

/** A line with a time, each number its own. */
function dated(number: number): string {
  return `[p] 2026-01-02T03:04:05.${String(number).padStart(6, '0')}Z  INFO t: line ${number}\n`;
}

function bufferOf(...pieces: readonly string[]): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  for (const piece of pieces) {
    if (piece === 'marker') buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
    else buffer.append(Buffer.from(piece));
  }
  return buffer;
}

/** Where a recording of `recorded`, which one run has written, continues with the buffer of the next. */
async function join(recorded: string, buffer: WritableLogBuffer, from = buffer.firstId) {
  await using home = await temporaryDirectory();
  const recordings = new Recordings({
    directory: home.path,
    maxBytes: 1e9,
    clock: systemClock,
    processes: {pid: 1, user: process.geteuid?.(), isAlive: () => false, random: Math.random},
  });
  const first = await recordings.open('p', 'id-1');
  if (recorded === '') {
    const start = first.past.join(buffer, {from, date: timestamp});
    await first.release();
    return start;
  }
  const {buffer: before, start} = restored(first.past, {maxBytes: 1e6});
  before.append(Buffer.from(recorded));
  if (!first.record) throw new Error('another program writes it');
  const recorder = first.record({buffer: before, start, state: () => undefined, onChange: () => {}, onGone: () => {}});
  recorder.wake();
  await recorder.finish();
  const second = await recordings.open('p', 'id-1');
  const joined = second.past.join(buffer, {from, date: timestamp});
  await second.release();
  return joined;
}

/** The place in front of the entry `id`, and what is before it. */
function at(id: number, ...before: readonly string[]) {
  return {id, within: 0, lines: before.length};
}

describe('a recording that held nothing', () => {
  it('begins with the entry that is given, and nothing is missing', async () => {
    const buffer = bufferOf(dated(1), dated(2), dated(3));
    expect(await join('', buffer, 1)).toMatchObject({...at(1, dated(1)), gap: 'none'});
  });
});

describe('continues behind what the buffer has of it', () => {
  it('after its last line', async () => {
    const buffer = bufferOf(dated(1), dated(2), dated(3));
    const start = await join(dated(1) + dated(2), buffer);
    expect(start).toMatchObject({...at(2, dated(1), dated(2)), gap: 'none'});
  });

  it('after lines without a time behind the last one that has one', async () => {
    const buffer = bufferOf(dated(1), '  at a\n', '  at b\n', dated(2));
    const start = await join(`${dated(1)}  at a\n  at b\n`, buffer);
    expect(start).toMatchObject({...at(3, dated(1), '  at a\n', '  at b\n'), gap: 'none'});
  });

  it('past markers, which are no bytes', async () => {
    const buffer = bufferOf(dated(1), 'marker', '  at a\n', dated(2));
    const start = await join(`${dated(1)}  at a\n`, buffer);
    expect(start).toMatchObject({...at(3, dated(1), '  at a\n'), gap: 'none'});
  });

  it('within a line that the recording has the beginning of', async () => {
    const buffer = bufferOf(dated(1), '  at a place\n', dated(2));
    const start = await join(`${dated(1)}  at`, buffer);
    expect(start).toMatchObject({id: 1, within: 4, lines: 1, gap: 'none'});
    expect(start.span).toEqual({firstId: 2, delta: 0});
  });

  it('within the line that is still open', async () => {
    const buffer = bufferOf(dated(1), '  at a');
    const start = await join(`${dated(1)}  at a`, buffer);
    expect(start).toMatchObject({id: 1, within: 6, gap: 'none'});
  });
});

describe('continues with a gap, from the entry that is given, where', () => {
  it.each<[string, string, WritableLogBuffer]>([
    ['the buffer has nothing of it', dated(1), bufferOf(dated(2), dated(3))],
    ['nothing in it has a time', 'step 1\n', bufferOf('step 1\n', dated(2))],
    ['the buffer has its last dated line twice', dated(1), bufferOf(dated(1), dated(1))],
    ['the buffer continues otherwise', `${dated(1)}  at a\n`, bufferOf(dated(1), '  at b\n')],
    ['the buffer continues with a shorter line', `${dated(1)}  at a place\n`, bufferOf(dated(1), '  at a\n')],
    ['the buffer ends before it', `${dated(1)}  at a\n`, bufferOf(dated(1))],
    ['the line is open in the buffer and has ended in it', `${dated(1)}  at a\n`, bufferOf(dated(1), '  at a')],
    ['the buffer has the line inside another one only', dated(1), bufferOf(`> ${dated(1)}`, dated(2))],
  ])('%s', async (_, recorded, buffer) => {
    expect(await join(recorded, buffer)).toMatchObject({...at(0), gap: 'lines'});
  });

  it('what it ends with is before that entry', async () => {
    const buffer = bufferOf(dated(1), dated(2), dated(3));
    expect(await join(dated(1), buffer, 2)).toMatchObject({...at(2, dated(1), dated(2)), gap: 'lines'});
  });
});
