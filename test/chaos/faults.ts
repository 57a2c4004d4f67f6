import {networkInterfaces} from 'node:os';
import {frame} from '../../demo/follower.ts';
import {chunkedHead, type Ending, type FaultServer, type LogAnswer, unframed} from './fault-server.ts';

/**
 * One kind of fault. `told`: what the history of the log (key `i`) then says; undefined: nothing, as the log is read on over
 * the same connection. Unless it `clears` the ring, or overruns it, no line may be lost, doubled or reordered.
 */
export type FaultKind = {readonly name: string; readonly told: RegExp | undefined; readonly clears?: true} & (
  | {
      /** The next requests of the log get these bytes, and those of JSON may. */
      readonly place: 'refusal';
      readonly bytes: string;
      readonly ending: Ending;
    }
  /** What the next request of the log gets. */
  | {readonly place: 'answer'; readonly answer: (to: LogAnswer) => void}
  /** Ends an open body, or a replay. `rest`: the bytes of the log that would come next, whole lines from where it is. */
  | {readonly place: 'body'; readonly spoil: (to: LogAnswer, rest: Buffer) => void}
  | {readonly place: 'server'; readonly begin: (server: FaultServer) => Promise<void> | void}
);

const text = 'content-type: text/plain; charset=utf-8';
const json = 'content-type: application/json';
const page = '<!doctype html><html><head><title>502</title></head><body>Bad Gateway</body></html>';

/** An answer with the length of its body. */
function reply(status: string, headers: readonly string[], body = ''): string {
  return `HTTP/1.1 ${[status, ...headers, `content-length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`;
}

function problem(status: string, code: string, message: string, headers: readonly string[] = []): string {
  return reply(status, [json, ...headers], JSON.stringify({message, error_code: code, details: null}));
}

type RefusalRow = readonly [name: string, told: RegExp, bytes: string, ending?: Ending];

const refusals: readonly RefusalRow[] = [
  ['301 to itself', /redirects to .*\/logs \(301\)/, reply('301 Moved', ['location: /v0/pipelines/chaos/logs'])],
  [
    '302 to a login',
    /redirects to https:\/\/login\.test\/ \(302\)/,
    reply('302 Found', ['location: https://login.test/?s=1']),
  ],
  ['303 to nowhere', /redirects elsewhere \(303\)/, reply('303 See Other', [])],
  ['307 to another host', /redirects to .* \(307\)/, reply('307 Temporary Redirect', ['location: //other.test/logs'])],
  ['308 to no URL', /redirects elsewhere \(308\)/, reply('308 Permanent Redirect', ['location: http://'])],
  ['204', /unexpected status \(204\)/, 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['205', /unexpected status \(205\)/, reply('205 Reset Content', [])],
  [
    '206 of the log',
    /unexpected status \(206\)/,
    reply('206 Partial Content', [text, 'content-range: bytes 0-3/9'], 'abc\n'),
  ],
  [
    '304 to a request without a condition',
    /unexpected status \(304\)/,
    'HTTP/1.1 304 Not Modified\r\netag: "1"\r\n\r\n',
  ],
  ['100 that was not asked for', /not asked for/, `HTTP/1.1 100 Continue\r\n\r\n${chunkedHead}`],
  ['101 to another protocol', /not asked for/, 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ['102 without an end', /no headers for 15 s/, 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)],
  [
    'gzip that was not asked for',
    /encoding that was not asked for \(gzip\)/,
    reply('200 OK', [text, 'content-encoding: gzip'], '\x1F\x8B\x08'),
  ],
  [
    'deflate that was not asked for',
    /not asked for \(deflate\)/,
    reply('200 OK', [text, 'content-encoding: deflate'], 'x\x9C'),
  ],
  ['br that was not asked for', /not asked for \(br\)/, reply('200 OK', [text, 'content-encoding: br'], '\x0B\x02')],
  [
    'a log of another type',
    /with application\/octet-stream, not/,
    reply('200 OK', ['content-type: application/octet-stream'], 'a\n'),
  ],
  ['a log without a type', /without a content type/, reply('200 OK', [], 'a\n')],
  ['200 with a web page', /web page/, reply('200 OK', ['content-type: text/html'], page)],
  ['200 with an error', /the server failed \(200 away\)/, problem('200 OK', 'DatabaseError', 'away')],
  ['400', /refused the request \(400 bad\)/, reply('400 Bad Request', [text], 'bad')],
  ['401', /asks for credentials \(401\)/, reply('401 Unauthorized', ['www-authenticate: Bearer'])],
  [
    '401 in JSON sent as text',
    /asks for credentials \(401 Unauthorized API key\)/,
    reply('401 Unauthorized', [text], '{"message":"Unauthorized API key","error_code":"AuthenticationFailed"}'),
  ],
  ['403', /may not do this \(403 no\)/, problem('403 Forbidden', 'InsufficientPermissions', 'no')],
  ['404 of the pipeline', /does not know the pipeline/, problem('404 Not Found', 'UnknownPipelineName', 'Unknown')],
  ['404 without a body', /not have the log ready/, reply('404 Not Found', [])],
  ['404 with a web page', /no Feldera API/, reply('404 Not Found', ['content-type: text/html'], page)],
  ['407', /asks for a login/, reply('407 Proxy Authentication Required', [])],
  ['408', /waited too long/, reply('408 Request Timeout', [])],
  [
    '429 with Retry-After',
    /fewer requests \(429\); next try in 7.0 s/,
    reply('429 Too Many Requests', ['retry-after: 7']),
  ],
  ['431', /headers are too large/, reply('431 Request Header Fields Too Large', [])],
  [
    '500 with a huge page',
    /the server failed \(500\)/,
    reply('500 Error', ['content-type: text/html'], page.repeat(3000)),
  ],
  ['500 whose body never ends', /the server failed \(500 out of\)/, `HTTP/1.1 500 Error\r\n${text}\r\n\r\nout of `],
  ['502 with a web page', /the server failed \(502\)/, reply('502 Bad Gateway', ['content-type: text/html'], page)],
  [
    '503 with a Retry-After of a century',
    /the server failed.*next try in 5 min/,
    reply('503 Away', ['retry-after: 3153600000']),
  ],
  [
    '503 of the runner',
    /runner does not answer .*next try in 5.0 s/,
    problem('503 Away', 'RunnerInteractionUnreachable', 'refused', ['retry-after: 5']),
  ],
  [
    '503 cut in its body',
    /the server failed \(503\)/,
    'HTTP/1.1 503 Away\r\ncontent-length: 99\r\n\r\n{"message":',
    'rst',
  ],
  ['504 without a reason', /the server failed \(504\)/, reply('504', [])],
  ['no headers', /no headers for 15 s/, ''],
  ['headers that stop', /no headers for 15 s/, 'HTTP/1.1 200 OK\r\ncontent-'],
  [
    'headers cut by FIN',
    /closed the connection before it answered|not answer in HTTP/,
    'HTTP/1.1 200 OK\r\ncontent-',
    'fin',
  ],
  ['headers cut by RST', /reset the connection before it answered/, 'HTTP/1.1 200 OK\r\ncontent-', 'rst'],
  ['no answer but FIN', /closed the connection before it answered/, '', 'fin'],
  ['no answer but RST', /reset the connection before it answered/, '', 'rst'],
  ['headers without end', /headers without end/, `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}`],
  ['a header with NUL', /not answer in HTTP/, `HTTP/1.1 200 OK\r\nx: a\0b\r\n${text}\r\n\r\n`],
  ['a header without a name', /not answer in HTTP/, `HTTP/1.1 200 OK\r\n: a\r\n${text}\r\n\r\n`],
  ['a status of letters', /not answer in HTTP/, `HTTP/1.1 abc OK\r\n${text}\r\n\r\n`],
  ['another protocol', /not answer in HTTP/, 'SSH-2.0-OpenSSH_9.6\r\n'],
  ['a folded header', /not answer in HTTP/, chunkedHead.replace(/\r\n\r\n$/, '\r\nx-note: a\r\n  b\r\n\r\n')],
  ['lines that end in LF alone', /not answer in HTTP/, chunkedHead.replaceAll('\r', '')],
  [
    'two lengths',
    /broke the HTTP protocol/,
    `HTTP/1.1 200 OK\r\n${text}\r\ncontent-length: 4\r\ncontent-length: 9\r\n\r\nabc\n`,
  ],
  [
    'a length and chunks',
    /broke the HTTP protocol/,
    `HTTP/1.1 200 OK\r\n${text}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n`,
  ],
  ['a negative length', /not answer in HTTP/, `HTTP/1.1 200 OK\r\n${text}\r\ncontent-length: -4\r\n\r\n`],
];

type BodyRow = readonly [name: string, told: RegExp, spoil: (to: LogAnswer, rest: Buffer) => void];

/** After what came before, whole. */
const then =
  (bytes: string, ending: Ending = 'hold') =>
  (to: LogAnswer) => {
    // In a body that is not chunked these bytes would be the log's.
    if (to.isChunked) to.raw(bytes);
    to.end(to.isChunked ? ending : 'fin');
  };

/** A follower that is dropped as too slow gets whole entries, and then the end marker. */
const ended = (bytes: string, ending: Ending) => (to: LogAnswer, rest: Buffer) => {
  to.deliver(rest);
  then(`${frame(Buffer.from('Logs have ended\n'))}${bytes}`, ending)(to);
};

const broken = /broke the HTTP protocol/;
const cut = /connection closed before the body was complete/;
const runnerLost = /runner lost: the log broke off/;
const silent = /silent connection was dead|connection was silent/;

const bodies: readonly BodyRow[] = [
  ['FIN between chunks', cut, then('', 'fin')],
  ['RST between chunks', /connection was reset/, then('', 'rst')],
  ['a chunk cut by FIN', cut, (to, rest) => cutChunk(to, rest, 50, 'fin')],
  ['a chunk cut by RST', /connection was reset/, (to, rest) => cutChunk(to, rest, 50, 'rst')],
  ['a chunk longer than its size', broken, (to, rest) => cutChunk(to, rest, -20, 'hold')],
  ['a size cut by FIN', cut, then('1f', 'fin')],
  ['a size that is no number', broken, then('zz\r\nnonsense')],
  ['a negative size', broken, then('-5\r\nnonsense')],
  ['a size beyond 64 bits', broken, then(`${'f'.repeat(17)}\r\nnonsense`)],
  ['an empty size', broken, then('\r\n\r\n')],
  ['a web page within the chunks', broken, then(page)],
  ['an answer within the chunks', broken, then(reply('503 Away', []))],
  ['the last chunk', runnerLost, then('0\r\n\r\n')],
  ['the last chunk with trailers', runnerLost, then('0\r\nx-sum: 1\r\nserver-timing: a\r\n\r\n')],
  ['a trailer that is none', broken, then('0\r\n: x\r\n\r\n')],
  ['an answer after the last chunk', runnerLost, then(`0\r\n\r\n${reply('200 OK', [text], 'not of this log\n')}`)],
  ['the end marker with the same ring', /pipeline is still there/, ended('0\r\n\r\n', 'hold')],
  ['the end marker without a last chunk', /pipeline is still there/, ended('', 'fin')],
  ['silence', silent, (to, rest) => to.add(rest)],
];

/** The next chunk says that it is so much longer than it is. */
function cutChunk(to: LogAnswer, all: Buffer, more: number, ending: Ending): void {
  const rest = all.subarray(0, 2 + to.random.integer(500));
  const size = Math.max(1, rest.length + more);
  then(`${size.toString(16)}\r\n${rest.toString('latin1')}`, ending)(to);
  if (to.isChunked) to.sent += Math.min(size, rest.length);
}

type Shape = {readonly head?: string; readonly framing?: typeof frame; readonly pace?: number};

const hex = (bytes: Uint8Array) => bytes.length.toString(16);
const chunk = (size: string, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${size}\r\n`), bytes, Buffer.from('\r\n')]);

/** Odd, but the log. */
const shapes: readonly (readonly [name: string, shape: Shape])[] = [
  ['chunks of one byte', {framing: (bytes) => Buffer.concat([...bytes].map((byte) => frame(Buffer.of(byte))))}],
  ['chunks with extensions', {framing: (bytes) => chunk(`${hex(bytes)};a=1;b="c d";e`, bytes)}],
  ['sizes with zeros in front', {framing: (bytes) => chunk(`000${hex(bytes)}`, bytes)}],
  ['slow bytes', {pace: 700}],
  ['103 before the answer', {head: `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${chunkedHead}`}],
  ['102 before the answer', {head: `HTTP/1.1 102 Processing\r\n\r\n${chunkedHead}`}],
  ['names of headers in capitals', {head: chunkedHead.replace(/^[a-z-]+(?=:)/gm, (name) => name.toUpperCase())}],
  ['headers of 10 kB', {head: chunkedHead.replace(/\r\n\r\n$/, `\r\nx-policy: ${'y'.repeat(10_000)}\r\n\r\n`)}],
  ['HTTP/1.0 without a length', {head: `HTTP/1.0 200 OK\r\n${text}\r\n\r\n`, framing: unframed}],
  ['HTTP/1.1 without a length', {head: `HTTP/1.1 200 OK\r\n${text}\r\nconnection: close\r\n\r\n`, framing: unframed}],
  [
    'a length that is not reached',
    {head: `HTTP/1.1 200 OK\r\n${text}\r\ncontent-length: 99999999\r\n\r\n`, framing: unframed},
  ],
];

/** A snapshot with a length, `more` bytes longer or shorter than it says. */
function sized(more: number, lengths = 1): (to: LogAnswer) => void {
  return (to) => {
    const replay = to.replay();
    const length = Math.max(0, replay.length - more);
    to.raw(`HTTP/1.1 200 OK\r\n${text}\r\n${`content-length: ${length}\r\n`.repeat(lengths)}\r\n`);
    to.raw(replay);
    to.sent = Math.min(length, replay.length);
    to.end('fin');
  };
}

type AnswerRow = readonly [name: string, told: RegExp, answer: (to: LogAnswer) => void];

const answers: readonly AnswerRow[] = [
  ['a length that is right', runnerLost, sized(0)],
  ['a length that is too short', runnerLost, sized(40)],
  ['a length that is too long', cut, sized(-40)],
  ['the same length twice', /broke the HTTP protocol/, sized(0, 2)],
  ['HTTP/1.0 that closes', /connection closed/, (to) => partly(to, 1, `HTTP/1.0 200 OK\r\n${text}\r\n\r\n`, 'fin')],
  ['silence after the headers', silent, (to) => partly(to, 0, chunkedHead, 'hold')],
  ['silence after the first byte', silent, (to) => partly(to, 1, `${chunkedHead}1\r\n`, 'hold')],
];

/** Sends the beginning of the log as it is: a part of it, or `bytes`. What is left waits. */
function partly(to: LogAnswer, bytes: number, head: string, ending: Ending): void {
  const replay = to.replay();
  const count = ending === 'hold' ? bytes : to.random.integer(replay.length);
  to.raw(head);
  to.raw(replay.subarray(0, count));
  to.sent = count;
  to.add(replay.subarray(count));
  to.end(ending);
}

/** Ends after up to 20 s, or with the next kind. */
function forAWhile(server: FaultServer, begin: () => void, end: () => void): void {
  begin();
  server.clock.after(1000 + server.random.integer(20_000), end);
}

/** The connections are cut, and what is asked next meets `begin`. */
const away = (begin: (server: FaultServer) => void, end: (server: FaultServer) => void) => (server: FaultServer) => {
  forAWhile(
    server,
    () => {
      begin(server);
      server.drop();
    },
    () => end(server),
  );
};

const lookedUp = (addresses: FaultServer['host']['addresses']) =>
  away(
    ({host}) => {
      host.addresses = addresses;
    },
    ({host}) => {
      host.addresses = ['127.0.0.1'];
    },
  );

type ServerRow = readonly [name: string, told: RegExp, begin: (server: FaultServer) => Promise<void> | void];

const atAccept = (first: FaultServer['atAccept']) =>
  away(
    (server) => {
      server.atAccept = first;
    },
    (server) => {
      server.atAccept = 'hold';
    },
  );

const servers: readonly ServerRow[] = [
  [
    'nothing listens',
    /connection refused/,
    away(
      (server) => server.stopListening(),
      (server) => void server.listen('127.0.0.1'),
    ),
  ],
  ['connections reset at once', /reset the connection before it answered/, atAccept('rst')],
  ['connections closed at once', /(closed|reset) the connection before it answered/, atAccept('fin')],
  [
    'a server that speaks first',
    /not answer in HTTP|before it answered/,
    atAccept({greeting: '220 mail.test ESMTP\r\n'}),
  ],
  ['a name that is lost', /cannot resolve chaos-\d+\.test/, lookedUp('ENOTFOUND')],
  ['no name service', /name service did not answer/, lookedUp('EAI_AGAIN')],
  ['a name that is looked up without end', /does not answer \(timed out\)/, lookedUp('no answer')],
  ['a name that leads elsewhere', /connection refused|EADDRNOTAVAIL/, lookedUp(['::1'])],
  ['IPv6 dead, IPv4 alive', /live again/, lookedUp(['::1', '127.0.0.1'])],
  [
    'JSON connections closed under a request',
    /live again/,
    (server) => {
      server.nextJson.push('close', 'close');
      server.drop();
    },
  ],
  [
    'answers to other requests',
    /live again/,
    (server) => {
      server.nextJson.push('swapped', 'swapped');
      server.endAll('fin');
    },
  ],
];

const cleared: readonly ServerRow[] = [
  [
    'a ring that is overrun',
    /connection closed before/,
    (server) => {
      server.endAll('fin');
      server.write(150 + server.random.integer(200));
    },
  ],
  [
    'a runner that is killed',
    runnerLost,
    (server) => {
      for (const answer of [...server.answers]) then('0\r\n\r\n')(answer);
      forAWhile(
        server,
        () => server.pipeline.dropLog(),
        () => server.startLog(),
      );
    },
  ],
  [
    'a runner that is stopped',
    /pipeline is still there/,
    (server) => {
      for (const answer of [...server.answers]) ended('0\r\n\r\n', 'hold')(answer, answer.hold());
      forAWhile(
        server,
        () => server.pipeline.dropLog(),
        () => server.startLog(),
      );
    },
  ],
  [
    'a pipeline that is created again',
    /deleted and created again/,
    (server) => {
      for (const answer of [...server.answers]) ended('0\r\n\r\n', 'hold')(answer, answer.hold());
      server.createAgain();
    },
  ],
  [
    'a line larger than the ring',
    /connection closed before/,
    (server) => {
      server.writer.long(server.pipeline, 151_000);
      server.endAll('fin');
    },
  ],
];

/** The server moves to IPv6 for a while. */
const movesToIPv6 = (addresses: FaultServer['host']['addresses']) => async (server: FaultServer) => {
  server.stopListening();
  await server.listen('::1');
  lookedUp(addresses)(server);
  server.clock.after(25_000, () => {
    server.stopListening();
    void server.listen('127.0.0.1');
  });
};

const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({address}) => address === '::1'));

const onIPv6: readonly ServerRow[] = [
  ['IPv6 alone', /live again/, movesToIPv6(['::1'])],
  ['IPv4 dead, IPv6 alive', /live again/, movesToIPv6(['127.0.0.1', '::1'])],
];

export const faultKinds: readonly [FaultKind, ...FaultKind[]] = [
  {
    place: 'answer',
    name: 'silence of 20 s',
    told: undefined,
    answer(to) {
      to.follow();
      to.pause(20_000);
    },
  },
  ...refusals.map(([name, told, bytes, ending = 'hold']): FaultKind => ({place: 'refusal', name, told, bytes, ending})),
  ...bodies.map(([name, told, spoil]): FaultKind => ({place: 'body', name, told, spoil})),
  ...answers.map(([name, told, answer]): FaultKind => ({place: 'answer', name, told, answer})),
  ...shapes.map(
    ([name, shape]): FaultKind => ({place: 'answer', name, told: undefined, answer: (to) => to.follow(shape)}),
  ),
  ...[...servers, ...(hasIPv6 ? onIPv6 : [])].map(
    ([name, told, begin]): FaultKind => ({place: 'server', name, told, begin}),
  ),
  ...cleared.map(([name, told, begin]): FaultKind => ({place: 'server', name, told, begin, clears: true})),
];
