/** `.log.1`, `.log.2.gz`, `.log-20261127.zst`: the name of the log, and what its rotation added. */
const logName = /^(?<log>[^.].*?\.(?:log|txt|out|err))(?:[.-](?<rotation>\d[\d-]*))?(?:\.(?:gz|zst))?$/i;
const packedName = /^[^.].*\.(?:gz|zst|zip)$/i;
/** Rotations from this number on are dates: the later one is the newer one. */
const leastDate = 1_000_000;

/** Whether a file in a folder is opened with it. */
export function isLogName(name: string): boolean {
  return logName.test(name) || (packedName.test(name) && !/\.tar\.\w+$/i.test(name));
}

type Rotation = {readonly log: string; readonly age: number};

/**
 * Files of one log, oldest first: `x.log.2.gz`, `x.log.1`, `x.log`. Dated ones are older the earlier their date. Logs
 * are in the order of their names, numbers by their value.
 */
export function joinRotated<File>(
  files: readonly File[],
  nameOf: (file: File) => string,
): readonly (readonly File[])[] {
  const logs = new Map<string, {readonly file: File; readonly age: number}[]>();
  for (const file of files) {
    const {log, age} = rotationOf(nameOf(file));
    const others = logs.get(log);
    if (others) others.push({file, age});
    else logs.set(log, [{file, age}]);
  }
  return [...logs]
    .sort(([a], [b]) => byName(a, b))
    .flatMap(([, parts]) =>
      withoutCopies(parts.sort((a, b) => b.age - a.age || byName(nameOf(a.file), nameOf(b.file)))),
    );
}

/** Of the same rotation, `x.log` and `x.log.gz` have the same lines: what is a copy is a log of its own. */
function withoutCopies<File>(
  parts: readonly {readonly file: File; readonly age: number}[],
): readonly (readonly File[])[] {
  const isCopy = parts.map(({age}, place) => parts[place - 1]?.age === age);
  const filesOf = (copies: boolean) => parts.flatMap(({file}, place) => (isCopy[place] === copies ? [file] : []));
  return [filesOf(false), ...filesOf(true).map((file) => [file])];
}

/** Numbers in names by their value: `node-2` comes before `node-10`. */
export const {compare: byName} = new Intl.Collator('en', {numeric: true});

/** `age`: 0 of the file that is written; the highest of the oldest. */
function rotationOf(name: string): Rotation {
  const {log, rotation} = logName.exec(name)?.groups ?? {};
  if (log === undefined) return {log: name.replace(/\.(?:gz|zst)$/i, ''), age: 0};
  if (rotation === undefined) return {log, age: 0};
  const number = Number(rotation.replaceAll('-', '').slice(0, 15));
  return {log, age: number < leastDate ? number : 1e15 - number};
}
