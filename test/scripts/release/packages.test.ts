import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmod, mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gunzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {makeAlpinePackage} from '../../../scripts/release/alpine.ts';
import {makeDebianPackage} from '../../../scripts/release/debian.ts';
import {settle, tar} from '../../../scripts/release/reproducible.ts';
import {makeRpmPackage} from '../../../scripts/release/rpm.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {requireTool} from '../../harness/tools.ts';

const about = {
  version: '1.2.0-rc.1',
  description: 'Follow logs',
  author: 'The pipetail authors',
  address: '',
  time: 1e9,
};
const address = 'https://git.example.com/feldera/pipetail';

const files = {
  'bin/pipetail': '#!/bin/sh\necho pipetail 1\n',
  'lib/pipetail/libatomic.so.1': 'library',
  'share/doc/pipetail/LICENSE': 'MIT\n',
  'share/doc/pipetail/LICENSE.libatomic': 'GPL\n',
  'share/man/man1/pipetail.1': '.TH\n',
  'share/zsh/site-functions/_pipetail': '#compdef\n',
};

/** A tree as it is laid for the packages; made in another order and with other modes each time. */
async function laidIn(place: string, isOther: boolean): Promise<string> {
  const folder = path.join(place, 'pipetail-1-linux-x64');
  const names = Object.entries(files);
  for (const [name, text] of isOther ? names.toReversed() : names) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), {recursive: true, mode: isOther ? 0o700 : 0o777});
    await writeFile(file, text, {mode: isOther ? 0o600 : 0o666});
  }
  await chmod(path.join(folder, 'bin/pipetail'), isOther ? 0o700 : 0o777);
  await settle(folder, about.time);
  return folder;
}

const makers = {
  'tar.gz': async (laid: string, out: string) => tar(laid, path.join(out, 'x.tar')),
  deb: async (laid: string, out: string) => await makeDebianPackage('linux-x64', laid, out, about),
  rpm: async (laid: string, out: string) => await makeRpmPackage('linux-arm64', laid, out, about),
  apk: async (laid: string, out: string) => await makeAlpinePackage(laid, out, {about, node: '22.19'}),
};

const tools: Readonly<Record<string, string>> = {deb: 'dpkg-deb', rpm: 'rpmbuild'};

test.for(Object.entries(makers))('%s: two builds are the same bytes', async ([what, make], context) => {
  const tool = tools[what];
  if (tool !== undefined) requireTool(context, tool);
  const built = await Promise.all(
    [false, true].map(async (isOther) => {
      await using place = await temporaryDirectory();
      const out = path.join(place.path, 'out');
      await mkdir(out);
      await make(await laidIn(place.path, isOther), out);
      const [name = ''] = await readdir(out);
      return {
        name,
        sum: createHash('sha256')
          .update(await readFile(path.join(out, name)))
          .digest('hex'),
      };
    }),
  );
  expect(built[0]?.name).toContain(what === 'tar.gz' ? '.tar' : `.${what}`);
  expect(built[1]).toEqual(built[0]);
});

describe('what is in them', () => {
  test('deb: the distribution’s places, no library, sums that hold', async (context) => {
    requireTool(context, 'dpkg-deb');
    await using place = await temporaryDirectory();
    const laid = await laidIn(place.path, false);
    await makeDebianPackage('linux-x64', laid, place.path, {...about, address});
    const file = path.join(place.path, 'pipetail_1.2.0~rc.1_amd64.deb');
    const control = execFileSync('dpkg-deb', ['--field', file], {encoding: 'utf8'});
    expect(control).toContain(`Version: 1.2.0~rc.1\nArchitecture: amd64\n`);
    expect(control).toContain(`Homepage: ${address}\n`);
    const unpacked = path.join(place.path, 'unpacked');
    execFileSync('dpkg-deb', ['--raw-extract', file, unpacked]);
    const sums = spawnSync('md5sum', ['--check', '--quiet', 'DEBIAN/md5sums'], {cwd: unpacked, encoding: 'utf8'});
    expect(sums).toMatchObject({status: 0, stdout: ''});
    const names = (await readdir(unpacked, {recursive: true})).toSorted();
    expect(names).toEqual(expect.arrayContaining(['usr/share/zsh/vendor-completions/_pipetail']));
    expect(names).toEqual(
      expect.arrayContaining(['usr/share/doc/pipetail/copyright', 'usr/share/man/man1/pipetail.1.gz']),
    );
    expect(names.filter((name) => /^usr\/lib|libatomic/.test(name))).toEqual([]);
  });

  test('rpm: libraries by what all distributions call them, root’s files', async (context) => {
    const rpm = requireTool(context, 'rpm');
    requireTool(context, 'rpmbuild');
    await using place = await temporaryDirectory();
    await makeRpmPackage('linux-arm64', await laidIn(place.path, false), place.path, about);
    const file = path.join(place.path, 'pipetail-1.2.0~rc.1-1.aarch64.rpm');
    const ask = (...args: string[]) =>
      execFileSync(rpm, ['-qp', ...args, file], {encoding: 'utf8'})
        .trim()
        .split('\n');
    expect(ask('--requires')).toEqual(
      expect.arrayContaining(['libc.so.6(GLIBC_2.28)(64bit)', 'libatomic.so.1()(64bit)']),
    );
    expect(ask('--queryformat', '[%{FILEUSERNAME} %{FILEMODES:perms} %{FILENAMES}\\n]')).toEqual(
      expect.arrayContaining(['root -rwxr-xr-x /usr/bin/pipetail', 'root -rw-r--r-- /usr/share/man/man1/pipetail.1']),
    );
    expect(ask('--list').filter((name) => name.startsWith('/usr/lib'))).toEqual([]);
    expect(ask('--queryformat', '%{URL} %{BUILDHOST} %{BUILDTIME}')).toEqual(['(none) localhost 1000000000']);
  });

  test('apk: what apk reads first, with the sum of what follows; links, and the sum of each file', async () => {
    await using place = await temporaryDirectory();
    const laid = await laidIn(place.path, false);
    await mkdir(path.join(laid, 'usr/bin'), {recursive: true});
    await symlink('../lib/x.js', path.join(laid, 'usr/bin/pipetail'));
    await makeAlpinePackage(laid, place.path, {about, node: '22.19'});
    const bytes = await readFile(path.join(place.path, 'pipetail-1.2.0_rc1-r0.apk'));
    // The second archive begins where its sum says.
    const second = bytes.indexOf(Buffer.from([0x1f, 0x8b, 8]), 1);
    const info = gunzipSync(bytes.subarray(0, second)).toString();
    expect(info).toContain('pkgver = 1.2.0_rc1-r0\n');
    expect(info).toContain('depend = nodejs>=22.19\n');
    expect(info).not.toContain('url =');
    const data = bytes.subarray(second);
    expect(info).toContain(`datahash = ${createHash('sha256').update(data).digest('hex')}\n`);
    await writeFile(path.join(place.path, 'data.tar.gz'), data);
    const list = spawnSync('tar', ['-tvzf', 'data.tar.gz'], {cwd: place.path, encoding: 'utf8'}).stdout;
    expect(list).toMatch(/^lrwxrwxrwx root\/root .* usr\/bin\/pipetail -> \.\.\/lib\/x\.js$/m);
    expect(list).toMatch(/^-rwxr-xr-x root\/root .* bin\/pipetail$/m);
    const sum = createHash('sha1').update(files['bin/pipetail']).digest('hex');
    expect(gunzipSync(data).toString('latin1')).toContain(`68 APK-TOOLS.checksum.SHA1=${sum}\n`);
  });
});
