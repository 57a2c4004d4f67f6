/** The package for Fedora, RHEL and SUSE, by rpmbuild. */
import {execFileSync} from 'node:child_process';
import {cp, mkdir, readdir, rename, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {About} from './about.ts';
import {environment, filesBelow, settle} from './reproducible.ts';

const architectures: Readonly<Record<string, string>> = {'linux-x64': 'x86_64', 'linux-arm64': 'aarch64'};

/** By the names of what they hold, which all distributions share: those of their packages differ. */
const needed = ['libc.so.6(GLIBC_2.28)(64bit)', 'libstdc++.so.6(GLIBCXX_3.4.25)(64bit)', 'libatomic.so.1()(64bit)'];

/** No library is looked for, no file is changed, and no time or name of this machine is noted. */
const macros = {
  _build_id_links: 'none',
  _buildhost: 'localhost',
  // Every rpm since that of RHEL 7 reads it.
  _binary_payload: 'w6.xzdio',
  __os_install_post: '%{nil}',
  debug_package: '%{nil}',
  use_source_date_epoch_as_buildtime: '1',
  build_mtime_policy: 'clamp_to_source_date_epoch',
  clamp_mtime_to_source_date_epoch: '1',
};

/** Puts `pipetail-1.0.0-1.x86_64.rpm` into the folder `release`; `laid` has what is below /usr (`layout.ts`). */
export async function makeRpmPackage(platform: string, laid: string, release: string, about: About): Promise<void> {
  const architecture = architectures[platform] ?? '';
  const place = path.join(path.dirname(laid), 'rpm');
  const tree = path.join(place, 'tree');
  await mkdir(tree, {recursive: true});
  await cp(laid, path.join(tree, 'usr'), {recursive: true});
  // The distribution's own libatomic.
  await rm(path.join(tree, 'usr/lib'), {recursive: true, force: true});
  await rm(path.join(tree, 'usr/share/doc/pipetail/LICENSE.libatomic'), {force: true});
  await settle(tree, about.time);
  await writeFile(path.join(place, 'pipetail.spec'), specOf(about, tree, await filesBelow(tree)));
  const defined = Object.entries({...macros, _topdir: place, _rpmdir: place, _tmppath: place});
  execFileSync(
    'rpmbuild',
    [
      ...['-bb', '--quiet', '--target', `${architecture}-linux`],
      ...defined.flatMap(([name, value]) => ['--define', `${name} ${value}`]),
      path.join(place, 'pipetail.spec'),
    ],
    {env: environment(about.time), stdio: ['ignore', 'ignore', 2]},
  );
  for (const name of await readdir(path.join(place, architecture))) {
    await rename(path.join(place, architecture, name), path.join(release, name));
  }
  await rm(place, {recursive: true});
}

function specOf({version, description, address}: About, tree: string, files: readonly string[]): string {
  return [
    'Name: pipetail',
    // A version of before a release sorts before it.
    `Version: ${version.replaceAll('-', '~')}`,
    'Release: 1',
    `Summary: ${description}`,
    'License: MIT',
    ...(address === '' ? [] : [`URL: ${address}`]),
    'AutoReqProv: no',
    ...needed.map((library) => `Requires: ${library}`),
    '%description',
    `${description}.`,
    '%install',
    `cp -a '${tree}/.' '%{buildroot}/'`,
    '%files',
    '%defattr(-,root,root,-)',
    ...files.map((file) => `"/${file}"`),
    '',
  ].join('\n');
}
