// Runs the built program, and builds it first if it is missing or older than its sources.
import {spawn, spawnSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {constants} from 'node:os';
import {root, stampOf} from './stamp.mjs';

const built = await readFile(`${root}/dist/.stamp`, 'utf8').catch(() => '');
if (built !== (await stampOf())) {
  const result = spawnSync(process.execPath, [`${root}/scripts/bundle.mjs`], {stdio: ['ignore', 2, 2]});
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const program = spawn(process.execPath, [`${root}/dist/pipetail.js`, ...process.argv.slice(2)], {stdio: 'inherit'});
// The terminal sends ^C and hang-ups to both; the program decides what they mean, and this only passes its answer on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
program.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
