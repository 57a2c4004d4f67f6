import {expect, test} from 'vitest';
import {effectiveOptions, ignoredVariables} from '../../source/commands/config.ts';
import {readCommandLine} from '../../source/settings/command-line.ts';
import {emptyConfig} from '../../source/settings/config-file.ts';
import {parseConfig} from '../../source/settings/parse-config.ts';

const {file} = parseConfig(
  `context = "prod"
fps = 20
[contexts.prod]
host = "https://prod.example.com"
auth = "SECRET-literal"
[contexts.test]
host = "https://test.example.com"
auth-variable = "TEST_KEY"
[contexts.run]
host = "https://run.example.com"
auth-token-command = "echo SECRET"
[keys]
follow = ["End", "G"]
mark = []
`,
  {name: 'c.toml', home: '/home/ada', isPrivate: true},
);

function shown(argv: readonly string[], variables: Readonly<Record<string, string>> = {}, of = file) {
  const rows = effectiveOptions(readCommandLine(['config', 'show', ...argv]), variables, of);
  expect(JSON.stringify(rows)).not.toContain('SECRET');
  return new Map(rows.map(({option, value, from}) => [option, [value, from]]));
}

test('the value of every option, and where it was set', () => {
  const rows = shown(['--time', 'utc', '--no-title'], {PIPETAIL_SILENCE: '60', PIPETAIL_TITLE: '1'});
  expect(rows.get('fps')).toEqual(['20', 'c.toml:2']);
  expect(rows.get('silence')).toEqual(['60', 'PIPETAIL_SILENCE']);
  expect(rows.get('time')).toEqual(['utc', '--time']);
  expect(rows.get('wrap')).toEqual(['errors', 'default']);
  expect(rows.get('title')).toEqual(['false', '--no-title']);
  expect(rows.get('memory')).toEqual(['256MiB', 'default']);
  expect(rows.get('watch')).toEqual([undefined, 'default']);
  expect(rows.get('keys.follow')).toEqual(['End, G', 'c.toml:13']);
  expect(rows.get('keys.mark')).toEqual([undefined, 'c.toml:14']);
  expect(rows.get('contexts.test')).toEqual(['https://test.example.com', 'c.toml:6']);
});

test('the context, and that it is not in force', () => {
  const usual = shown([]);
  expect(usual.get('context')).toEqual(['prod', 'c.toml:1']);
  expect(usual.get('host')).toEqual(['https://prod.example.com', 'c.toml:4']);
  expect(shown([], {FELDERA_HOST: 'http://x'}).get('context')).toEqual([
    undefined,
    'c.toml:1, but FELDERA_HOST names the server',
  ]);
  expect(shown(['--host', 'http://x'], {PIPETAIL_CONTEXT: 'test'}).get('context')).toEqual([
    undefined,
    'PIPETAIL_CONTEXT, but --host names the server',
  ]);
});

test('a secret is never shown, wherever it was set', () => {
  expect(shown([]).get('auth')).toEqual(['…', 'c.toml:5']);
  const ofVariable = shown(['--context', 'test'], {TEST_KEY: 'SECRET'}).get('auth');
  expect(ofVariable).toEqual(['…', 'TEST_KEY, named at c.toml:8']);
  expect(shown(['--context', 'run']).get('auth-token-command')).toEqual(['…', 'c.toml:11']);
  expect(shown(['--auth', 'SECRET']).get('auth')).toEqual(['…', '--auth']);
  expect(shown([], {FELDERA_API_KEY: 'SECRET'}, emptyConfig).get('auth')).toEqual(['…', 'FELDERA_API_KEY']);
  expect(shown([], {FELDERA_AUTH_TOKEN_COMMAND: 'echo SECRET'}, emptyConfig).get('auth-token-command')?.[0]).toBe('…');
  expect(shown(['--host', 'https://u:SECRET@a.example/x']).get('host')?.[0]).toBe('https://…@a.example/x');
  expect(shown(['--host', 'u:SECRET@:::']).get('host')?.[0]).toBe('…@:::');
});

test('variables of fda that have no effect, if they are set', () => {
  expect(ignoredVariables({FELDERA_HOST: 'http://x', FELDERA_RETRIES: ''})).toEqual([]);
  const set = {FELDERA_OUTPUT_FORMAT: 'json', FELDERA_RETRIES: '3', FELDERA_REQUEST_TIMEOUT: '30'};
  expect(ignoredVariables(set).map(({variable}) => variable)).toEqual(Object.keys(set));
});
