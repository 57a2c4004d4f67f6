import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {MergeFeed, mergedStatus} from '../../../source/engine/feeds/merge-feed.ts';
import {Log} from '../../../source/engine/logs/log.ts';
import type {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {bufferInfo, type LogSnapshot} from '../../../source/engine/logs/log-snapshot.ts';
import {type Capabilities, capabilitiesOf} from '../../../source/engine/opened/found-log.ts';
import {LogFormat} from '../../../source/engine/records/log-format.ts';
import type {Clock} from '../../../source/lib/clock.ts';
import {createStore} from '../../../source/lib/store.ts';

const day = Date.UTC(2026, 10, 25);

/** A line with a time of `milliseconds` after midnight. */
export function lineAt(name: string, milliseconds: number, text: string): string {
  return `[${name}] ${new Date(day + milliseconds).toISOString().slice(0, -1)}000Z  INFO test:  ${text}`;
}

/** A stream as the merged log sees it: what a test appends to its buffer notifies at once, as a frame does. */
export class Feed {
  readonly name: string;
  readonly capabilities: Capabilities = capabilitiesOf(undefined);
  readonly format = new LogFormat();
  readonly buffer: WritableLogBuffer;
  readonly #store;

  constructor(name: string, options: {maxBytes: number; segmentBytes?: number} = {maxBytes: 1 << 20}) {
    this.name = name;
    this.buffer = new WritableLogBuffer(options);
    this.#store = createStore<LogSnapshot>({...bufferInfo(this.buffer), ...mergedStatus([], {kind: 'live'})});
  }

  get snapshot() {
    return this.#store;
  }

  /** Appends text as it is. */
  write(text: string): void {
    this.buffer.append(Buffer.from(text));
    this.format.append(Buffer.from(text));
    if (this.format.other && !this.buffer.format) this.buffer.setFormat(this.format.other);
    this.show();
  }

  /** A dated line for each of the times. */
  writeAt(...milliseconds: number[]): void {
    for (const at of milliseconds) this.write(`${lineAt(this.name, at, `at ${at}`)}\n`);
  }

  show(change: Partial<LogSnapshot> = {}): void {
    const {connection, file, events, receivedAt} = {...this.#store.get(), ...change};
    const own = {...bufferInfo(this.buffer), ...mergedStatus([], connection)};
    this.#store.set({...own, file, events, receivedAt});
  }
}

type Sources = ConstructorParameters<typeof MergeFeed>[1]['sources'];

/** A merged log, as the screen makes one. */
export function mergedLog(
  name: string,
  sources: Sources,
  options: {readonly clock: Clock; readonly fps: number; readonly scrollbackBytes: number},
): Log<MergeFeed> {
  const feed = (sink: LogSink) => new MergeFeed(sink, {...options, name, sources});
  const log = new Log({...options, isCopy: true, feed});
  log.start();
  return log;
}

/** Lines of an earlier time, a segment each, that are not in memory. `reads` counts what was read back. */
export function pastOf(...lines: string[]): {readonly buffer: WritableLogBuffer; readonly reads: () => number} {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  let reads = 0;
  for (const line of lines) {
    const text = Buffer.from(`${line}\n`);
    const read = () => {
      reads += 1;
      return text;
    };
    buffer.addPast({lines: 1, byteLength: text.length, markers: [], bytes: {isStored: () => true, read}});
  }
  return {buffer, reads: () => reads};
}
