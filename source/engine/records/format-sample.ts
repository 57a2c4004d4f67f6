import type {OtherFormat} from '../buffer/log-buffer.ts';
import {closingBrace, closingBracket, openingBrace, space} from './bytes.ts';
import {felderas, readHead, timed} from './line-formats.ts';
import {levelIn} from './line-head.ts';
import {isPanicLine} from './line-kind.ts';
import {iso, named, readStamp} from './stamps.ts';

/**
 * Text in front of each line of a container: its name, or a time. Groups: `container`, `time`, `stream` and its `tag`: `P` in
 * front of a part of a line whose next part follows, `F` in front of a whole line or the last part.
 */
type LinePrefix = {readonly name: string; readonly pattern: RegExp};

/** Sequences of a terminal: colours, and those that clear a row. */
const s = String.raw`(?:\x1b\[[\d;?]*[A-Za-z])*`;
const sequences = new RegExp(s, 'g');
/** As Kubernetes names the pods of a deployment, a daemon set or a stateful set. */
const pod = String.raw`[a-z\d][a-z\d.-]*-(?:[a-z\d]{5}|\d+)`;
const label = String.raw`[a-z\d][a-z\d-]*`;
const utc = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`;

/** journald writes lines of syslog, each with its time and the name of a unit, in front of what that wrote. */
const syslog = 'syslog';

/** Those with the name of the container. */
const labels: readonly LinePrefix[] = [
  {name: 'compose', pattern: new RegExp(String.raw`^${s}(?<container>\w[\w.-]*) +\|(?: |$)${s}`)},
  {name: 'kubectl', pattern: /^\[(?:pod|deployment|job)\/(?<container>[^\]\s]+)\](?: |$)/},
  {
    name: syslog,
    pattern: new RegExp(
      String.raw`^(?<time>${named}|${iso}) [\w.:-]+ (?<container>[\w@./-]+)(?:\([^)]*\))?(?:\[\d+\])?:(?: |$)`,
    ),
  },
  {
    name: 'pods',
    pattern: new RegExp(`^${s}(?:${label} ${s})?(?<container>${pod}${s} ${s}${label})${s}(?: |$)`),
  },
];

/** Times of `docker logs -t`, `kubectl logs --timestamps` and others. */
const timestamps: LinePrefix = {name: 'timestamps', pattern: new RegExp(`^(?<time>${utc})(?: +|$)`)};
/** The prefix that the runtimes of containers write, which cut lines of more than 16 KiB. */
const cri = 'CRI';
/** Those with a time. */
const clocks: readonly LinePrefix[] = [
  {name: cri, pattern: new RegExp(`^(?<time>${utc}) (?<stream>stdout|stderr) (?<tag>[FP])(?: |$)`)},
  timestamps,
];

/** Bytes in which a prefix ends. */
const prefixBytes = 300;

type Prefixes = {readonly label?: LinePrefix | undefined; readonly clock?: LinePrefix | undefined};

type ReadPrefix = {
  /** Bytes of the line before what the container wrote. */
  readonly length: number;
  /** Names of pod and container are joined by a slash; undefined: the line names none. */
  readonly container: string | undefined;
  /** As it is written. */
  readonly time: string | undefined;
  /** Where the runtime cuts lines: what was written to, by which container. */
  readonly stream?: string | undefined;
  /** The rest of the line follows in the next one of its stream. */
  readonly isCut?: boolean;
};

const none: ReadPrefix = {length: 0, container: undefined, time: undefined};

/** Most lines, and bytes, from which a format is chosen. */
const mostLines = 100;
const mostBytes = 64 * 1024;
/** Lines of other streams between two parts of a line, at most: the runtime writes the parts right after each other. */
const mostBetween = 16;
/** Lines that are never the first of a record, although what is in front of them has a time. */
const continuing = /^(?:\t| {2}|at |Caused by: |Traceback |\.\.\. \d)/;

/** The first lines of a log, from which its format is chosen. */
export class FormatSample {
  readonly #now: number;
  readonly #lines: Buffer[] = [];
  #bytes = 0;

  /** `now`: Unix time in ms, for times without a year. */
  constructor(now: number) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  get isFull(): boolean {
    return this.#lines.length >= mostLines || this.#bytes >= mostBytes;
  }

  /** Adds a whole line. */
  add(line: Buffer): void {
    this.#lines.push(Buffer.from(line));
    this.#bytes += line.length;
  }

  /** The format that most lines have; undefined: none is recognised. */
  get chosen(): OtherFormat | typeof felderas | undefined {
    const now = this.#now;
    const label = labels.find((each) => this.#isLabel(each));
    const clock = clocks.find((each) => this.#isClock({label, clock: each}));
    const prefixes = {label, clock};
    const names = new Map<string, number>();
    /** Containers with records that begin with a level: their other lines continue those. */
    const leveled = new Set<string | undefined>();
    for (const line of this.#lines) {
      const {length, container, time} = readPrefix(line, prefixes);
      const rest = line.subarray(length);
      const head = readHead(rest, {now, isTimed: true});
      const hasTime = time !== undefined && readStamp(time, now) !== undefined;
      const name = head?.name ?? (hasTime || isPanicLine(rest, 0, rest.length) ? felderas : undefined);
      if (name !== undefined) names.set(name, (names.get(name) ?? 0) + 1);
      if (head?.hasLevel) leveled.add(container);
    }
    const isTimed = leveled.size === 0;
    const [most] = [...names].filter(([name]) => isTimed || name !== timed.name).sort(([, a], [, b]) => b - a);
    if (!most) return undefined;
    const shown = [label?.name, clock?.name, most[0] === felderas ? undefined : most[0]].filter(
      (name) => name !== undefined,
    );
    if (shown.length === 0) return felderas;
    return formatOf(shown.join(' '), {prefixes, leveled, now, isTimed});
  }

  #most(isOne: (line: Buffer) => boolean): boolean {
    const lines = this.#lines.filter(({length}) => length > 0);
    return lines.filter(isOne).length > lines.length / 2;
  }

  /** Tells whether most lines have this name in front, or, as in k9s, behind a time. */
  #isLabel(label: LinePrefix): boolean {
    const hasIt = (line: Buffer, clock?: LinePrefix) => readPrefix(line, {label, clock}).container !== undefined;
    return this.#most((line) => hasIt(line) || hasIt(line, timestamps));
  }

  /** Tells whether most lines have this time in front, and it is not the time with which their own records begin. */
  #isClock({label, clock}: Prefixes): boolean {
    const hasLevel = (line: Buffer) => readHead(line, {now: this.#now, isTimed: false})?.hasLevel === true;
    return this.#most((line) => {
      const {length} = readPrefix(line, {label});
      const {length: end} = readPrefix(line, {label, clock});
      if (end === length) return false;
      return clock !== timestamps || hasLevel(line.subarray(end)) || !hasLevel(line.subarray(length));
    });
  }
}

type Chosen = {
  readonly prefixes: Prefixes;
  readonly leveled: ReadonlySet<string | undefined>;
  readonly now: number;
  readonly isTimed: boolean;
};

function formatOf(name: string, {prefixes, leveled, now, isTimed}: Chosen): OtherFormat {
  /** A line without a head in it. Its prefix has a time: it begins a record unless it is clear that it continues one. */
  const timedHead = (line: Buffer, rest: Buffer, {container, time}: ReadPrefix) => {
    const isOther = leveled.has(container) || continuing.test(rest.toString('latin1', 0, 20));
    const at = time === undefined || isOther ? undefined : readStamp(time, now);
    if (at === undefined) return undefined;
    if (prefixes.label?.name === syslog) return readHead(line, {now, isTimed})?.line;
    return withContainer(Buffer.concat([Buffer.from(`[log] ${at} NONE :  `), rest]), container);
  };
  const canonical = (line: Buffer, _: number, isPart: boolean) => {
    const prefix = readPrefix(line, prefixes);
    const rest = line.subarray(prefix.length);
    // An indented line is no head.
    if (isPart) return levelIn(rest) === undefined && !isPanicLine(rest, 0, rest.length) ? rest : indented(rest);
    const head = readHead(rest, {now, isTimed});
    return head ? withContainer(head.line, prefix.container) : (timedHead(line, rest, prefix) ?? rest);
  };
  if (!prefixes.label && !prefixes.clock) return {name, canonical};
  const prefixLength = (line: Buffer) => readPrefix(line, prefixes).length;
  const {label} = prefixes;
  const partBefore: OtherFormat['partBefore'] = (line, id, lineAt) => {
    const {stream} = readPrefix(line, prefixes);
    for (let before = id - 1; stream !== undefined && before >= id - 1 - mostBetween; before--) {
      const other = lineAt(before);
      if (!other) return undefined;
      const read = readPrefix(other, prefixes);
      if (read.stream === stream) return read.isCut ? before : undefined;
    }
    return undefined;
  };
  return {
    name,
    canonical,
    prefixLength,
    ...(prefixes.clock?.name === cri && {partBefore}),
    ...(label && {streamOf: (line) => readPrefix(line, {label}).container ?? ''}),
  };
}

function indented(line: Buffer): Buffer {
  return Buffer.concat([Buffer.of(space), line]);
}

/** Reads the prefix of a line, of which a part may be missing. In k9s the time comes first. */
function readPrefix(line: Buffer, {label, clock}: Prefixes): ReadPrefix {
  if (!label && !clock) return none;
  const text = line.toString('latin1', 0, prefixBytes);
  let length = 0;
  const groups: Record<string, string | undefined> = {};
  for (const part of [label, clock, label]) {
    const found = groups.container !== undefined && part === label ? undefined : part?.pattern.exec(text.slice(length));
    length += found?.[0].length ?? 0;
    Object.assign(groups, found?.groups);
  }
  const {container, time, stream, tag} = groups;
  const named = container?.replace(sequences, '').replace(' ', '/');
  const read = {length, container: named, time};
  return stream === undefined ? read : {...read, stream: `${stream} ${named ?? ''}`, isCut: tag === 'P'};
}

/** The line of a record, as Feldera's logger writes it, with the name of its container. */
function withContainer(line: Buffer, container: string | undefined): Buffer {
  if (container === undefined) return line;
  const isJson = line[0] === openingBrace;
  const at = isJson ? line.lastIndexOf(closingBrace) : line.indexOf(closingBracket);
  const added = isJson ? `,"container":${JSON.stringify(container)}` : ` container=${container}`;
  return Buffer.concat([line.subarray(0, at), Buffer.from(added), line.subarray(at)]);
}
