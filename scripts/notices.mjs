// After a build: writes the licences of all packages in the bundle to NOTICES.md. `--check` only compares, exit code 1.
import {readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {bundledPackages} from './bundled-packages.mjs';
import {root} from './stamp.mjs';

/** Packages under MIT without a licence file, with the holder that their sources name. */
const MIT_WITHOUT_FILE = {'yoga-layout': 'Copyright (c) Meta Platforms, Inc. and affiliates.'};

const notices = new Map();
for (const {directory, name, version, license} of await bundledPackages()) {
  notices.set(`${name} ${version}`, {license, text: await licenceText(directory)});
}

const parts = ['# Notices\n\nThe program that is published contains code of these packages.\n'];
for (const [title, {license, text}] of [...notices].sort(([a], [b]) => (a < b ? -1 : 1))) {
  parts.push(`## ${title}\n\n${license}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
}
const wanted = parts.join('\n');

if (process.argv.includes('--check')) {
  const there = await readFile(`${root}/NOTICES.md`, 'utf8').catch(() => '');
  if (there !== wanted) {
    console.error('NOTICES.md does not match the bundle: npm run notices');
    process.exit(1);
  }
} else {
  await writeFile(`${root}/NOTICES.md`, wanted);
}

/** A package without a licence file must be checked by hand, and added above. */
async function licenceText(directory) {
  const names = await readdir(`${root}/${directory}`);
  const file = names.find((name) => /^licen[cs]e/i.test(name));
  if (file !== undefined)
    return (await readFile(`${root}/${directory}/${file}`, 'utf8')).replaceAll('\r\n', '\n').trim();
  const holder = MIT_WITHOUT_FILE[path.basename(directory)];
  if (holder === undefined) throw new Error(`${directory} has no licence file`);
  // Our own licence has the same words below another holder's name.
  const [, terms] = (await readFile(`${root}/LICENSE`, 'utf8')).split(/^Copyright .*$/m);
  return `MIT License\n\n${holder}\n\n${terms.trim()}`;
}
