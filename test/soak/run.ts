import {parseArgs} from 'node:util';
import {soakReport} from './report.ts';
import {BrokenSoak, soak} from './soak.ts';

const usage = `npm run soak -- [--minutes N] [--rate N]

  --minutes N   how long the program is used (60)
  --rate N      lines a second, all pipelines together (16000: 50 million in an hour, samples included)
`;

const {values} = parseArgs({
  options: {
    minutes: {type: 'string', default: '60'},
    rate: {type: 'string', default: '16000'},
    help: {type: 'boolean', short: 'h', default: false},
  },
});
if (values.help) process.stdout.write(usage);
else {
  const rate = Number(values.rate);
  const log = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    const result = await soak({minutes: Number(values.minutes), rate, roundsPerSample: 5, log});
    log(`\n${soakReport(result, rate)}`);
  } catch (error) {
    // An hour's samples are worth telling, whatever came after them.
    if (error instanceof BrokenSoak) log(`\n${soakReport(error.result, rate)}\n`);
    throw error;
  }
}
