import type {Marker} from '../buffer/marker.ts';
import type {Fact} from './recording-facts.ts';

export type RecordedFile = {
  readonly number: number;
  readonly offset: number;
  readonly line: number;
  readonly begunAt: number;
  /** Lengths of its gzip members, a block each; undefined while it is plain. */
  members: readonly number[] | undefined;
};
export type RecordedBlock = Extract<Fact, {kind: 'block'}>;
export type RecordedMarker = {
  readonly number: number;
  readonly offset: number;
  readonly line: number;
  readonly marker: Marker;
};

/** How to go on with the log from `offset`; without a `state` nobody knows. From `freshFrom` on it is a reference. */
export type RecordedState = {readonly offset: number; readonly state: unknown; readonly freshFrom: number};

/** Facts of one write are void together; it never holds nearly as many states. */
const statesHeld = 64;

/** What an index says: the files, blocks, markers and states of one recording. All lists are in order. */
export class RecordingMap {
  /** Wall milliseconds of the beginning. */
  begunAt = 0;
  /** Undefined until the first fact was read. */
  version: number | undefined;
  /** Undefined: nobody said. */
  server: string | undefined;
  files: RecordedFile[] = [];
  blocks: RecordedBlock[] = [];
  markers: RecordedMarker[] = [];
  /** The number of the next marker. */
  nextMarker = 0;
  /** The newest ones only. */
  readonly #states: RecordedState[] = [];
  /** Facts that were superseded, or speak of files that are gone. */
  idle = 0;

  apply(fact: Fact): void {
    switch (fact.kind) {
      case 'recording':
        this.begunAt = fact.at;
        this.version = fact.version;
        this.server = fact.server;
        return;
      case 'file':
        this.files = this.files.filter(({number}) => number < fact.file);
        this.files.push({
          number: fact.file,
          offset: fact.offset,
          line: fact.line,
          begunAt: fact.at,
          members: undefined,
        });
        return;
      case 'block':
        this.#keepWhile(this.blocks, ({offset}) => offset < fact.offset);
        this.blocks.push(fact);
        return;
      case 'marker': {
        this.#keepWhile(this.markers, ({number}) => number < fact.number);
        const {number, offset, line, marker} = fact;
        this.markers.push({number, offset, line, marker});
        this.nextMarker = number + 1;
        return;
      }
      case 'state':
        this.#pushState(fact.state, fact.offset, fact.fresh);
        return;
      case 'gap':
        this.#pushState(undefined, fact.offset, true);
        return;
      case 'compressed': {
        const file = this.files.find(({number}) => number === fact.file);
        if (file) file.members = fact.members;
        return;
      }
      case 'deleted':
        this.#deleteTo(fact.file);
        return;
      case 'end':
        this.endAt(fact.offset);
        return;
    }
  }

  /** Offset of the first byte that is still there, if any is. */
  get firstOffset(): number {
    return this.files[0]?.offset ?? 0;
  }

  /** Where the last block ends: the rest of the log is in no block yet. */
  get blocksEnd(): {readonly offset: number; readonly line: number} {
    const block = this.blocks.at(-1);
    if (block) return {offset: block.offset + block.length, line: block.line + block.lines};
    const [file] = this.files;
    return {offset: file?.offset ?? 0, line: file?.line ?? 0};
  }

  get state(): RecordedState | undefined {
    return this.#states.at(-1);
  }

  /** Takes out what speaks of more than `size` bytes. */
  endAt(size: number): void {
    this.#keepWhile(this.blocks, ({offset, length}) => offset + length <= size);
    this.#keepWhile(this.markers, ({offset}) => offset <= size);
    this.nextMarker = (this.markers.at(-1)?.number ?? -1) + 1;
    this.#keepWhile(this.#states, ({offset}) => offset <= size);
  }

  /** Facts that say the same in order, without those that are of no use any more. */
  facts(): Fact[] {
    const facts: Fact[] = [];
    for (const {number, offset, line, begunAt, members} of this.files) {
      facts.push({kind: 'file', file: number, offset, line, at: begunAt});
      if (members) facts.push({kind: 'compressed', file: number, members});
    }
    facts.push(...this.blocks, ...this.markers.map((marker) => ({kind: 'marker', ...marker}) as const));
    const {state} = this;
    if (!state) return facts;
    if (state.state === undefined) return [...facts, {kind: 'gap', offset: state.offset}];
    // The place from which on the log is a reference needs a fact of its own.
    facts.push({kind: 'gap', offset: state.freshFrom});
    facts.push({kind: 'state', offset: state.offset, fresh: false, state: state.state});
    return facts;
  }

  #pushState(state: unknown, offset: number, fresh: boolean): void {
    this.idle += 1;
    this.#keepWhile(this.#states, (held) => held.offset <= offset);
    if (this.#states.length === statesHeld) this.#states.shift();
    this.#states.push({offset, state, freshFrom: fresh ? offset : (this.state?.freshFrom ?? 0)});
  }

  #keepWhile<T>(list: T[], isKept: (item: T) => boolean): void {
    let length = list.length;
    while (length > 0 && !isKept(list[length - 1] as T)) length -= 1;
    this.idle += list.length - length;
    list.length = length;
  }

  /** Files are deleted from the old end only. */
  #deleteTo(file: number): void {
    this.files = this.files.filter(({number}) => number > file);
    const [first] = this.files;
    if (!first) return;
    const {length} = this.blocks;
    this.blocks = this.blocks.filter(({offset}) => offset >= first.offset);
    this.markers = this.markers.filter(({offset}) => offset >= first.offset);
    this.idle += 1 + length - this.blocks.length;
  }
}
