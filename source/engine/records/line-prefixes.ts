import {closingBrace, closingBracket, openingBrace} from './bytes.ts';
import {iso, named} from './stamps.ts';

/**
 * Text in front of each line of a container: its name, or a time. Groups: `container`, `time`, `stream` and its `tag`: `P` in
 * front of a part of a line whose next part follows, `F` in front of a whole line or the last part.
 */
export type LinePrefix = {readonly name: string; readonly pattern: RegExp};

/** Sequences of a terminal: colours, and those that clear a row. */
const s = String.raw`(?:\x1b\[[\d;?]*[A-Za-z])*`;
const sequences = new RegExp(s, 'g');
/** As Kubernetes names the pods of a deployment, a daemon set or a stateful set. */
const pod = String.raw`[a-z\d][a-z\d.-]*-(?:[a-z\d]{5}|\d+)`;
const label = String.raw`[a-z\d][a-z\d-]*`;
const utc = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`;

/** journald writes lines of syslog, each with its time and the name of a unit, in front of what that wrote. */
export const syslog = 'syslog';

/** Those with the name of the container. */
export const labels: readonly LinePrefix[] = [
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
export const timestamps: LinePrefix = {name: 'timestamps', pattern: new RegExp(`^(?<time>${utc})(?: +|$)`)};
/** The prefix that the runtimes of containers write, which cut lines of more than 16 KiB. */
export const cri = 'CRI';
/** Those with a time. */
export const clocks: readonly LinePrefix[] = [
  {name: cri, pattern: new RegExp(`^(?<time>${utc}) (?<stream>stdout|stderr) (?<tag>[FP])(?: |$)`)},
  timestamps,
];

/** Bytes in which a prefix ends. */
const prefixBytes = 300;

export type Prefixes = {readonly label?: LinePrefix | undefined; readonly clock?: LinePrefix | undefined};

export type ReadPrefix = {
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

/** Reads the prefix of a line, of which a part may be missing. In k9s the time comes first. */
export function readPrefix(line: Buffer, {label, clock}: Prefixes): ReadPrefix {
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
export function withContainer(line: Buffer, container: string | undefined): Buffer {
  if (container === undefined) return line;
  const isJson = line[0] === openingBrace;
  const at = isJson ? line.lastIndexOf(closingBrace) : line.indexOf(closingBracket);
  const added = isJson ? `,"container":${JSON.stringify(container)}` : ` container=${container}`;
  return Buffer.concat([line.subarray(0, at), Buffer.from(added), line.subarray(at)]);
}
