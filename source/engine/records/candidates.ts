/**
 * Signs of the lines that matter while a log comes: only lines with one of them are looked at further. A search for a
 * word takes 0.15 ns a byte; reading the head of every line would take ten times as long.
 * test/engine/records/every-head.property.test.ts reads every head, and must find no more.
 *
 * The runner's lines are told by the first letters of their tag (`isRunnerLine`), lines of a watched pattern by the
 * pattern's own search.
 */

/** In an error, which may have the word in its message alone. */
export const errorWord = Buffer.from('ERROR');
/** In a line of the limiter: `Suppressed 177 '…' errors in the last …`. */
export const suppressedWord = Buffer.from('Suppressed ');

const letterT = 0x74;
const letterP = 0x50;

/** Tells by its first byte whether a line may be a panic, `thread '…' panicked at …`, or the configuration of a process. */
export function mayBeOfProcess(first: number | undefined): boolean {
  return first === letterT || first === letterP;
}
