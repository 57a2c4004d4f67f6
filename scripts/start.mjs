// Runs the built program, and builds it first if it is missing or older than its sources.
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {constants} from 'node:os';
import {nodeFlagsOf, nodeVariablesOf} from './node-flags.ts';
import {builtStamp, root, stampOf} from './stamp.mjs';

if ((await builtStamp()) !== (await stampOf())) {
  // As after a pull: the bundler would only name an import.
  const {devDependencies} = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const isMissing = (name) => !existsSync(`${root}/node_modules/${name}/package.json`);
  const missing = Object.keys(devDependencies).find(isMissing);
  if (missing !== undefined) {
    console.error(`run npm ci first: the package ${missing} is missing`);
    process.exit(1);
  }
  // Standard output belongs to the program; the build writes to standard error.
  const build = spawnSync(process.execPath, [`${root}/scripts/bundle.mjs`], {stdio: ['ignore', 2, 2]});
  if (build.status !== 0) process.exit(build.status ?? 1);
}

const program = spawn(process.execPath, [...nodeFlagsOf(root), `${root}/dist/pipetail.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {...process.env, ...nodeVariablesOf(root)},
});
// The terminal sends ^C and hang-ups to both processes. The program decides; this one only passes its exit code on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal));
program.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
