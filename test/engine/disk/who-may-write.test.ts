import {chmod, chown, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {isOwnGroup, otherWriter} from '../../../source/engine/disk/who-may-write.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {skipOrFail} from '../../harness/tools.ts';

const users = 'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n';
const groups = 'root:x:0:\nada:x:1000:\n';
const bob = (group: number) => `bob:x:1001:${group}::/home/bob:/bin/sh\n`;

test.each([
  ['it is made for the user', {users, groups}, true],
  ['the user is its only member', {users, groups: 'ada:x:1000:ada\n'}, true],
  ['another user is a member', {users, groups: 'ada:x:1000:ada,bob\n'}, false],
  ['another user has it as the primary group', {users: users + bob(1000), groups}, false],
  ['another user has another primary group', {users: users + bob(1001), groups}, true],
  ['another name of the group has members', {users, groups: `${groups}staff:x:1000:bob\n`}, false],
  ['another name of the user is a member', {users: `${users}eve:x:1000:1000::/:\n`, groups: 'a:x:1000:eve\n'}, true],
  ['a member is a user of another directory', {users, groups: 'ada:x:1000:ada,ldap\n'}, false],
  ['no file names it', {users, groups: 'root:x:0:\n'}, false],
  ['the groups cannot be read', {users, groups: undefined}, false],
  ['the users cannot be read', {users: undefined, groups}, false],
])('a group is the user’s alone, or not: %s', (_, accounts, isOwn) => {
  expect(isOwnGroup(1000, 1000, accounts)).toBe(isOwn);
});

test('a group of another number is not, and root’s is', () => {
  expect(isOwnGroup(1001, 1000, {users, groups: `${groups}bob:x:1001:\n`})).toBe(false);
  expect(isOwnGroup(0, 1000, {users, groups})).toBe(true);
});

test('nobody’s group is that of other users, too, where some have it as their primary one', async (context) => {
  const nobody = 65_534;
  const others = new RegExp(`^(?!nobody:)[^:]+:[^:]*:\\d+:${nobody}:`, 'm');
  if (!others.test(await readFile('/etc/passwd', 'utf8'))) skipOrFail(context, 'nobody has a group alone here');
  if (process.geteuid?.() !== 0) skipOrFail(context, 'only root can give a file to another user');
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'file');
  await writeFile(file, '');
  await chown(folder.path, nobody, nobody);
  await chown(file, nobody, nobody);
  await chmod(file, 0o664);
  expect(otherWriter(file, nobody, 'data')).toEqual({path: file, why: 'writable', isOwn: true});
});
