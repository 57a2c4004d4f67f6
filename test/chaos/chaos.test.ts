import {expect, test} from 'vitest';
import {type ChaosResult, runChaos} from './chaos.ts';
import {calm} from './compare.ts';
import {clearsRing, type FaultKind} from './protocol.ts';
import {report, total} from './report.ts';

/** The sum over the kinds of fault that leave the rings intact, or over those that do not. */
function sum({faults}: ChaosResult, tallies: ChaosResult['findings'][number]['tallies'], clearing: boolean) {
  const kinds = [...faults.keys()].filter((kind) => clearsRing(kind as FaultKind) === clearing);
  return total(tallies, clearing ? kinds : [calm, ...kinds]);
}

// Lines that are all different are tried by the histories, and by `npm run chaos`.
test('a short chaos, 0.3 of the lines identical: the promise holds', async () => {
  const result = await runChaos({
    seed: 4,
    identical: 0.3,
    cuts: 20,
    pipelines: 4,
    rate: 600,
    minutes: 0.15,
    overlap: false,
    log: () => {},
  });
  expect(result.failures.join('\n\n')).toBe('');
  expect(result.connectionsCut).toBeGreaterThan(20);
  for (const {reader, tallies, intactBytes} of result.findings) {
    const intact = sum(result, tallies, false);
    const clearing = sum(result, tallies, true);
    expect({reader, ...intact}, report(result)).toMatchObject({
      lost: 0,
      repeated: 0,
      unmarked: 0,
      received: intact.sent,
    });
    expect({reader, ...clearing}).toMatchObject({repeated: 0, unmarked: 0});
    // Whether such a fault costs a line depends on what was on its way just then; that there were some does not.
    expect([...result.faults.keys()].some((kind) => clearsRing(kind as FaultKind))).toBe(true);
    expect(intactBytes).toBeGreaterThan(1_000_000);
  }
});
