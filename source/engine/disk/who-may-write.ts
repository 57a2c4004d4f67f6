import {accessSync, constants, lstatSync, readlinkSync, type Stats} from 'node:fs';
import path from 'node:path';
import {shellWord} from '../../lib/format.ts';
import {readRegularNow} from './regular-file.ts';

/** File, folder or link at `path` that lets another user change something. */
export type Intruder = {
  readonly path: string;
  /** `foreign`: it belongs to another user than root and ours; `writable`: its mode lets others write. */
  readonly why: 'foreign' | 'writable';
  /** It belongs to our user, who can change its mode. */
  readonly isOwn: boolean;
};

/**
 * `code`: nobody else may write. `data`: a folder above may be sticky, as `/tmp` is, and a group may write that is the
 * user's or root's own. `parent`: the same for a folder in which data gets a folder of its own: this one may be sticky, too.
 */
type Kind = 'code' | 'data' | 'parent';

/**
 * Finds what lets another user than root and `user` (an effective user id) change what is at an absolute path, or put
 * something else in its place; undefined: nothing does. Looks at each part of the path and of the links in it, like the
 * `StrictModes` of ssh. Synchronous, some 10 µs a part. Throws errors of the file system, and where `user` is unknown.
 */
export function otherWriter(file: string, user: number | undefined, kind: Kind): Intruder | undefined {
  if (user === undefined) throw new Error(`whose ${file} is cannot be checked: this system has no user ids`);
  for (const {place, stats, isLast} of partsOf(file)) {
    const isOwn = stats.uid === user;
    if (!isOwn && stats.uid !== 0) return {path: place, why: 'foreign', isOwn};
    // The mode of a link says nothing; who could replace it, the folder around it does.
    if (stats.isSymbolicLink()) continue;
    const isSticky = (kind === 'parent' || (kind === 'data' && !isLast)) && (stats.mode & 0o1000) !== 0;
    const byGroup = (stats.mode & 0o020) !== 0 && !(kind !== 'code' && isOwnGroup(stats.gid, user));
    if (!byGroup && (stats.mode & 0o002) === 0) continue;
    if (!isSticky && !isMountedReadOnly(place)) return {path: place, why: 'writable', isOwn};
  }
  return undefined;
}

/** The command that keeps other users out. `place`: how the path is shown. */
export function commandAgainst({path: at, why, isOwn}: Intruder, place = at): string {
  const word = /^[\w@%+=:,./~-]+$/.test(place) ? place : shellWord(at);
  return why === 'foreign' ? `sudo chown $(id -u) ${word}` : `${isOwn ? '' : 'sudo '}chmod go-w ${word}`;
}

/** Tells whether the file system is mounted read-only, as volumes of Kubernetes are, whatever their modes say. */
function isMountedReadOnly(place: string): boolean {
  try {
    accessSync(place, constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS';
  }
}

type Part = {readonly place: string; readonly stats: Stats; readonly isLast: boolean};

/** Links that are followed: as many as the system does. */
const mostLinks = 40;

/** The root and each part below it; a link, then what it leads to. */
function* partsOf(file: string): Generator<Part> {
  let at = path.parse(file).root;
  const rest = namesOf(file);
  yield {place: at, stats: lstatSync(at), isLast: rest.length === 0};
  for (let links = 0, name = rest.shift(); name !== undefined; name = rest.shift()) {
    const place = path.join(at, name);
    const stats = lstatSync(place);
    yield {place, stats, isLast: rest.length === 0};
    if (!stats.isSymbolicLink()) {
      at = place;
      continue;
    }
    links += 1;
    if (links > mostLinks) throw new Error(`the links of ${file} lead in a circle`);
    const target = readlinkSync(place);
    if (path.isAbsolute(target)) at = path.parse(target).root;
    rest.unshift(...namesOf(target));
  }
}

function namesOf(file: string): string[] {
  return file.split(path.sep).filter((name) => name !== '' && name !== '.');
}

/** The texts of `/etc/passwd` and `/etc/group`; undefined: it cannot be read. */
type Accounts = {readonly users: string | undefined; readonly groups: string | undefined};

/**
 * Root's group, or the one that many systems make for each user, who then has it alone and a umask of 002: with the
 * number of the user, no other member, and no other user whose primary group it is.
 */
export function isOwnGroup(group: number, user: number, accounts?: Accounts): boolean {
  if (group === 0) return true;
  if (group !== user) return false;
  const {users, groups} = accounts ?? {users: textOf('/etc/passwd'), groups: textOf('/etc/group')};
  const entries = entriesOf(groups).filter(([, , id]) => id === String(group));
  if (users === undefined || entries.length === 0) return false;
  const members = entries.flatMap(([, , , names = '']) => names.split(','));
  // Whoever is no user of this file is another one.
  const ownNames = entriesOf(users).flatMap(([name, , id]) => (id === String(user) ? [name] : []));
  const isPrimaryOfOthers = entriesOf(users).some(
    ([, , id, primary]) => primary === String(group) && id !== String(user),
  );
  return !isPrimaryOfOthers && members.every((name) => name === '' || ownNames.includes(name));
}

/** Splits lines into fields: the third is the number, the fourth a user's primary group or a group's members. */
function entriesOf(text = ''): readonly (readonly string[])[] {
  return text.split('\n').map((line) => line.split(':'));
}

function textOf(file: string): string | undefined {
  try {
    return readRegularNow(file);
  } catch {
    return undefined;
  }
}
