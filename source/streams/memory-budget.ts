/** The newest part of a log, in bytes, that is never given up: four times what a server keeps of it. */
export const neverGiven = 4 * 1024 * 1024;
/** Logs give whole segments: what is asked of them leaves room for the one that would cut into that part. */
const leastLeft = neverGiven + 256 * 1024;

/** What one log holds in memory. */
export type Share = {
  readonly name: string;
  /** As the bound of its scrollback counts them. */
  readonly bytes: number;
  /** Grows with every look at a tab: the log with the highest one is on the screen, or was last. */
  readonly lookedAt: number;
};

/**
 * How many bytes each log has to give for all of them together to fit into `budget`: those that were not looked at for
 * longest first, each down to a little more than `neverGiven`. Where that is not enough, everything above it is given.
 */
export function bytesToGive(shares: readonly Share[], budget: number): ReadonlyMap<string, number> {
  let excess = shares.reduce((sum, {bytes}) => sum + bytes, 0) - budget;
  const given = new Map<string, number>();
  for (const {name, bytes} of shares.toSorted((one, other) => one.lookedAt - other.lookedAt)) {
    const gives = Math.min(excess, bytes - leastLeft);
    if (gives <= 0) continue;
    given.set(name, gives);
    excess -= gives;
  }
  return given;
}
