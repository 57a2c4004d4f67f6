import {readFileSync} from 'node:fs';
import {parseExchange} from './raw-client.ts';
import {type ReplayServer, startReplayServer} from './replay-server.ts';

/**
 * What no terminal may get from a server: a control sequence of each kind (CSI, OSC, DCS, APC, C1), single controls,
 * breaks of lines, what turns the direction of text, what is invisible, and half of a surrogate pair.
 */
export const hostile = [
  '\u001B[4242z',
  '\u001B[31m',
  '\u001B]0;OWNED\u0007',
  '\u001B]52;c;T1dORUQ=\u001B\\',
  '\u001BP+q4f574e4544\u001B\\',
  '\u001B_OWNED\u001B\\',
  '\u001Bc',
  '\u009B5n\u009D0;OWNED\u009C',
  '\u0000\u0008\u007F\u000B\r',
  '\u202E\u2066\u200E\u061C',
  '\u200B\u2060\uFEFF\u00AD\u115F\u034F',
  '\u{E0041}\u{E007F}\u{E0101}',
  '\u2028\u2029',
  '\uD800',
].join('');

/** What stays as it was sent in an answer that is hostile only in its free texts, so that the program works with it. */
const fixed = /status$|_since$|_at$|^id$|_id$|version$|profile$/;

/** The same JSON with hostile text in each string and in the name of each field of a `details`. */
export function madeHostile(json: unknown, isFixed: (key: string) => boolean = () => false, key = ''): unknown {
  if (typeof json === 'string') return isFixed(key) ? json : `${hostile}${json}${hostile}`;
  if (Array.isArray(json)) return json.map((each) => madeHostile(each, isFixed, key));
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([name, value]): [string, unknown] => [
    key === 'details' ? `${name}${hostile}` : name,
    madeHostile(value, isFixed, name),
  ]);
  return Object.fromEntries(entries);
}

/** The JSON of a recorded answer in `test/wire`. */
function recordedJson(file: string): unknown {
  const exchange = parseExchange(readFileSync(new URL(`../wire/${file}`, import.meta.url)));
  return JSON.parse(String(exchange?.body));
}

type Named = Readonly<Record<string, unknown>> & {readonly name: string};

/** Recorded pipelines with errors of all kinds: of each, one with hostile free texts, and one with nothing else. */
function hostilePipelines(): readonly Named[] {
  const recorded = [
    ...(recordedJson('30-list-with-connector-errors.raw') as Named[]),
    ...(recordedJson('15a-list-status.raw') as Named[]),
    recordedJson('35b-worker-panic-pipeline.raw') as Named,
  ];
  const programError = {
    sql_compilation: {
      exit_code: 1,
      messages: [
        {start_line_number: 3, start_column: 7, error_type: 'Error', message: 'no such table\nT', snippet: '3|  \t^'},
      ],
    },
    rust_compilation: {exit_code: 101, stdout: 'error[E0308]\n --> x', stderr: 'warning'},
    system_error: 'no space left',
  };
  return recorded.flatMap((pipeline, index) => {
    const whole = {description: 'sums of\nall orders', ...pipeline, name: `${pipeline.name}-${index}`};
    const fields = {...whole, program_error: programError};
    return [madeHostile(fields, (key) => fixed.test(key)), {...(madeHostile(fields) as Named), id: `hostile-${index}`}];
  }) as Named[];
}

const session = {tenant_id: 'tenant-id', tenant_name: 'tenant', role: 'Owner', memberships: ['a', 'b']};

/** Two runs of a pipeline, the second with another kind of error. `text` is in each line of the process. */
function twoRuns(id: unknown, text: string): readonly string[] {
  const start =
    '[manager] 2026-11-27T10:00:00.000000Z  INFO pipeline_manager::runner::pipeline_automata: Resources transition: ' +
    `stopped -> provisioning (desired: provisioned) pipeline-id="${id}" pipeline-name="N/A"\n`;
  const lines = (...said: readonly string[]) =>
    said.map((each) => `[p] 2026-11-27T10:00:00.000000Z ${each.replace(' ', ' dbsp::server:  ')}${text}\n`);
  return [start, ...lines('INFO one', 'ERROR four'), start, ...lines('INFO one', 'ERROR two', 'WARN three')];
}

/** Bytes of an answer. Header values are sent as Latin-1, as HTTP has them. */
export function answer(status: number, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const bytes = Buffer.from(body);
  const head = Object.entries({...headers, 'content-length': String(bytes.length)})
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Reason\u009B5n\r\n${head}\r\n`, 'latin1'), bytes]);
}

const json = {'content-type': 'application/json'};

/**
 * Starts a server that obeys Feldera's API and has hostile text in every field of every answer; with `isLogHostile` also
 * in the lines of its logs, whose bytes `pipetail logs` prints as they are.
 */
export async function startHostileServer({
  isLogHostile = false,
} = {}): Promise<ReplayServer & {readonly names: readonly string[]}> {
  const pipelines = hostilePipelines();
  const pipelinesAt = (path: string) => {
    const name = decodeURIComponent(path.slice('/v0/pipelines/'.length).replace(/[?/].*/, ''));
    return pipelines.filter((each) => name.includes(plainPart(each.name)));
  };
  const logAt = (path: string) => {
    // Of those with one name, the last one of the list counts.
    const lines = twoRuns(pipelinesAt(path).at(-1)?.id, isLogHostile ? ` ${hostile.toWellFormed()}` : '');
    const chunks = lines.map((line) => `${Buffer.byteLength(line).toString(16)}\r\n${line}\r\n`);
    return `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n${chunks.join('')}`;
  };
  const server = await startReplayServer({
    reply(head) {
      const path = head.split(' ')[1] ?? '';
      if (path.endsWith('/logs')) return {bytes: logAt(path), ending: 'hold'};
      if (path.startsWith('/v0/pipelines?')) return hold(answer(200, json, JSON.stringify(pipelines)));
      if (/\/(events|stats)\b/.test(path)) return hold(answer(200, json, JSON.stringify(historyAt(path))));
      if (path.startsWith('/v0/pipelines/'))
        return hold(answer(200, json, JSON.stringify(pipelinesAt(path)[0] ?? pipelines[0])));
      if (path === '/v0/config/session') return hold(answer(200, json, JSON.stringify(madeHostile(session))));
      if (path === '/v0/config') return hold(answer(200, json, JSON.stringify(madeHostile({version: '0.337.0'}))));
      return hold(answer(404, json, JSON.stringify(madeHostile({message: 'no', error_code: 'No', details: {}}))));
    },
  });
  return {...server, names: pipelines.map(({name}) => name)};
}

/** A pipeline's statistics, its events, or one of them. */
function historyAt(path: string): unknown {
  const recorded = path.includes('/stats')
    ? '25a-stats-connector-errors.raw'
    : path.includes('/events/')
      ? '18b-events-latest.raw'
      : '34-events-all.raw';
  return madeHostile(recordedJson(recorded), (key) => fixed.test(key));
}

const hold = (bytes: Buffer) => ({bytes, ending: 'hold'}) as const;

function plainPart(name: string): string {
  return name.replaceAll(hostile, '');
}
