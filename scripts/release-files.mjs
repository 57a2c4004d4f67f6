// `npm run release-files [PLATFORM…]`: all that is downloaded of a release, in dist/release/: for each platform an archive
// (.tar.gz) with the program as one file, completions and licences; the package of npm; SHA256SUMS. Two runs on
// one commit make the same bytes. `--fast`: only the archives, packed in seconds, for tests.
import {execFileSync} from 'node:child_process';
import {createReadStream, createWriteStream, existsSync} from 'node:fs';
import {chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';
import manifest from '../package.json' with {type: 'json'};
import {nodePackage} from './node-binary.mjs';
import {hashOf, settle, tar} from './release/reproducible.ts';
import {commitTime, root} from './stamp.mjs';

const {version} = manifest;
const isFast = process.argv.includes('--fast');
const named = process.argv.slice(2).filter((argument) => argument !== '--fast');
const here = `${process.platform}-${process.arch}`;
const wanted = named.length > 0 ? named : [here];
const release = `${root}/dist/release`;
const file = (platform) => `${root}/dist/pipetail-${platform}`;

execFileSync(process.execPath, [`${root}/scripts/single-file.mjs`, '--if-stale', ...wanted], {stdio: ['ignore', 2, 2]});
await rm(release, {recursive: true, force: true});
await mkdir(release, {recursive: true});
for (const platform of wanted) {
  const place = await mkdtemp(`${tmpdir()}/pipetail-release-`);
  try {
    const folder = `${place}/pipetail-${version}-${platform}`;
    await lay(platform, folder);
    await settle(folder, commitTime());
    await archive(folder);
  } finally {
    await rm(place, {recursive: true, force: true});
  }
}
if (!isFast) {
  // What npm run release-files has built already is not built again.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', release];
  execFileSync('npm', pack, {cwd: root, stdio: ['ignore', 2, 2]});
}
const names = (await readdir(release)).toSorted();
const sums = await Promise.all(names.map(async (name) => `${await hashOf(`${release}/${name}`)}  ${name}\n`));
await writeFile(`${release}/SHA256SUMS`, sums.join(''));
console.log([...names, 'SHA256SUMS'].map((name) => `dist/release/${name}`).join('\n'));

/** What is in the archive, at the places where it is installed. */
async function lay(platform, folder) {
  await mkdir(`${folder}/bin`, {recursive: true});
  await copyFile(file(platform), `${folder}/bin/pipetail`);
  await chmod(`${folder}/bin/pipetail`, 0o755);
  const put = async (name, text) => {
    await mkdir(path.dirname(`${folder}/share/${name}`), {recursive: true});
    await writeFile(`${folder}/share/${name}`, text);
  };
  for (const [shell, place] of [
    ['bash', 'bash-completion/completions/pipetail'],
    ['zsh', 'zsh/site-functions/_pipetail'],
    ['fish', 'fish/vendor_completions.d/pipetail.fish'],
  ]) {
    await put(place, execFileSync(process.execPath, [`${root}/dist/pipetail.js`, 'completion', shell]));
  }
  for (const name of ['LICENSE', 'NOTICES.md']) await put(`doc/pipetail/${name}`, await readFile(`${root}/${name}`));
  await copyFile(`${await nodePackage(platform)}/LICENSE`, `${folder}/share/doc/pipetail/LICENSE.node`);
  await takeLibatomic(platform, folder);
}

/** Node needs it, and small systems do not have it. Its licence lets it be given on with any program. */
async function takeLibatomic(platform, folder) {
  const places = {
    'linux-x64': ['/usr/lib/x86_64-linux-gnu', '/usr/x86_64-linux-gnu/lib'],
    'linux-arm64': ['/usr/lib/aarch64-linux-gnu', '/usr/aarch64-linux-gnu/lib'],
  }[platform];
  if (places === undefined) return;
  const library = places.map((place) => `${place}/libatomic.so.1`).find(existsSync);
  if (library === undefined) {
    console.error(
      `release-files: libatomic.so.1 of ${platform} is missing · Debian: apt-get install libatomic1, or libatomic1-arm64-cross`,
    );
    process.exit(1);
  }
  await mkdir(`${folder}/lib/pipetail`, {recursive: true});
  await copyFile(library, `${folder}/lib/pipetail/libatomic.so.1`);
  const licence = ['libatomic1', 'libatomic1-arm64-cross']
    .map((name) => `/usr/share/doc/${name}/copyright`)
    .find(existsSync);
  if (licence !== undefined) await copyFile(licence, `${folder}/share/doc/pipetail/LICENSE.libatomic`);
}

async function archive(folder) {
  const archived = `${folder}.tar`;
  tar(folder, archived);
  const packed = `${release}/${path.basename(archived)}.gz`;
  await pipeline(createReadStream(archived), createGzip({level: isFast ? 1 : 9}), createWriteStream(packed));
  await rm(archived);
}
