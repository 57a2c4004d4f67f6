// `npm run release-files [PLATFORM…]`: all that is downloaded of a release, in dist/release/: for each platform an archive
// (.tar.gz, .tar.zst) with the program as one file, its manual page, completions and licences, and for Linux a .deb and a .rpm
// of the same; the package of npm and an .apk made of it; install.sh; SHA256SUMS. Two runs on one commit make the same bytes.
// dist/packaging/ has the recipes for Homebrew, Arch, Nix and a container, once the project has an address.
// `--fast`: only a .tar.gz, packed in seconds, for tests.
import {execFileSync, spawnSync} from 'node:child_process';
import {createReadStream, createWriteStream, existsSync} from 'node:fs';
import {chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {constants, createGzip, createZstdCompress} from 'node:zlib';
import manifest from '../package.json' with {type: 'json'};
import {downloadsOf} from './address.ts';
import {nodePackage} from './node-binary.mjs';
import {makeAlpinePackage} from './release/alpine.ts';
import {makeDebianPackage} from './release/debian.ts';
import {filledRecipe} from './release/recipes.ts';
import {hashOf, settle, tar} from './release/reproducible.ts';
import {makeRpmPackage} from './release/rpm.ts';
import {commitTime, root} from './stamp.mjs';

const {version, description, author, address} = manifest;
const about = {version, description, author, address, time: commitTime()};
const isFast = process.argv.includes('--fast');
const named = process.argv.slice(2).filter((argument) => argument !== '--fast');
const here = `${process.platform}-${process.arch}`;
const wanted = named.length > 0 ? named : [here];
const release = `${root}/dist/release`;
const file = (platform) => `${root}/dist/pipetail-${platform}`;

execFileSync(process.execPath, [`${root}/scripts/single-file.mjs`, '--if-stale', ...wanted], {stdio: ['ignore', 2, 2]});
const packers = {'dpkg-deb': 'dpkg', rpmbuild: 'rpm'};
if (!isFast && wanted.some((platform) => platform.startsWith('linux-'))) {
  for (const [tool, packageName] of Object.entries(packers)) {
    if (spawnSync(tool, ['--version']).error === undefined) continue;
    console.error(`release-files: ${tool} is missing · Debian: apt-get install ${packageName}`);
    process.exit(1);
  }
}
await rm(release, {recursive: true, force: true});
await mkdir(release, {recursive: true});
for (const platform of wanted) {
  await inPlace(async (place) => {
    const folder = `${place}/pipetail-${version}-${platform}`;
    await lay(platform, folder);
    await settle(folder, about.time);
    await archive(folder);
    if (isFast || !platform.startsWith('linux-')) return;
    await makeDebianPackage(platform, folder, release, about);
    await makeRpmPackage(platform, folder, release, about);
  });
}
if (!isFast) await inPlace(packagesOfNode);
const script = await readFile(`${root}/scripts/install.sh`, 'utf8');
const facts = {address: downloadsOf(address, version), version, key: manifest.releaseKey};
await writeFile(
  `${release}/install.sh`,
  Object.entries(facts).reduce((text, [name, value]) => text.replace(`\n${name}=''`, `\n${name}='${value}'`), script),
  {mode: 0o755},
);
const sums = {};
for (const name of (await readdir(release)).toSorted()) sums[name] = await hashOf(`${release}/${name}`);
const lines = Object.entries(sums).map(([name, sum]) => `${sum}  ${name}\n`);
await writeFile(`${release}/SHA256SUMS`, lines.join(''));
if (!isFast) await writeRecipes();
console.log((await readdir(release)).map((name) => `dist/release/${name}`).join('\n'));

/** With a folder that is gone afterwards. */
async function inPlace(work) {
  const place = await mkdtemp(`${tmpdir()}/pipetail-release-`);
  try {
    await work(place);
  } finally {
    await rm(place, {recursive: true, force: true});
  }
}

/** What is in the archive, at the places where it is installed. */
async function lay(platform, folder) {
  await mkdir(`${folder}/bin`, {recursive: true});
  await copyFile(file(platform), `${folder}/bin/pipetail`);
  await chmod(`${folder}/bin/pipetail`, 0o755);
  await layShared(folder);
  await copyFile(`${await nodePackage(platform)}/LICENSE`, `${folder}/share/doc/pipetail/LICENSE.node`);
  await takeLibatomic(platform, folder);
}

/** The manual page, completions and licences. */
async function layShared(folder) {
  const put = async (name, text) => {
    await mkdir(path.dirname(`${folder}/share/${name}`), {recursive: true});
    await writeFile(`${folder}/share/${name}`, text);
  };
  await put('man/man1/pipetail.1', await readFile(`${root}/man/pipetail.1`));
  for (const [shell, place] of [
    ['bash', 'bash-completion/completions/pipetail'],
    ['zsh', 'zsh/site-functions/_pipetail'],
    ['fish', 'fish/vendor_completions.d/pipetail.fish'],
  ]) {
    await put(place, execFileSync(process.execPath, [`${root}/dist/pipetail.js`, 'completion', shell]));
  }
  for (const name of ['LICENSE', 'NOTICES.md']) await put(`doc/pipetail/${name}`, await readFile(`${root}/${name}`));
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

/** Two archives: everyone can read the first, the second is smaller. */
async function archive(folder) {
  const archived = `${folder}.tar`;
  tar(folder, archived);
  const params = {[constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_windowLog]: 23};
  const forms = isFast ? {gz: createGzip({level: 1})} : {gz: createGzip({level: 9}), zst: createZstdCompress({params})};
  for (const [end, pack] of Object.entries(forms)) {
    const packed = `${release}/${path.basename(archived)}.${end}`;
    await pipeline(createReadStream(archived), pack, createWriteStream(packed));
  }
  await rm(archived);
}

/** The package of npm, and that of Alpine with the same files. */
async function packagesOfNode(place) {
  // What npm run release-files has built already is not built again.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', release];
  execFileSync('npm', pack, {cwd: root, stdio: ['ignore', 2, 2]});
  execFileSync('tar', ['-xzf', `${release}/pipetail-${version}.tgz`, '-C', place]);
  const from = `${place}/package`;
  const tree = `${place}/tree`;
  const program = `${tree}/usr/lib/pipetail`;
  await mkdir(program, {recursive: true});
  await cp(`${from}/dist`, `${program}/dist`, {recursive: true});
  await copyFile(`${from}/package.json`, `${program}/package.json`);
  await mkdir(`${tree}/usr/bin`);
  await symlink('../lib/pipetail/dist/pipetail.js', `${tree}/usr/bin/pipetail`);
  await layShared(`${tree}/usr`);
  await settle(tree, about.time);
  await makeAlpinePackage(tree, release, {about, node: manifest.engines.node.replace('>=', '')});
}

/** They load the files of a whole release from the project's address: without one of both there are none. */
async function writeRecipes() {
  const folder = `${root}/dist/packaging`;
  await rm(folder, {recursive: true, force: true});
  if (address === '' || !['linux-x64', 'linux-arm64'].every((platform) => wanted.includes(platform))) return;
  await mkdir(folder, {recursive: true});
  for (const name of await readdir(`${root}/packaging`)) {
    const text = await readFile(`${root}/packaging/${name}`, 'utf8');
    await writeFile(`${folder}/${name}`, filledRecipe(text, about, sums));
  }
}
