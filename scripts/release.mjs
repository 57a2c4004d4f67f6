// `npm run release`: says whether a release can be made of this commit. A tag v1.0.0 then makes it, in the CI of the
// repository that `address` in package.json names (.github/workflows/release.yml). `--tag v1.0.0`: it must be that of the version.
import {execFileSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import manifest from '../package.json' with {type: 'json'};
import {problemsOf} from './release/problems.ts';
import {root} from './stamp.mjs';

const {values} = parseArgs({options: {tag: {type: 'string', default: `v${manifest.version}`}}});
const problems = problemsOf({
  manifest,
  tag: values.tag,
  changes: await readFile(`${root}/CHANGELOG.md`, 'utf8'),
  isClean: execFileSync('git', ['-C', root, 'status', '--porcelain'], {encoding: 'utf8'}) === '',
});
for (const problem of problems) console.error(`release: ${problem}`);
if (problems.length > 0) process.exit(1);
console.log(`This commit can be released: git tag -s ${values.tag} && git push origin ${values.tag}`);
