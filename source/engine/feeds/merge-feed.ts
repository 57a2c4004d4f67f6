import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {type ConnectionEvent, type ConnectionState, eventsKept} from '../connection/state.ts';
import type {Feed, MergedSources, Missing} from '../logs/feed.ts';
import type {Log} from '../logs/log.ts';
import type {LogSink} from '../logs/log-sink.ts';
import {catchUpOf, type FileState, type LogSnapshot} from '../logs/log-snapshot.ts';
import {Merge} from '../merge/merge.ts';
import {mergedCapabilities} from '../opened/found-log.ts';

/** Milliseconds: a line is delayed by the server's buffers, and by up to a frame (83 ms at 12 a second). */
const shortestWindow = 250;
const framesInWindow = 2;
/** Milliseconds: a file that is polled grows once a second. */
const quiet = 1500;

type MergeSource = Pick<Log, 'name' | 'buffer' | 'snapshot' | 'capabilities' | 'format'>;

/** Source of a merged log, without a reference to the log: one that was left would keep a whole scrollback. */
type Source = {
  readonly snapshot: () => LogSnapshot;
  readonly format: MergeSource['format'];
  readonly unsubscribe: () => void;
  readonly left: boolean;
};

/** Several open logs as one, merged by time (see `Merge`) into a buffer of its own. It opens no connection. */
export class MergeFeed implements Feed, MergedSources {
  readonly capabilities: Feed['capabilities'];
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #merge: Merge;
  readonly #runner: SliceRunner;
  readonly #sources: Source[];
  readonly #startedAt: number;
  #name: string;
  #names: readonly string[];
  /** Every source has caught up: they are being merged. */
  #started = false;
  /** Everything that was held at the start has been merged. */
  #isCaughtUp = false;
  #closed = false;
  #cancelWait: (() => void) | undefined;
  /** Monotonic milliseconds. */
  #waitsUntil = Number.POSITIVE_INFINITY;

  /** Two to 255 sources. `scrollbackBytes`: the limit of the merged buffer. */
  constructor(
    sink: LogSink,
    options: {
      readonly name: string;
      readonly sources: readonly MergeSource[];
      readonly clock: Clock;
      readonly fps: number;
      readonly scrollbackBytes: number;
    },
  ) {
    const {clock, fps, sources} = options;
    this.capabilities = mergedCapabilities(sources.map(({capabilities}) => capabilities));
    this.#name = options.name;
    this.#names = sources.map(({name}) => name);
    this.#sink = sink;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#merge = new Merge({
      sink,
      sources: sources.map(({buffer}) => buffer),
      quiet,
      now: this.#startedAt,
      window: Math.max(shortestWindow, (framesInWindow * 1000) / fps),
      reach: options.scrollbackBytes,
      wall: clock.wall,
    });
    if (sources.some(({capabilities}) => capabilities.hasOthers)) {
      const formatOf = (id: number) => this.#sources[this.#merge.sourceOf(id)]?.format.other;
      sink.setFormat({
        name: '',
        canonical: (line, id, isPart) => formatOf(id)?.canonical(line, id, isPart) ?? line,
        partBefore: (line, id, lineAt) => {
          const origin = this.#merge.sourceOf(id);
          const ofOthers = Buffer.of();
          const ownAt = (other: number) => (this.#merge.sourceOf(other) === origin ? lineAt(other) : ofOthers);
          return formatOf(id)?.partBefore?.(line, id, ownAt);
        },
        prefixLength: (line, id) => formatOf(id)?.prefixLength?.(line, id) ?? 0,
        streamOf: (line, id) => `${this.#merge.sourceOf(id)} ${formatOf(id)?.streamOf?.(line, id) ?? ''}`,
      });
    }
    this.#runner = new SliceRunner({
      clock,
      step: (maxBytes) => this.#merge.step(maxBytes, clock.monotonic()),
      onSlice: (isCaughtUp) => this.#afterSlice(isCaughtUp),
    });
    this.#sources = sources.map(({snapshot, format}, origin) => ({
      snapshot: () => snapshot.get(),
      format,
      unsubscribe: snapshot.subscribe(() => this.#onSourceChange(origin)),
      left: false,
    }));
  }

  get merge(): this {
    return this;
  }

  get name(): string {
    return this.#name;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** `connection` is the worst of the sources', or catching up until their lines of the start are merged. */
  get status(): Feed['status'] {
    const catchingUp: ConnectionState = {kind: 'catching-up', since: this.#startedAt};
    const nameOf = (origin: number) => this.#names[origin] ?? '';
    const sources = this.#sources.map(({snapshot, left}, at) => ({name: nameOf(at), snapshot: snapshot(), left}));
    return mergedStatus(sources, this.#isCaughtUp || this.#closed ? undefined : catchingUp);
  }

  get isWhole(): boolean {
    return !this.#sources.some(({left}) => left);
  }

  start(): void {
    this.#startWhenReady();
  }

  originAt(id: number): number | undefined {
    return this.#merge.originAt(id);
  }

  missingAt(id: number): readonly Missing[] {
    return this.#merge.missingAt(id);
  }

  rename(name: string, names: ReadonlyMap<string, string>): void {
    this.#name = name;
    this.#names = this.#names.map((each) => names.get(each) ?? each);
  }

  leave(name: string): void {
    const origin = this.#sources.findIndex(({left}, at) => this.#names[at] === name && !left);
    const source = this.#sources[origin];
    if (!source) return;
    source.unsubscribe();
    const last = source.snapshot();
    this.#sources[origin] = {...source, snapshot: () => last, left: true};
    this.#merge.leave(origin);
    if (this.#started) this.#runner.wake();
    else this.#startWhenReady();
    this.#sink.onChange();
  }

  close(): undefined {
    this.#closed = true;
    for (const name of this.#names) this.leave(name);
    this.#runner.dispose();
    this.#merge.close();
    this.#cancelWait?.();
  }

  /** Waits for all catch-ups: a log never changes above, so their old lines would come after newer ones. */
  #startWhenReady(): void {
    if (this.#started || !this.#sources.every(({left, snapshot}) => left || catchUpOf(snapshot()) !== 'coming')) return;
    // An open line stands where its time belongs, too: the last one of a file may have no newline.
    const isFile = this.#sources.some(({snapshot}) => snapshot().file?.kind === 'followed');
    const opensDueAt = isFile ? (this.#merge.opensDueAt ?? 0) : 0;
    if (opensDueAt <= this.#clock.monotonic()) this.#begin();
    // Once: a file that grows all the time is not waited for.
    else if (this.#waitsUntil === Number.POSITIVE_INFINITY) this.#waitUntil(opensDueAt, () => this.#begin());
  }

  #begin(): void {
    this.#started = true;
    for (const [origin, {format}] of this.#sources.entries()) {
      if (format.isRecognised === false) this.#merge.addMarker({kind: 'not-ordered', at: this.#clock.wall()}, origin);
    }
    this.#merge.setDue();
    this.#runner.wake();
  }

  #onSourceChange(origin: number): void {
    this.#merge.onSourceChange(origin, this.#clock.monotonic());
    if (this.#started) this.#waitForDue();
    else this.#startWhenReady();
    this.#sink.onChange();
  }

  #afterSlice(isCaughtUp: boolean): void {
    this.#isCaughtUp ||= isCaughtUp;
    if (isCaughtUp) this.#waitForDue();
    this.#sink.onChange();
  }

  #waitForDue(): void {
    const {dueAt = Number.POSITIVE_INFINITY} = this.#merge;
    if (dueAt >= this.#waitsUntil || this.#closed) return;
    this.#waitUntil(dueAt, () => this.#runner.run());
  }

  /** Waits in place of the wait before. */
  #waitUntil(at: number, then: () => void): void {
    this.#cancelWait?.();
    this.#waitsUntil = at;
    this.#cancelWait = this.#clock.after(Math.max(0, at - this.#clock.monotonic()), () => {
      this.#waitsUntil = Number.POSITIVE_INFINITY;
      then();
    });
  }
}

/** States from those that need the user to those that are well. */
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

/** Shows the worst connection of the followed sources, the last byte of all, and all events with their source. */
export function mergedStatus(
  sources: readonly SourceState[],
  ownConnection: ConnectionState | undefined,
): Feed['status'] {
  const connections = sources.flatMap(({snapshot, left}) => (left ? [] : (snapshot.connection ?? [])));
  if (ownConnection) connections.push(ownConnection);
  // Of pipelines all of which were left.
  const idle = sources.some(({snapshot}) => snapshot.connection) ? ({kind: 'idle'} as const) : undefined;
  const [connection = idle] = connections.sort((a, b) => worstFirst.indexOf(a.kind) - worstFirst.indexOf(b.kind));
  const lastBytes = sources.flatMap(({snapshot}) => snapshot.receivedAt ?? []);
  return {
    connection,
    file: connection ? undefined : mergedFile(sources),
    events: mergedEvents(sources),
    lostStreams: [...new Set(sources.flatMap(({snapshot, left}) => (left ? [] : (snapshot.lostStreams ?? []))))],
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
