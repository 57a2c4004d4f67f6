const newline = 0x0a;
const blockBytes = 64 * 1024;

/**
 * A log in blocks of whole lines, about 64 KiB, without the last newline: for a server that keeps each block as one entry,
 * since one for each line is too many.
 */
export function blocksOf(log: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < log.length; ) {
    let end = at;
    while (end < log.length && end - at < blockBytes) end = log.indexOf(newline, end) + 1;
    blocks.push(log.subarray(at, end - 1));
    at = end;
  }
  return blocks;
}

/** The lines of a log, without their newlines. */
export function* linesOf(log: Buffer): Generator<Buffer> {
  for (let at = 0; at < log.length; ) {
    const end = log.indexOf(newline, at);
    yield log.subarray(at, end);
    at = end + 1;
  }
}

/** Yields the lines of a log one by one, without their newlines; after the last the first again. */
export function lineReader(log: Buffer): () => Buffer {
  let at = 0;
  return () => {
    if (at >= log.length) at = 0;
    const end = log.indexOf(newline, at);
    const line = log.subarray(at, end);
    at = end + 1;
    return line;
  };
}
