// After a build: sbom.json, the bundled packages as CycloneDX, from what npm says of the lock file. `--check` only
// compares, exit code 1. Without times and random numbers, so that the same bundle has the same file.
import {execFileSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {bundledPackages} from './bundled-packages.mjs';
import {root} from './stamp.mjs';

const bundled = new Set((await bundledPackages()).map(({name, version}) => `${name}@${version}`));
const all = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {cwd: root, encoding: 'utf8'}),
);
const {component} = all.metadata;
const components = all.components
  .filter((each) => bundled.has(each['bom-ref']))
  .map(({externalReferences: _, properties: __, scope: ___, ...each}) => each)
  .toSorted((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1));
const missing = [...bundled].filter((name) => !components.some((each) => each['bom-ref'] === name));
if (missing.length > 0) throw new Error(`npm's list lacks ${missing.join(', ')}`);
const refs = new Set([component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
const dependencies = all.dependencies
  .filter(({ref}) => refs.has(ref))
  .map(({ref, dependsOn}) => ({ref, dependsOn: dependsOn.filter((each) => refs.has(each))}))
  .toSorted((one, other) => (one.ref < other.ref ? -1 : 1));
// npm names it after the folder that it is in.
const ours = {'bom-ref': component['bom-ref'], type: 'application', name: 'pipetail', version: component.version};
const {$schema, bomFormat, specVersion, version} = all;
const wanted = `${JSON.stringify({$schema, bomFormat, specVersion, version, metadata: {component: ours}, components, dependencies}, undefined, 2)}\n`;

if (process.argv.includes('--check')) {
  if ((await readFile(`${root}/sbom.json`, 'utf8').catch(() => '')) !== wanted) {
    console.error('sbom.json does not match the bundle: npm run notices');
    process.exit(1);
  }
} else await writeFile(`${root}/sbom.json`, wanted);
