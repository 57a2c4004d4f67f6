import type {Truth} from './protocol.ts';

/** One line that was logged: one character a byte; the entry's position and the number of its life. */
type TruthLine = {readonly text: string; readonly entry: number; readonly life: number};

/** The log from where a reader came in, as lines. */
export type Entries = {
  readonly lines: readonly TruthLine[];
  /** Some connection of the reader brought the whole entry, for sure. */
  readonly wasBrought: (entry: number) => boolean;
  /** Some connection sent the whole entry. */
  readonly wasSent: (entry: number) => boolean;
};

/** Lays the lives of a log end to end, from the first entry that the reader was sent. */
export function readEntries(truth: Truth, reader: string): Entries {
  const connections = truth.connections.filter((connection) => connection.reader === reader);
  const first = connections[0];
  if (!first) throw new Error(`${reader} never followed ${truth.name}`);
  const lines: TruthLine[] = [];
  const brought = new Set<number>();
  const sent = new Set<number>();
  let position = 0;
  for (const [life, {wire, ends}] of truth.lives.entries()) {
    const bytes = Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
    const ranges = connections.filter((connection) => connection.life === life);
    let start = 0;
    for (const end of ends) {
      if (life > first.life || (life === first.life && start >= first.from)) {
        const text = bytes.toString('latin1', start, end - 1);
        for (const line of text.split('\n')) lines.push({text: line, entry: position, life});
        const holding = ranges.filter((range) => range.from <= start && end <= range.sent);
        if (holding.length > 0) sent.add(position);
        if (holding.some(({sure}) => end <= sure)) brought.add(position);
      }
      start = end;
      position += 1;
    }
  }
  return {lines, wasBrought: (entry) => brought.has(entry), wasSent: (entry) => sent.has(entry)};
}
