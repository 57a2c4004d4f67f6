// `npm run release`, in the CI of the repository that `address` in package.json names: tests, makes what is downloaded and
// publishes the package with a provenance, which says from which commit and run it was made. `--dry-run`: all but that.
import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {commitOf, root} from './stamp.mjs';

const {address, version} = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
const changes = await readFile(`${root}/CHANGELOG.md`, 'utf8');
const isDry = process.argv.includes('--dry-run');
const problems = [
  [address === '', 'package.json has no address · set it, then: npm run docs'],
  [commitOf().endsWith('changed') || commitOf() === '', 'there are changes that are not committed'],
  [!changes.includes(`## ${version}`), `CHANGELOG.md has no heading ## ${version}`],
].flatMap(([isWrong, words]) => (isWrong ? [words] : []));
if (problems.length > 0) {
  for (const problem of problems) console.error(`release: ${problem}`);
  process.exit(1);
}
const npm = (...args) => execFileSync('npm', args, {cwd: root, stdio: 'inherit'});
npm('ci');
npm('test');
npm('run', 'release-files', 'linux-x64', 'linux-arm64');
npm('publish', '--provenance', '--access', 'public', ...(isDry ? ['--dry-run'] : []));
