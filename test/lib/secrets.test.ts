import fc from 'fast-check';
import {expect, it} from 'vitest';
import {isSecretName} from '../../source/lib/secret-names.ts';
import {maskCredentials, masked, maskSteps} from '../../source/lib/secrets.ts';
import {planted, plantedTexts, showsPlanted} from './planted.ts';

it.each([
  ['password', true],
  ['sasl.password', true],
  ['ssl.key.password', true],
  ['aws_secret_access_key', true],
  ['accessKey', true],
  ['apikey', true],
  ['key', true],
  ['credentials', true],
  ['gcp_service_account_credentials_json', true],
  ['auth_token', true],
  ['sasl.jaas.config', true],
  ['Authorization', true],
  ['pwd', true],
  ['secrets_dir', false],
  ['ssl.key.location', false],
  ['sasl.mechanism', false],
  ['monkey', false],
  ['path', false],
  ['bootstrap.servers', false],
  ['keyspace', false],
])('%s is the name of a credential: %s', (name, is) => {
  expect(isSecretName(name)).toBe(is);
});

it.each([
  ['postgres://feldera:hunter2@db:5432/x?sslmode=on', 'postgres://feldera:***@db:5432/x?sslmode=on'],
  ['https://ghp_abcdef@github.com/a', 'https://***@github.com/a'],
  ['redpanda:9092', 'redpanda:9092'],
  ['s3://bucket/sales', 's3://bucket/sales'],
  ['https://a.example/x?token=abc&page=2', 'https://a.example/x?token=***'],
  [
    'org.apache.kafka.PlainLoginModule required username="u" password="p w";',
    'org.apache.kafka.PlainLoginModule required username="u" password="***";',
  ],
  ['Endpoint=sb://x/;SharedAccessKey=abc=;EntityPath=y', 'Endpoint=sb://x/;SharedAccessKey=***'],
  ['Authorization: Bearer abcdefgh12345', 'Authorization: ***'],
  ['{"password": "a\\"b", "path": "/x"}', '{"password": "***", "path": "/x"}'],
  ["'sasl.password' = 'it', 'x' = 'y'", "'sasl.password' = '***', 'x' = 'y'"],
  ['eyJhbGciOiJI.eyJzdWIiOiIx.sig', '***'],
  ['apikey:abcDEF-1', '***'],
  [
    String.raw`"auth": "x", "body": "{\"password\": \"hun ter\", \"mode\": \"a\"}"`,
    String.raw`"auth": "***", "body": "{\"password\": \"***\", \"mode\": \"a\"}"`,
  ],
  [String.raw`{\\\"token\\\": \\\"a\\\\\"b\\\"}`, String.raw`{\\\"token\\\": \\\"***\\\"}`],
  ["'password' = 'it''s a secret', 'x' = 'y'", "'password' = '***', 'x' = 'y'"],
  ["'[{\"dsn\": \"host=a password=''b c''\"}]'", '\'[{"dsn": "***"}]\''],
  ["'{\"options\": \"host=a password=''b c'' x=1\"}'", "'{\"options\": \"host=a password=''***'' x=1\"}'"],
  ["password = b'b'", "password = b'***'"],
  ["password = ''", "password = ''"],
  ['"password": "cut her', '"password": "***'],
  ["'password' = 'cut her", "'password' = '***"],
  ['https://x.blob.core.windows.net/a?sv=1&sig=ab%3D&se=2', 'https://x.blob.core.windows.net/a?sv=1&sig=***'],
  ['Authorization: Api-Key abc', 'Authorization: ***'],
  [
    '{"name": "X-API-Key", "value": "abc"}, {"name": "Accept", "value": "b"}',
    '{"name": "X-API-Key", "value": "***"}, {"name": "Accept", "value": "b"}',
  ],
  ['password: null', 'password: null'],
  ['primary key (id)', 'primary key (id)'],
])('%s is shown as %s', (text, shown) => {
  expect(maskCredentials(text).text).toBe(shown);
});

it('knows where a place is behind what is hidden', () => {
  const text = '"password": "a very long one", "mode": "x", "token": "b", "y"';
  const {text: shown, placeOf} = maskCredentials(text);
  for (const word of ['"mode"', '"y"']) expect(placeOf(text.indexOf(word))).toBe(shown.indexOf(word));
  expect(placeOf(text.indexOf('long'))).toBe(shown.indexOf('***'));
});

it('of a megabyte without an end of a word, takes no time to speak of', () => {
  const text = 'a.b-'.repeat(250_000);
  expect(maskCredentials(`${text}="${text}`).text).toHaveLength(2 * text.length + 2);
});

it('shows which secret Feldera is to put in', () => {
  const text = ['"password": "$', '{secret:kubernetes:db/password}"'].join('');
  expect(maskCredentials(text).text).toBe(text);
});

/** What a long text is read in steps of, and how far a step looks beyond. */
const borders = [32 * 1024, 48 * 1024, 64 * 1024];

it.each([
  'password = "two words"',
  'postgres://feldera:hunter2@db:5432/x',
  '{"name": "X-API-Key", "value": "abc"}',
  `Authorization: Bearer ${'abcdefgh'.repeat(10)}`,
  `-----BEGIN RSA PRIVATE KEY-----${'MIIEpAIBAAKCAQEA'.repeat(60)}-----END RSA PRIVATE KEY-----`,
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc',
])('hides the same wherever it is in a long text: %s', (secret) => {
  const {text: alone} = maskCredentials(secret);
  expect(alone).toContain('***');
  for (const border of borders) {
    for (let before = 0; before <= secret.length + 1; before += secret.length > 200 ? 37 : 5) {
      const start = `${'x y\n'.repeat((border - before - 4) / 4)}    `.slice(0, border - before);
      const rest = `\n${'z '.repeat(40_000)}`;
      const {text, placeOf} = maskCredentials(`${start}${secret}${rest}`);
      expect([before, text.slice(start.length, -rest.length)]).toEqual([before, alone]);
      expect(text.slice(placeOf(start.length + secret.length))).toBe(rest);
    }
  }
});

/** Longer than a step and what it looks beyond. */
const long = 'c2VjcmV0'.repeat(5 * 1024);

it.each([
  ['a pair', `{"name":"X-API-Key","value":"${long}"}`],
  ['a member', `{"token": "${long}"}`],
  ['a URL', `postgres://feldera:${long}@db:5432/x`],
  ['a header', `Authorization: Bearer ${long}`],
])('hides a value that is longer than a step: of %s', (_, secret) => {
  const shown = maskCredentials(secret).text;
  expect(shown).toBe(secret.replace(/(?:Bearer )?c2V.*0/, '***'));
  const [start, rest] = ['x '.repeat(20 * 1024), `\n${'z '.repeat(20 * 1024)}`];
  expect(maskCredentials(`${start}${secret}${rest}`).text === `${start}${shown}${rest}`).toBe(true);
});

it('hides the same of a long text as of its parts, wherever its steps end', () => {
  const value = fc.nat(24 * 1024).map((length) => 'Ab1/'.repeat(length / 4 + 1));
  const form = fc.constantFrom(
    (text: string) => `{"name": "X-API-Key", "value": "${text}"}`,
    (text: string) => `{"name": "Accept", "value": "${text}"}`,
    (text: string) => `password = '${text}'`,
    (text: string) => `token=${text}`,
    (text: string) => `https://feldera:${text.replaceAll('/', '+')}@host/a`,
    (text: string) => `Authorization: Bearer ${text}`,
    (text: string) => `(id int, ${text})`,
  );
  // Each is read in one step.
  const part = fc.tuple(form, value).map(([write, text]) => `${write(text)}\n`);
  fc.assert(
    fc.property(fc.array(part, {minLength: 1, maxLength: 8}), (parts) => {
      const apart = parts.map((each) => maskCredentials(each).text).join('');
      expect(maskCredentials(parts.join('')).text === apart).toBe(true);
    }),
    {numRuns: 60},
  );
});

it('a megabyte is read in many steps', () => {
  const line = `create table t (x int) with ('connectors' = '[{"password": "abc", "topic": "t"}]');\n`;
  const work = maskSteps(line.repeat(12_000));
  let steps = 0;
  while (!work.next().done) steps += 1;
  expect(steps).toBeGreaterThan(200);
});

it('hides what is planted in any form, also where a text is cut', () => {
  expect(plantedTexts.length).toBeGreaterThan(2000);
  const shown = (texts: readonly string[]) => texts.filter((text) => showsPlanted(masked(text)));
  expect(shown(plantedTexts)).toEqual([]);
  expect(shown(plantedTexts.map((text) => `could not log in: ${text}\n`))).toEqual([]);
  // What is in front of a name, or of an `@` without a scheme, cannot be known then.
  const named = plantedTexts.filter((text) => !/R3ST(?:@|\\*",\\*"name)/.test(text));
  expect(named.length).toBeGreaterThan(2000);
  expect(shown(named.map((text) => text.slice(0, text.lastIndexOf(planted[1]) + planted[1].length)))).toEqual([]);
});

it.each([
  'duplicate key value violates unique constraint "orders_pkey"',
  'PRIMARY KEY (id), primary key: 5, partition_key = "region", key=42, "key": 7, monkey: banana',
  'Key (id)=(42) already exists; missing key: total; unexpected token: FROM',
  'author: Ada, keyboard: dvorak, tokenizer: simple, keyspace = orders, compass=north, bypass: on',
  'SASL authentication failed: Broker transport failure; the token expired 3 s ago',
  'Malformed JWT: missing iss claim; auth: failed to connect; token: expected an identifier',
  'Unauthorized: invalid issuer; not authorized: orders; authenticated: false',
  "failed to parse 'key' field at line 1 column 44, user: me, topic: orders@42, a.b@sha256:12ab",
  'https://a.example/x/@scope?b=me, s3://bucket/a=1/part-00001-5f1c-c000.snappy.parquet, node_modules/a@1.0.0',
  '"sasl.mechanism": "PLAIN", "ssl.key.location": "/etc/k.pem", password: null, token: ""',
  'Basic authentication failed, Bearer error_description="expired"',
  'pipeline 01a211f6-f55d-79e0-b45a-f8d056b00774 at dbsp_adapters::transport::kafka::ft::input',
])('shows what is no credential: %s', (text) => {
  expect(masked(text)).toBe(text);
});

it.each([
  ...['a:', '://', '://@', 'password=', 'password="', 'token:\n ', '\\', 'pw=\\', 'eyJ', '-----BEGIN A-----', 'me:pw@'],
  ...['<token ', '<token>', '[auth]\n', 'auth { ', 'name: auth ', ' -u a', 'Bearer ', 'sk-', '"password","', "pw=''x"],
])('a long text of %j is read to its end', (part) => {
  expect(masked(`${part.repeat(40_000)} the end`)).toMatch(/(?:end|\*\*\*)$/);
});
