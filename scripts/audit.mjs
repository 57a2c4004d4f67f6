// `npm run audit`, after a build: known holes (advisories) of the packages whose code is in the program, of which users'
// own `npm audit` sees nothing. Reads what `npm audit --json` prints; exit code 1 for one that is high or critical.
import {text} from 'node:stream/consumers';
import {bundledPackages} from './bundled-packages.mjs';

const grave = ['high', 'critical'];
const {vulnerabilities, message = 'no answer'} = parsed(await text(process.stdin));
if (vulnerabilities === undefined) {
  console.error(`audit: SKIPPED: the registry told nothing: ${message}`);
} else {
  const packages = await bundledPackages();
  const found = packages.flatMap(({directory, name, version}) =>
    Object.values(vulnerabilities)
      .filter(({nodes}) => nodes.includes(directory))
      // A name is the package that it depends on, which has an entry of its own.
      .flatMap(({via}) => via.filter((each) => typeof each === 'object'))
      .map(({severity, title, url}) => ({
        severity,
        line: `${name} ${version} is in the program: ${severity}: ${title} · ${url}`,
      })),
  );
  for (const {line} of found) console.error(`audit: ${line}`);
  if (found.length === 0) console.log(`audit: no known hole in the ${packages.length} packages in the program`);
  if (found.some(({severity}) => grave.includes(severity))) process.exitCode = 1;
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
