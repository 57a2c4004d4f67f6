import type {Check} from '../../kit/facts/finding.ts';
import {adviceFor} from '../../kit/words/guide.ts';
import {duration} from '../../lib/format.ts';

/** Starts within an hour from which on they are counted. */
const manyStarts = 3;

/** Says how the run before ended, if that was a failure, and how often in a row. */
export const previousEnd: Check = ({previousEnd: end}) => {
  if (!end) return undefined;
  const {at, why, source, starts, span} = end;
  const isLoop = starts >= manyStarts;
  const loop = isLoop ? `${ordinal(starts)} start in ${duration(span)}. ` : '';
  return {
    key: 'previous end',
    severity: 'degraded',
    source,
    text: `${loop}The run before ${endWords(why)}`,
    last: at,
    // That it failed, and runs again.
    isTold: !isLoop,
    advice: adviceFor(why),
  };
};

/**
 * Nobody but the kernel's own log says for sure that memory ran out: `signal: 9 (SIGKILL)` is of the local runner (Rust's
 * `ExitStatus`), the other words are Feldera's where a container restarts.
 */
function endWords(why: string): string {
  if (/\bsignal: 9\b/.test(why)) return 'was killed (signal 9), likely because it ran out of memory';
  return why.includes('Out-Of-Memory') ? 'ended, likely because it ran out of memory' : `failed: ${why}`;
}

function ordinal(number: number): string {
  const [one, two] = [number % 10, number % 100];
  const ending = two > 10 && two < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][one] ?? 'th');
  return `${number}${ending}`;
}
