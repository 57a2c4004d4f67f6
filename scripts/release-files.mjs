// `npm run release-files [PLATFORM…]`: all that is downloaded of a release, in dist/release/: an archive (.tar.gz, .tar.zst)
// and for Linux a .deb with the program as one file, its manual page, completions and licences; install.sh; SHA256SUMS.
// `--fast`: only a .tar.gz, packed in seconds, for tests.
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {createReadStream, createWriteStream, existsSync} from 'node:fs';
import {chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {constants, createGzip, createZstdCompress} from 'node:zlib';
import manifest from '../package.json' with {type: 'json'};
import {downloadsOf} from './address.ts';
import {nodePackage} from './node-binary.mjs';
import {root} from './stamp.mjs';

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
    const folder = `pipetail-${version}-${platform}`;
    await lay(platform, `${place}/${folder}`);
    await archive(place, folder);
    if (platform.startsWith('linux-') && !isFast) await makeDebianPackage(platform, place, folder);
  } finally {
    await rm(place, {recursive: true, force: true});
  }
}
const script = await readFile(`${root}/scripts/install.sh`, 'utf8');
const address = downloadsOf(manifest.address, version);
await writeFile(
  `${release}/install.sh`,
  script.replace("address=''", `address='${address}'`).replace("version=''", `version='${version}'`),
  {mode: 0o755},
);
const sums = [];
for (const name of (await readdir(release)).toSorted()) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(`${release}/${name}`), hash);
  sums.push(`${hash.digest('hex')}  ${name}\n`);
}
await writeFile(`${release}/SHA256SUMS`, sums.join(''));
console.log((await readdir(release)).map((name) => `dist/release/${name}`).join('\n'));

/** What is in the archive, at the places where it is installed. */
async function lay(platform, folder) {
  const put = async (name, text) => {
    await mkdir(path.dirname(`${folder}/${name}`), {recursive: true});
    await writeFile(`${folder}/${name}`, text);
  };
  const take = async (name, from) => await put(name, await readFile(from));
  await take('bin/pipetail', file(platform));
  await chmod(`${folder}/bin/pipetail`, 0o755);
  await take('share/man/man1/pipetail.1', `${root}/man/pipetail.1`);
  for (const [shell, place] of [
    ['bash', 'share/bash-completion/completions/pipetail'],
    ['zsh', 'share/zsh/site-functions/_pipetail'],
    ['fish', 'share/fish/vendor_completions.d/pipetail.fish'],
  ]) {
    await put(place, execFileSync(process.execPath, [`${root}/dist/pipetail.js`, 'completion', shell]));
  }
  const doc = 'share/doc/pipetail';
  await take(`${doc}/LICENSE`, `${root}/LICENSE`);
  await take(`${doc}/NOTICES.md`, `${root}/NOTICES.md`);
  await take(`${doc}/LICENSE.node`, `${await nodePackage(platform)}/LICENSE`);
  await takeLibatomic(platform, take, doc);
}

/** Node needs it, and small systems do not have it. Its licence lets it be given on with any program. */
async function takeLibatomic(platform, take, doc) {
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
  await take('lib/pipetail/libatomic.so.1', library);
  const licence = ['libatomic1', 'libatomic1-arm64-cross']
    .map((name) => `/usr/share/doc/${name}/copyright`)
    .find(existsSync);
  if (licence !== undefined) await take(`${doc}/LICENSE.libatomic`, licence);
}

/** Two archives: everyone can read the first, the second is smaller. */
async function archive(place, folder) {
  const tar = `${place}/${folder}.tar`;
  const ownerless = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner'];
  execFileSync('tar', [...ownerless, '-cf', tar, '-C', place, folder]);
  const params = {[constants.ZSTD_c_compressionLevel]: 19, [constants.ZSTD_c_windowLog]: 23};
  const forms = isFast ? {gz: createGzip({level: 1})} : {gz: createGzip({level: 9}), zst: createZstdCompress({params})};
  for (const [end, pack] of Object.entries(forms)) {
    await pipeline(createReadStream(tar), pack, createWriteStream(`${release}/${folder}.tar.${end}`));
  }
}

/** The distribution's own libatomic, and its places. */
async function makeDebianPackage(platform, place, folder) {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) {
    console.error('release-files: without dpkg-deb no .deb is made');
    return;
  }
  const architecture = {'linux-x64': 'amd64', 'linux-arm64': 'arm64'}[platform];
  const tree = `${place}/deb`;
  await mkdir(`${tree}/DEBIAN`, {recursive: true});
  execFileSync('cp', ['-r', `${place}/${folder}`, `${tree}/usr`]);
  await rm(`${tree}/usr/lib`, {recursive: true, force: true});
  await rm(`${tree}/usr/share/doc/pipetail/LICENSE.libatomic`, {force: true});
  // Debian's names.
  await mkdir(`${tree}/usr/share/zsh/vendor-completions`, {recursive: true});
  await copyFile(
    `${tree}/usr/share/zsh/site-functions/_pipetail`,
    `${tree}/usr/share/zsh/vendor-completions/_pipetail`,
  );
  await rm(`${tree}/usr/share/zsh/site-functions`, {recursive: true});
  const control = [
    'Package: pipetail',
    `Version: ${version}`,
    `Architecture: ${architecture}`,
    'Maintainer: The pipetail maintainers <pipetail@localhost>',
    'Depends: libc6 (>= 2.28), libstdc++6 (>= 8), libatomic1',
    'Section: utils',
    'Priority: optional',
    `Description: ${manifest.description}`,
  ];
  await writeFile(`${tree}/DEBIAN/control`, `${control.join('\n')}\n`);
  const name = `pipetail_${version}_${architecture}.deb`;
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, `${release}/${name}`], {stdio: 'ignore'});
}
