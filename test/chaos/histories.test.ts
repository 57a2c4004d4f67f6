import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {faultKinds} from './faults.ts';
import {runHistory} from './history.ts';
import {answerForNames} from './host-names.ts';

/** More are for trials by hand. */
const histories = Number(process.env.HISTORIES ?? 60);
/** They hardly do anything but wait for sockets. */
const atOnce = 8;
const firstSeed = Number(process.env.PIPETAIL_SEED ?? 1);

let forget = () => {};
beforeAll(() => {
  forget = answerForNames();
});
afterAll(() => forget());

describe('each kind of fault alone: nothing is lost, and what happened is told', () => {
  test.each(faultKinds)('$name', async (kind) => {
    const {breaches, events, left, connections} = await runHistory({seed: firstSeed, kinds: [kind], overlaps: false});
    expect(breaches).toEqual([]);
    expect(left).toEqual({sockets: 0, timers: 0});
    if (kind.told)
      expect(
        events.filter((text) => kind.told?.test(text)),
        events.join('\n'),
      ).not.toEqual([]);
    else expect(connections).toBe(2);
  });
});

test(`${histories} histories of faults: no line is lost unsaid, doubled or reordered, and the program ends cleanly`, async () => {
  const broken: string[] = [];
  const seeds = Array.from({length: histories}, (_, index) => firstSeed + index);
  const run = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) broken.push(...(await breachesOf(seed)));
  };
  await Promise.all(Array.from({length: atOnce}, run));
  expect(broken).toEqual([]);
});

async function breachesOf(seed: number): Promise<readonly string[]> {
  const random = createRandom(seed, 'plan');
  const kinds = Array.from({length: 3 + random.integer(6)}, () => random.pick(faultKinds));
  const {breaches, left} = await runHistory({seed, kinds, overlaps: true});
  const isClean = left.sockets + left.timers === 0;
  return isClean ? breaches : [...breaches, `seed ${seed}: left over ${JSON.stringify(left)}`];
}
