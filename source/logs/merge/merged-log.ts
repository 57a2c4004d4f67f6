import type {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Packer} from '../../buffer/packed-store.ts';
import type {Clock} from '../../lib/clock.ts';
import {FrameBatch} from '../../lib/frames.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore, type Store} from '../../lib/store.ts';
import {type ConnectionEvent, type ConnectionState, eventsKept} from '../connection/state.ts';
import {LogSink} from '../log-sink.ts';
import {
  bufferInfo,
  type FileState,
  isCatchingUp,
  type LogSnapshot,
  type LogSource,
  type Missing,
} from '../log-source.ts';
import {Merge} from './merge.ts';

/** Milliseconds: a line is delayed by the server's buffers, and by up to a frame (83 ms at 12 a second). */
const shortestWindow = 250;
const framesInWindow = 2;

type MergeSource = Pick<LogSource, 'name' | 'buffer' | 'snapshot'>;

/** Without a reference to a stream that was left, which would keep a whole scrollback. */
type Source = {
  readonly name: string;
  readonly snapshot: () => LogSnapshot;
  readonly unsubscribe: () => void;
  readonly left: boolean;
};

/** Several open streams as one log, merged by time (see `Merge`) into a buffer of its own. It opens no connection. */
export class MergedLog {
  /** Of its tab: the names of its pipelines, which may change. */
  name: string;
  readonly buffer: LogBuffer;
  /** By origin; those of sources that were left keep their place. */
  sourceNames: readonly string[];
  readonly #clock: Clock;
  readonly #merge: Merge;
  readonly #runner: SliceRunner;
  readonly #batch: FrameBatch;
  readonly #sources: Source[];
  readonly #store: Store<LogSnapshot>;
  readonly #startedAt: number;
  /** Every source has caught up: they are being merged. */
  #started = false;
  /** Everything that was held at the start has been merged. */
  #isCaughtUp = false;
  #closed = false;
  #cancelWait: (() => void) | undefined;

  /** Two to 255 sources. `scrollbackBytes` limits the merged buffer alone. */
  constructor(options: {
    readonly name: string;
    readonly sources: readonly MergeSource[];
    readonly clock: Clock;
    readonly fps: number;
    readonly fpsNow?: ReadableStore<number> | undefined;
    readonly scrollbackBytes: number;
    readonly packer?: Packer | undefined;
  }) {
    const {clock, fps, sources} = options;
    this.name = options.name;
    this.sourceNames = sources.map(({name}) => name);
    const buffer = {maxBytes: options.scrollbackBytes, packer: options.packer};
    const sink = new LogSink({buffer, clock, countsErrors: false});
    this.buffer = sink.buffer;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#merge = new Merge({
      sink,
      sources: sources.map(({buffer}) => buffer),
      window: Math.max(shortestWindow, (framesInWindow * 1000) / fps),
      reach: options.scrollbackBytes,
      wall: clock.wall,
    });
    this.#runner = new SliceRunner({
      clock,
      step: (maxBytes) => this.#merge.step(maxBytes, clock.monotonic()),
      onSlice: (isCaughtUp) => this.#afterSlice(isCaughtUp),
    });
    this.#sources = sources.map(({name, snapshot}, origin) => ({
      name,
      snapshot: () => snapshot.get(),
      unsubscribe: snapshot.subscribe(() => this.#onSourceChange(origin)),
      left: false,
    }));
    this.#store = createStore(this.#newSnapshot());
    this.#batch = new FrameBatch({
      clock,
      fps: options.fpsNow ?? fps,
      flush: () => this.#store.set(this.#newSnapshot()),
    });
    this.#startWhenReady();
  }

  /** `connection` is the worst of the sources', or catching up until their lines of the start are merged. */
  get snapshot(): ReadableStore<LogSnapshot> {
    return this.#store;
  }

  /** No source was left. */
  get isWhole(): boolean {
    return !this.#sources.some(({left}) => left);
  }

  /** See `Merge.originAt`. */
  originAt(id: number): number | undefined {
    return this.#merge.originAt(id);
  }

  /** See `LogSource.missingAt`. */
  missingAt(id: number): readonly Missing[] {
    return this.#merge.missingAt(id);
  }

  /** `names`: the new names of its pipelines, by the old ones. */
  rename(name: string, names: ReadonlyMap<string, string>): void {
    const nameOf = (each: string) => names.get(each) ?? each;
    this.name = name;
    this.sourceNames = this.sourceNames.map(nameOf);
    for (const [origin, source] of this.#sources.entries()) {
      this.#sources[origin] = {...source, name: nameOf(source.name)};
    }
  }

  addDivider(): void {
    this.#merge.addMarker({kind: 'drawn', at: this.#clock.wall()});
    this.#batch.request();
  }

  /** See `LogBuffer.shrinkTo`. */
  shrinkTo(bytes: number, newest: number): void {
    if (this.buffer.shrinkTo(bytes, newest)) this.#batch.request();
  }

  /** Reads what the source holds now, an open line included, and nothing later: its tab has been closed. */
  leave(name: string): void {
    const origin = this.#sources.findIndex((each) => each.name === name && !each.left);
    const source = this.#sources[origin];
    if (!source) return;
    source.unsubscribe();
    const last = source.snapshot();
    this.#sources[origin] = {...source, snapshot: () => last, left: true};
    this.#merge.leave(origin);
    if (this.#started) this.#runner.wake();
    else this.#startWhenReady();
    this.#batch.request();
  }

  /** What was merged can still be read. */
  close(): void {
    this.#closed = true;
    for (const {name} of this.#sources) this.leave(name);
    this.#runner.dispose();
    this.#cancelWait?.();
    this.#batch.dispose();
    this.#store.set(this.#newSnapshot());
  }

  /** Waits for all catch-ups: a log never changes above, so their old lines would come after newer ones. */
  #startWhenReady(): void {
    if (this.#started || !this.#sources.every(({left, snapshot}) => left || hasCaughtUp(snapshot()))) return;
    this.#started = true;
    this.#merge.setDue();
    this.#runner.wake();
  }

  #onSourceChange(origin: number): void {
    if (this.#started) {
      this.#merge.onSourceChange(origin, this.#clock.monotonic());
      this.#waitForDue();
    } else this.#startWhenReady();
    this.#batch.request();
  }

  #afterSlice(isCaughtUp: boolean): void {
    this.#isCaughtUp ||= isCaughtUp;
    if (isCaughtUp) this.#waitForDue();
    this.#batch.request();
  }

  /** Arrivals are due in their order, so one wait is enough. */
  #waitForDue(): void {
    const {dueAt} = this.#merge;
    if (dueAt === undefined || this.#cancelWait || this.#closed) return;
    this.#cancelWait = this.#clock.after(Math.max(0, dueAt - this.#clock.monotonic()), () => {
      this.#cancelWait = undefined;
      this.#runner.run();
    });
  }

  #newSnapshot(): LogSnapshot {
    const catchingUp: ConnectionState = {kind: 'catching-up', since: this.#startedAt};
    const sources = this.#sources.map(({name, snapshot, left}) => ({name, snapshot: snapshot(), left}));
    return mergedSnapshot(this.buffer, sources, this.#isCaughtUp || this.#closed ? undefined : catchingUp);
  }
}

/** A stream is idle from its opening to its first frame. Of a large file, the end comes first, and then what is before. */
function hasCaughtUp(snapshot: LogSnapshot): boolean {
  const isIdle = snapshot.connection?.kind === 'idle';
  return !isIdle && !isCatchingUp(snapshot) && snapshot.file?.counted === undefined;
}

/** From what needs the user to what is well. */
const worstFirst: readonly ConnectionState['kind'][] = [
  'gone',
  'waiting',
  'ended',
  'connecting',
  'catching-up',
  'idle',
  'live',
];

/** `left`: nothing more is read from it. */
type SourceState = {readonly name: string; readonly snapshot: LogSnapshot; readonly left: boolean};

/** Undefined without connections. */
function worstConnection(connections: readonly ConnectionState[]): ConnectionState | undefined {
  for (const kind of worstFirst) {
    const found = connections.find((connection) => connection.kind === kind);
    if (found) return found;
  }
  return undefined;
}

/** Shows the worst connection of the followed sources, the last byte of all, and all events with their source. */
export function mergedSnapshot(
  buffer: LogBuffer,
  sources: readonly SourceState[],
  ownConnection: ConnectionState | undefined,
): LogSnapshot {
  const connections = sources.flatMap(({snapshot, left}) => (left ? [] : (snapshot.connection ?? [])));
  // Of pipelines all of which were left.
  const idle = sources.some(({snapshot}) => snapshot.connection) ? ({kind: 'idle'} as const) : undefined;
  const lastBytes = sources.flatMap(({snapshot}) => snapshot.receivedAt ?? []);
  const connection = worstConnection(ownConnection ? [ownConnection, ...connections] : connections) ?? idle;
  return {
    ...bufferInfo(buffer),
    connection,
    file: connection ? undefined : mergedFile(sources),
    events: mergedEvents(sources),
    unread: [...new Set(sources.flatMap(({snapshot, left}) => (left ? [] : (snapshot.unread ?? []))))],
    receivedAt: lastBytes.length > 0 ? Math.max(...lastBytes) : undefined,
  };
}

/** The merged log fails if one file cannot be read, and is followed as long as one of them is. */
function mergedFile(sources: readonly SourceState[]): FileState | undefined {
  const files = sources.flatMap(({snapshot, left}) => (left ? [] : (snapshot.file ?? [])));
  const kind = (['failed', 'followed', 'ended'] as const).find((each) => files.some((file) => file.kind === each));
  if (kind === undefined) return undefined;
  const grewAt = Math.max(...files.map((file) => file.grewAt ?? 0));
  return {
    kind,
    size: files.reduce((sum, {size}) => sum + size, 0),
    read: files.reduce((sum, {read}) => sum + read, 0),
    ...(grewAt > 0 && {grewAt}),
    hasWriter: files.some((file) => file.kind === 'followed' && file.hasWriter),
    why: files.find(({why}) => why !== undefined)?.why,
  };
}

function mergedEvents(sources: readonly SourceState[]): readonly ConnectionEvent[] {
  return sources
    .flatMap(({name, snapshot}) => snapshot.events.map(({at, text}) => ({at, text: `${name}: ${text}`})))
    .sort((a, b) => a.at - b.at)
    .slice(-eventsKept);
}
