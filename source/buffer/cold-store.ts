import type {Marker} from './marker.ts';

/** The bytes of some entries in a row that are kept outside of memory. */
export type ColdBytes = {
  /** False once they were deleted: cheap, asks no disk. */
  readonly isKept: () => boolean;
  /** Reads them, newlines included, in a few milliseconds at the most; undefined when they cannot be had any more. */
  readonly read: () => Buffer | undefined;
};

/** A run of entries whose bytes are kept outside of memory, as `LogBuffer.addPast` takes it. */
export type PastBlock = {
  readonly lines: number;
  readonly byteLength: number;
  /** Its markers in order; `line`: how many of its lines stand before it. */
  readonly markers: readonly {readonly line: number; readonly marker: Marker}[];
  readonly bytes: ColdBytes;
};

/** A segment that is about to leave memory. Offsets count every byte that the buffer ever held, its past included. */
export type LeavingSegment = {
  readonly firstId: number;
  readonly endId: number;
  readonly byteOffset: number;
  readonly byteLength: number;
};

/** Keeps outside of memory what a log buffer drops. */
export type ColdStore = {
  /** Every entry below this id is kept. */
  readonly keptTo: number;
  /** Answers where the segment's bytes are kept; undefined when they are not, and so are gone. */
  readonly keep: (segment: LeavingSegment) => ColdBytes | undefined;
};
