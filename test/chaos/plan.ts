import {createRandom, type Random} from '../../demo/random.ts';
import type {Fault, FaultKind, Refused} from './protocol.ts';

/** A fault and when in its phase it is due, from 0 to 1. */
type Planned = {readonly due: number; readonly fault: Fault};

/** Each lane does its faults one after the other, a pipeline's own or those of the whole server. */
export type Phase = {readonly lanes: readonly (readonly Planned[])[]; readonly cuts: number};

export type Plan = {
  /** Every ring stays whole: nothing may be lost. */
  readonly intact: Phase;
  /** Rings are cleared and overrun, too. */
  readonly clearing: Phase;
};

/** Faults of the whole server cut every pipeline's connections; this share of the cuts in each phase are theirs. */
const serverShare = {intact: 0.2, clearing: 0.4};
/** This share of the cuts comes in the second phase. */
const clearingShare = 0.25;

/** What happens to `names`: `cuts` in all, the same for the same seed. A fault of the server is a cut for each name. */
export function planChaos(options: {
  readonly seed: number;
  readonly names: readonly string[];
  readonly cuts: number;
}): Plan {
  const clearing = Math.round(options.cuts * clearingShare);
  return {
    intact: planPhase(options, options.cuts - clearing, 'intact', intactFault, () => apiRestarted),
    clearing: planPhase(
      options,
      clearing,
      'clearing',
      anyFault,
      (turn) => clearingServer[turn % clearingServer.length],
    ),
  };
}

function planPhase(
  {seed, names}: {readonly seed: number; readonly names: readonly string[]},
  cuts: number,
  label: keyof typeof serverShare,
  ofPipeline: (random: Random, name: string, turn: number) => Fault,
  ofServer: (turn: number) => ((random: Random) => Fault) | undefined,
): Phase {
  const serverFaults = Math.round((cuts * serverShare[label]) / names.length);
  const left = Math.max(0, cuts - serverFaults * names.length);
  const random = createRandom(seed, `${label} server`);
  const server = spread(serverFaults, random, (turn) => ofServer(turn)?.(random) ?? apiRestarted(random));
  const lanes = names.map((name, index) => {
    const own = createRandom(seed, `${label} ${name}`);
    const count = Math.floor(left / names.length) + (index < left % names.length ? 1 : 0);
    return spread(count, own, (turn) => ofPipeline(own, name, turn + index));
  });
  return {lanes: [server, ...lanes], cuts: left + serverFaults * names.length};
}

/** `count` faults, one in each of as many equal parts of the phase. */
function spread(count: number, random: Random, fault: (turn: number) => Fault): readonly Planned[] {
  return Array.from({length: count}, (_, turn) => ({due: (turn + random.next()) / count, fault: fault(turn)}));
}

function intactFault(random: Random, name: string): Fault {
  const kind = random.pick<FaultKind>([
    'api-killed',
    'api-killed',
    'api-killed',
    'runner-connection-lost',
    'cut-again',
    'api-reset',
    'frozen',
    'refused',
  ]);
  switch (kind) {
    case 'api-reset':
    case 'runner-connection-lost':
      return {kind, name};
    case 'cut-again': {
      // Two readers come back: each of them is cut again, or one of them twice.
      return {kind, name, afterBytes: [random.integer(1_050_000), random.integer(1_050_000)]};
    }
    case 'frozen':
      return {kind, name, milliseconds: 200 + random.integer(1500), cut: random.chance(0.7)};
    case 'refused': {
      const as = random.pick<Refused>(['not-ready', 'unreachable', 'channel-full', 'channel-closed', 'reset']);
      return {kind, name, as, times: 1 + random.integer(2)};
    }
    default:
      return {kind: 'api-killed', name, afterBytes: random.integer(30_000)};
  }
}

/** Every second fault is one that leaves the ring intact. */
function anyFault(random: Random, name: string, turn: number): Fault {
  switch (turn % 6) {
    case 0:
      return {kind: 'outage', name, afterBytes: random.integer(20_000), burst: 1_050_000 + random.integer(800_000)};
    case 2:
      return {kind: 'created-again', name};
    case 4:
      return {kind: 'oversized-line', name, cutAt: random.chance(0.6) ? random.integer(1_000_000) : undefined};
    default:
      return intactFault(random, name);
  }
}

const apiRestarted = (random: Random): Fault => ({kind: 'api-restarted', milliseconds: random.integer(2500)});

const clearingServer: readonly ((random: Random) => Fault)[] = [
  (random) => ({kind: 'runner-killed', milliseconds: 200 + random.integer(2500)}),
  (random) => ({kind: 'api-outage', milliseconds: random.integer(1000), burst: 1_050_000 + random.integer(300_000)}),
  (random) => ({kind: 'runner-stopped', milliseconds: 200 + random.integer(2500)}),
];
