/** The package for Debian and Ubuntu, by Debian's own dpkg-deb. */
import {execFileSync} from 'node:child_process';
import {cp, mkdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import type {About} from './about.ts';
import {environment, filesBelow, hashOf, settle, sizeOf} from './reproducible.ts';

const architectures: Readonly<Record<string, string>> = {'linux-x64': 'amd64', 'linux-arm64': 'arm64'};

/** Puts `pipetail_1.0.0_amd64.deb` into the folder `release`; `laid` has what is below /usr (`layout.ts`). */
export async function makeDebianPackage(
  platform: string,
  laid: string,
  release: string,
  {version, description, author, address, time}: About,
): Promise<void> {
  const architecture = architectures[platform] ?? '';
  const place = path.join(path.dirname(laid), 'deb');
  const usr = path.join(place, 'usr');
  await mkdir(path.join(place, 'DEBIAN'), {recursive: true});
  await cp(laid, usr, {recursive: true});
  await toDebiansPlaces(usr);
  // A version of before a release sorts before it.
  const debian = version.replaceAll('-', '~');
  const control = [
    'Package: pipetail',
    `Version: ${debian}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${author}`,
    `Installed-Size: ${Math.ceil((await sizeOf(usr)) / 1024)}`,
    'Depends: libc6 (>= 2.28), libstdc++6 (>= 8), libatomic1',
    'Section: utils',
    'Priority: optional',
    ...(address === '' ? [] : [`Homepage: ${address}`]),
    `Description: ${description}`,
  ];
  await writeFile(path.join(place, 'DEBIAN/control'), `${control.join('\n')}\n`);
  const sums = (await filesBelow(usr)).map(
    async (file) => `${await hashOf(path.join(usr, file), 'md5')}  usr/${file}\n`,
  );
  await writeFile(path.join(place, 'DEBIAN/md5sums'), (await Promise.all(sums)).join(''));
  await settle(place, time);
  const file = path.join(release, `pipetail_${debian}_${architecture}.deb`);
  const env = environment(time);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', place, file], {
    env,
    stdio: ['ignore', 'ignore', 2],
  });
  await rm(place, {recursive: true});
}

async function toDebiansPlaces(usr: string): Promise<void> {
  // The distribution's own libatomic.
  await rm(path.join(usr, 'lib'), {recursive: true, force: true});
  const doc = path.join(usr, 'share/doc/pipetail');
  await rm(path.join(doc, 'LICENSE.libatomic'), {force: true});
  await rename(path.join(doc, 'LICENSE'), path.join(doc, 'copyright'));
  const page = path.join(usr, 'share/man/man1/pipetail.1');
  await writeFile(`${page}.gz`, gzipSync(await readFile(page), {level: 9}));
  await rm(page);
  const zsh = path.join(usr, 'share/zsh');
  await rename(path.join(zsh, 'site-functions'), path.join(zsh, 'vendor-completions'));
}
