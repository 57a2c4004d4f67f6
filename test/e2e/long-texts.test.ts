import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {answer} from '../harness/hostile-answers.ts';
import {openProgram, runCommand} from '../harness/program.ts';
import {type ReplayServer, startReplayServer} from '../harness/replay-server.ts';

// A text of 15 MB without a blank in one field, in an answer that is small enough to be read.

const long = 'x'.repeat(15_000_000);

const failed = (error: object) => ({deployment_error: {message: 'm', error_code: 'E', ...error}});
const message = (field: string) => ({
  program_error: {sql_compilation: {exit_code: 1, messages: [{message: 'm', [field]: long}]}},
});

/** By the name of the pipeline, what its description has beside that. */
const described: Readonly<Record<string, object>> = {
  description: {description: long},
  tag: {tags: [long]},
  platform: {platform_version: long},
  message: failed({message: long}),
  code: failed({error_code: long}),
  cause: failed({details: {error: long}}),
  backtrace: failed({details: {error: {error: 'e', backtrace: long}}}),
  compiler: message('message'),
  snippet: message('snippet'),
  rust: {program_error: {rust_compilation: {exit_code: 101, stderr: long}}},
  system: {program_error: {system_error: long}},
};
const names = Object.keys(described);

function pipelineOf(name: string, fields: object): object {
  const since = '2026-11-27T06:46:30.266749Z';
  const states = {deployment_status: 'Running', deployment_desired_status: 'Running', program_status: 'Success'};
  return {
    id: name,
    name,
    created_at: since,
    deployment_status_since: since,
    program_status_since: since,
    ...states,
    ...fields,
  };
}

const json = {'content-type': 'application/json'};
const log = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n6\r\nabcde\n\r\n';

/** `inList`: fields of the first pipeline that its list has, too. */
async function startServer(inList: object = {}): Promise<ReplayServer> {
  const list = names.map((name, at) => pipelineOf(name, at === 0 ? inList : {}));
  return await startReplayServer({
    reply(head) {
      const asked = head.split(' ')[1] ?? '';
      const [, name = '', rest = ''] = /^\/v0\/pipelines\/(\w+)(.*)/.exec(asked) ?? [];
      if (rest === '/logs') return {bytes: log, ending: 'hold'};
      const value = asked.startsWith('/v0/pipelines?') ? list : rest.startsWith('/') ? undefined : described[name];
      const sent = Array.isArray(value) ? value : value && pipelineOf(name, value);
      return {bytes: answer(sent ? 200 : 404, json, sent ? JSON.stringify(sent) : '{}'), ending: 'hold'};
    },
  });
}

/** Of each kind of row one; test/engine/api/server-text.test.ts has all fields. */
test.each(['message', 'backtrace', 'snippet'])(
  'the page of a pipeline with 15 MB in its %s, and the file that it is saved to',
  async (name) => {
    await using server = await startServer();
    await using terminal = await openProgram(['--host', server.url, name], {cols: 80, rows: 50});
    await terminal.waitFor('abcde');
    await terminal.press('d');
    await terminal.waitFor('xxxxx');
    await terminal.press('S');
    await terminal.waitFor('save the page');
    await terminal.type('page.txt');
    await terminal.press('Enter');
    await terminal.waitFor('saved');
    const saved = readFileSync(path.join(terminal.home, 'page.txt'), 'utf8');
    expect(saved).toMatch(/x{60000}… 15 MB, cut/);
    expect(saved.length).toBeLessThan(1_000_000);
    await terminal.press('G', 'Esc');
    await terminal.waitFor('abcde');
  },
);

test.each([
  ['an error', failed({message: long})],
  ['the runner’s reason', {deployment_status: 'Unavailable', deployment_runtime_status_details: {reason: long}}],
])('a list with 15 MB in %s', async (_what, fields) => {
  await using server = await startServer(fields);
  await using terminal = await openProgram(['--host', server.url], {cols: 80, rows: 24});
  await terminal.waitFor('abcde');
  await terminal.press('d');
  await terminal.waitFor('H timeline');
  await terminal.press('Esc');
  await terminal.waitFor('abcde');
  const {stdout, code} = await runCommand(['list', '-o', 'json', '--host', server.url]);
  expect(code).toBe(0);
  expect(stdout).toContain('… 15 MB, cut');
});
