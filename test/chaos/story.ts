import type {Breach} from './compare.ts';
import type {Fault, Truth} from './protocol.ts';

const mostBreaches = 6;
const mostFaults = 4;

/** What happened to one pipeline around the first breach of the promise: a script short enough to be read. */
export function story(options: {
  readonly seed: number;
  readonly reader: string;
  readonly agent: string;
  readonly truth: Truth;
  readonly breaches: readonly Breach[];
}): string {
  const {seed, reader, agent, truth, breaches} = options;
  const position = breaches[0]?.position ?? 0;
  const faults = truth.faults.filter(({from}) => from <= position + 1).slice(-mostFaults);
  const since = faults[0]?.from ?? 0;
  return [
    `${reader} broke the promise at ${truth.name}, seed ${seed}:`,
    ...breaches.slice(0, mostBreaches).map(({position, text}) => `  entry ${position}: ${text}`),
    ...(breaches.length > mostBreaches ? [`  and ${breaches.length - mostBreaches} more`] : []),
    '  what had happened:',
    ...faults.map(
      ({fault, at, from, to}) => `    ${(at / 1000).toFixed(2)} s  ${words(fault)}, entries ${from} to ${to}`,
    ),
    '  what its connections brought:',
    ...broughtSince(truth, agent, since).map((text) => `    ${text}`),
  ].join('\n');
}

function words({kind, ...details}: Fault): string {
  const rest = Object.entries(details).filter(([key]) => key !== 'name');
  return [kind, ...rest.map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(' ');
}

/** The reader's connections from the one that was open at entry `since`, as spans of entries. */
function broughtSince(truth: Truth, agent: string, since: number): string[] {
  const own = truth.connections.filter(({reader}) => reader === agent);
  let before = 0;
  const firsts = truth.lives.map(({ends}) => {
    const first = before;
    before += ends.length;
    return first;
  });
  const spans = own.map(({life, from, sent}) => {
    const ends = truth.lives[life]?.ends ?? [];
    const first = firsts[life] ?? 0;
    const begin = first + ends.filter((end) => end <= from).length;
    const end = first + ends.filter((each) => each <= sent).length;
    const inside =
      ends.includes(sent) || sent === 0 ? '' : ` and ${sent - (ends.findLast((each) => each < sent) ?? 0)} bytes of it`;
    return {end, text: `life ${life} (${truth.lives[life]?.pipelineId}): entries ${begin} to ${end}${inside}`};
  });
  const first = Math.max(0, spans.findIndex(({end}) => end >= since) - 1);
  return spans.slice(first, first + 8).map(({text}) => text);
}
