import {setTimeout as sleep} from 'node:timers/promises';
import type {Random} from '../../source/lib/random.ts';
import {bytesOfKey} from '../../test/harness/keys.ts';
import type {Terminal} from '../../test/harness/terminal.ts';
import type {Sample} from './row.ts';
import {quantile} from './statistics.ts';

/** A key, and what is to be looked for once it is pressed: made right before, so that it may compare with then. */
export type Press = {readonly key: string; readonly sight: (terminal: Terminal) => () => boolean};

/** Between two presses, milliseconds: as fast as keys are hit one after the other, at no fixed phase of the frames. */
const shortest = 30;
const longest = 130;

/** Milliseconds that a key may take before the run is given up, unless the caller has more patience: it was lost. */
const patience = 10_000;

/**
 * Presses keys at random intervals, each once the one before is seen, and times them: from the write to the terminal to
 * the end of the first whole frame that shows what the key does, drawn by an emulator. What that takes counts too, about
 * 1 ms for a frame of 200×50, and the loop of this process is its clock: differences below 1 ms cannot be measured.
 */
export async function timePresses(
  terminal: Terminal,
  presses: readonly Press[],
  random: Random,
  within = patience,
): Promise<number[]> {
  const times: number[] = [];
  for (const {key, sight} of presses) {
    await sleep(shortest + random.integer(longest - shortest));
    times.push(await timePress(terminal, key, sight(terminal), within));
  }
  return times;
}

async function timePress(terminal: Terminal, key: string, isSeen: () => boolean, within: number): Promise<number> {
  if (isSeen()) throw new Error(`what ${key} shows is there before it is pressed\n${terminal.text()}`);
  const {promise, resolve, reject} = Promise.withResolvers<number>();
  const lost = setTimeout(() => reject(new Error(`nothing came of ${key}\n${terminal.text()}`)), within);
  const begun = performance.now();
  const end = terminal.eachFrame(() => isSeen() && resolve(performance.now() - begun));
  terminal.write(bytesOfKey(key));
  try {
    return await promise;
  } finally {
    clearTimeout(lost);
    end();
  }
}

/** The figures of a run. */
export function keyFigures(times: readonly number[]): Sample {
  return {p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maxMs: Math.max(...times), presses: times.length};
}
