import type {LogBuffer} from './log-buffer.ts';

/** Identifies a line after a restart. `bytes`: without the newline; `before`: hash of the line before it; 0: none. */
export type LineAnchor = {readonly bytes: number; readonly hash: number; readonly before: number};

/** Markers of the log between two lines; more than one or two are rare. */
const mostMarkers = 16;

/** Returns undefined for a marker, the open line, and an id that is not held. */
export function anchorOf(buffer: LogBuffer, id: number): LineAnchor | undefined {
  if (id >= buffer.endedTo) return undefined;
  const line = buffer.lineAt(id);
  // `hashBefore` comes last: it may end the view `line`.
  return line && {bytes: line.length, hash: hashOf(line), before: hashBefore(buffer, id)};
}

/** Finds lines by their anchors, in what a buffer holds when the search is made. */
export class AnchorSearch {
  readonly #buffer: LogBuffer;
  readonly #wanted = new Map<number, LineAnchor[]>();
  readonly #end: number;
  readonly #found = new Map<LineAnchor, {readonly id: number; readonly certain: boolean}>();
  #next: number;

  constructor(buffer: LogBuffer, anchors: readonly LineAnchor[]) {
    this.#buffer = buffer;
    this.#next = buffer.firstId;
    this.#end = buffer.endedTo;
    for (const anchor of anchors) {
      const sameLength = this.#wanted.get(anchor.bytes);
      if (sameLength) sameLength.push(anchor);
      else this.#wanted.set(anchor.bytes, [anchor]);
    }
  }

  /** Returns the newest line with the same line before it, else the newest: that line may have left the log. */
  idOf(anchor: LineAnchor): number | undefined {
    return this.#found.get(anchor)?.id;
  }

  /** Compares about `maxBytes` more bytes; true: all were compared. */
  step(maxBytes: number): boolean {
    let left = maxBytes;
    while (left > 0 && this.#wanted.size > 0) {
      this.#next = Math.max(this.#next, this.#buffer.firstId);
      if (this.#next >= this.#end) return true;
      const segment = this.#buffer.segmentAt(this.#next);
      if (!segment) return true;
      const {firstId, starts, bytes} = segment;
      // Lengths are compared first: almost no line has to be hashed.
      const candidates: number[] = [];
      const end = Math.min(segment.endId, this.#end);
      for (let id = this.#next; id < end; id++) {
        const length = (starts[id + 1 - firstId] ?? bytes.length) - (starts[id - firstId] ?? 0);
        if (this.#wanted.has(length - 1)) candidates.push(id);
      }
      for (const id of candidates) this.#compare(id);
      left -= bytes.length;
      this.#next = end;
    }
    return this.#wanted.size === 0 || this.#next >= this.#end;
  }

  #compare(id: number): void {
    const line = this.#buffer.lineAt(id);
    if (!line) return;
    const hash = hashOf(line);
    for (const anchor of this.#wanted.get(line.length) ?? []) {
      if (anchor.hash !== hash) continue;
      const certain = hashBefore(this.#buffer, id) === anchor.before;
      if (certain || !this.#found.get(anchor)?.certain) this.#found.set(anchor, {id, certain});
    }
  }
}

function hashBefore(buffer: LogBuffer, id: number): number {
  const before = lineUpTo(buffer, id - 1);
  const line = before === undefined ? undefined : buffer.lineAt(before);
  return line ? hashOf(line) : 0;
}

/** The entry itself or the nearest line before it, the open one included; undefined behind too many markers. */
export function lineUpTo(buffer: LogBuffer, id: number): number | undefined {
  for (let near = id, markers = 0; near >= buffer.firstId && markers < mostMarkers; near--) {
    const marker = buffer.markerAt(near);
    if (!marker) return near < buffer.endId ? near : undefined;
    markers += 1;
  }
  return undefined;
}

/**
 * FNV-1a, 32 bits: enough, with the length and the line before, to identify a line of a log. `from`: the hash of what is
 * before these bytes.
 */
export function hashOf(bytes: Uint8Array, from = 0x811c9dc5): number {
  let hash = from;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
