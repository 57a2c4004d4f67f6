import {describe, expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../../source/engine/buffer/log-buffer.ts';
import type {Marker, MarkerKind} from '../../../../source/engine/buffer/markers.ts';
import type {ConvertLines} from '../../../../source/kit/shell/record-shapes.ts';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import {stripSgr} from '../../../../source/kit/terminal/sgr.ts';
import {LogPrinter} from '../../../../source/shells/commands/logs/log-printer.ts';
import {SlowStream} from '../slow-stream.ts';

const at = Date.UTC(2026, 0, 1, 12, 1, 2);
const marker = (kind: MarkerKind): Marker => ({...kind, at});
const deleted = marker({kind: 'ended', because: 'deleted'});
const reconnected = (times: number, downMs: number) =>
  marker({kind: 'reconnected', cause: 'server-lost', downMs, times, since: at});

/** A printer on a buffer. Bytes and notes come out in one list: `out` is what a terminal would show of both. */
function setUp(options: {maxBytes?: number; prefix?: string; convert?: ConvertLines} = {}) {
  const {maxBytes = 1_000_000, prefix, convert} = options;
  const buffer = new WritableLogBuffer({maxBytes});
  const stream = new SlowStream();
  const output = new LineOutput(stream);
  const note = (text: string) => void stream.taken.push(`<${text}>`);
  const printer = new LogPrinter({buffer, maxBytes, prefix: () => prefix, convert, note});
  return {
    buffer,
    stream,
    output,
    printer,
    append: (bytes: string | Uint8Array) => buffer.append(Buffer.from(bytes)),
    /** Prints while the reader takes everything. */
    async print() {
      printer.check();
      await stream.takeAll();
      while (printer.printSome(output));
      return stream.text;
    },
    /** Prints while there is room. */
    printSome() {
      printer.check();
      while (!output.busy && printer.printSome(output));
    },
  };
}

describe('lines', () => {
  it('come out as they are, when they have ended', async () => {
    const {append, print} = setUp();
    append('one\r\n\ntwo\nthr');
    expect(await print()).toBe('one\r\n\ntwo\n');
    append('ee\n');
    expect(await print()).toBe('one\r\n\ntwo\nthree\n');
  });

  it('have the prefix, and lose their colours, if wanted', async () => {
    const {append, print} = setUp({prefix: 'orders | ', convert: stripSgr});
    append('\x1b[1mone\x1b[0m\n\ntwo\n');
    expect(await print()).toBe('orders | one\norders | \norders | two\n');
  });

  it('that were printed are freed', async () => {
    const {buffer, append, print} = setUp({maxBytes: 100_000_000});
    for (let count = 0; count < 100; count++) {
      append(`${'x'.repeat(99_999)}\n`);
      await print();
    }
    expect(buffer.byteLength).toBeLessThan(1_000_000);
    expect(buffer.totalBytes).toBe(10_000_000);
  });

  it('are handed over in batches of whole lines, the next when the last was taken', async () => {
    const {append, printSome, stream} = setUp();
    append(`${'x'.repeat(999)}\n`.repeat(200));
    for (let writes = 0; writes < 10; writes++) {
      printSome();
      await stream.take();
    }
    expect(stream.text.length).toBe(200_000);
    expect(stream.taken.length).toBeGreaterThan(1);
    for (const write of stream.taken) expect(write).toMatch(/^(x{999}\n)+$/);
  });
});

describe('markers', () => {
  it('are noted where they are', async () => {
    const {buffer, append, print} = setUp();
    append('one\n');
    buffer.addMarker(marker({kind: 'line-cut'}));
    buffer.addMarker(deleted);
    append('two\n');
    expect(await print()).toBe('one\n<the last line printed was cut: its rest is lost><12:01:02 deleted>two\n');
  });

  it('wait until the reader has what is before them', async () => {
    const {buffer, append, printSome, stream} = setUp();
    append('one\n');
    buffer.addMarker(deleted);
    printSome();
    expect(stream.text).toBe('');
    await stream.take();
    printSome();
    expect(stream.text).toBe('one\n<12:01:02 deleted>');
  });

  it('that the writer of the log folds are noted one by one', async () => {
    const {buffer, append, print} = setUp();
    append('one\n');
    buffer.addMarker(reconnected(1, 1000));
    await print();
    append('two\n');
    await print();
    buffer.replaceMarker(1, reconnected(2, 5000));
    append('three\n');
    expect(await print()).toBe(
      'one\n<connection lost · reconnected after 1 s · 0 entries lost>two\n' +
        '<connection lost · reconnected after 4 s · 0 entries lost>three\n',
    );
  });

  it('that the writer of the log corrects are noted again', async () => {
    const {buffer, append, print} = setUp();
    append('one\n');
    buffer.addMarker(marker({kind: 'ended', because: 'unknown'}));
    await print();
    buffer.replaceMarker(1, deleted);
    await print();
    expect(await print()).toBe('one\n<12:01:02 the log ended><12:01:02 deleted>');
  });

  it('that change before they were noted are noted once', async () => {
    const {buffer, append, print} = setUp();
    append('on');
    buffer.addMarker(marker({kind: 'ended', because: 'unknown'}));
    expect(await print()).toBe('');
    buffer.replaceMarker(1, deleted);
    append('e\n');
    expect(await print()).toBe('one\n<12:01:02 deleted>');
  });

  it('that were not checked yet hold up the lines behind them', async () => {
    const {buffer, append, printer, print, output} = setUp();
    append('one\n');
    await print();
    buffer.addMarker(deleted);
    append('two\n');
    expect(printer.printSome(output)).toBe(false);
    expect(await print()).toBe('one\n<12:01:02 deleted>two\n');
  });

  it('are returned with their ids, once', () => {
    const {buffer, append, printer} = setUp();
    append('one\n');
    buffer.addMarker(deleted);
    expect(printer.check()).toEqual([{id: 1, marker: deleted}]);
    expect(printer.check()).toEqual([]);
  });
});

describe('a reader that is too slow', () => {
  it('costs lines past the bound, in one note, but no marker', async () => {
    const {buffer, append, print, printSome, stream} = setUp({maxBytes: 100_000});
    append('first\n');
    printSome();
    append('second\n');
    buffer.addMarker(deleted);
    const lines = Array.from({length: 20_000}, (_, number) => `line ${number}\n`);
    // The marker is noticed while it is still there.
    printSome();
    for (const line of lines) append(line);
    const text = await print();
    const dropped = Number(/too slow: ([\d,]+) lines dropped/.exec(text)?.[1]?.replace(',', ''));
    const rest = lines.slice(dropped - 1).join('');
    expect(stream.taken.filter((each) => each.includes('too slow'))).toHaveLength(1);
    expect(text).toBe(
      `first\n<the reader is too slow: ${dropped.toLocaleString('en-US')} lines dropped>` + `<12:01:02 deleted>${rest}`,
    );
    // Half of the bound is free again, so that the next gap is not near.
    expect(rest.length).toBeLessThan(50_000);
    expect(rest.length).toBeGreaterThan(25_000);
  });
});

describe('the end', () => {
  it('is reached when everything was printed and noted', async () => {
    const {buffer, append, print, printer} = setUp();
    append('one\n');
    buffer.addMarker(deleted);
    printer.check();
    expect(printer.done).toBe(false);
    printer.end({failed: false, say: 'that was all'});
    expect(printer.done).toBe(false);
    expect(await print()).toBe('one\n<12:01:02 deleted><that was all>');
    expect(printer.done).toBe(true);
  });

  it.each([undefined, 'p | '])('ends a line that has no end, and names it, behind the prefix %j', async (prefix) => {
    const {append, print, printer} = setUp({...(prefix !== undefined && {prefix})});
    append('one\ntwo');
    printer.check();
    printer.end({failed: false});
    const [one, two] = [`${prefix ?? ''}one`, `${prefix ?? ''}two`];
    expect(await print()).toBe(`${one}\n${two}\n<the last line printed is incomplete: the rest had not arrived>`);
  });

  it('leaves it out when the log continues', async () => {
    const {append, print, printer} = setUp();
    append('one\ntwo');
    printer.check();
    printer.end({failed: false, continues: true});
    expect(await print()).toBe('one\n');
    expect(printer.done).toBe(true);
  });

  it('may be before what has come already', async () => {
    const {buffer, append, print, printer} = setUp();
    append('one\n');
    buffer.addMarker(deleted);
    append('of the next life\n');
    buffer.addMarker(marker({kind: 'line-cut'}));
    printer.check();
    printer.end({failed: false, from: 1});
    expect(await print()).toBe('one\n<12:01:02 deleted>');
    expect(printer.done).toBe(true);
  });

  it('of nothing is at once', () => {
    const {printer} = setUp();
    printer.end({failed: false});
    expect(printer.done).toBe(true);
  });
});
