import {parseArgs} from 'node:util';
import {runChaos} from './chaos.ts';
import {report} from './report.ts';

const usage = `npm run chaos -- [--seed N] [--cuts N] [--pipelines N] [--rate N] [--minutes N] [--identical SHARE] [--record]

  --seed N           what happens, and when; default: the time
  --cuts N           how often connections are cut, all pipelines together (300)
  --pipelines N      how many logs are followed (10)
  --rate N           entries a second, all pipelines together (2000)
  --minutes N        how long the cuts are spread over (3)
  --identical SHARE  share of lines that are always the same, from 0 to 1 (0)
  --record           record too, and compare the recordings with what was printed
`;

const option = (fallback: string) => ({type: 'string', default: fallback}) as const;

async function main(): Promise<number> {
  const {values} = parseArgs({
    options: {
      seed: option(String(Date.now() % 1_000_000)),
      cuts: option('300'),
      pipelines: option('10'),
      rate: option('2000'),
      minutes: option('3'),
      identical: option('0'),
      record: {type: 'boolean', default: false},
      help: {type: 'boolean', short: 'h', default: false},
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const begun = performance.now();
  const log = (line: string) => void process.stdout.write(`${seconds(begun)}  ${line}\n`);
  const result = await runChaos({
    seed: Number(values.seed),
    cuts: Number(values.cuts),
    pipelines: Number(values.pipelines),
    rate: Number(values.rate),
    minutes: Number(values.minutes),
    identical: Number(values.identical),
    overlap: true,
    record: values.record,
    log,
  });
  const broken = result.failures.length > 0;
  process.stdout.write(`\n${report(result)}\n\n`);
  log(broken ? `the promise is broken; --seed ${values.seed} plans the same faults` : 'the promise holds');
  return broken ? 1 : 0;
}

function seconds(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s`;
}

process.exitCode = await main();
