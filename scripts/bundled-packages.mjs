import {readFile} from 'node:fs/promises';
import {root} from './stamp.mjs';

/** The packages with bytes in the bundle, by what the last build has written down. */
export async function bundledPackages() {
  const outputs = JSON.parse(await readFile(`${root}/dist/.meta.json`, 'utf8'));
  const directories = new Set();
  for (const {inputs} of Object.values(outputs)) {
    for (const file of inputs) {
      // The last node_modules counts: a package may bring its own copy of another.
      const directory = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
      if (directory !== undefined) directories.add(directory);
    }
  }
  return await Promise.all(
    [...directories].map(async (directory) => {
      const {name, version, license} = JSON.parse(await readFile(`${root}/${directory}/package.json`, 'utf8'));
      return {directory, name, version, license};
    }),
  );
}
