import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';

/** As `npm audit --json` tells of packages, by the folder where they are installed. */
function reportOf(found: Readonly<Record<string, {readonly severity: string; readonly nodes: readonly string[]}>>) {
  const vulnerabilities = Object.entries(found).map(([name, {severity, nodes}]) => {
    const advisory = {title: `a hole in ${name}`, url: `https://x/${name}`, severity, range: '*'};
    // What only depends on it is told, too.
    return [name, {name, severity, nodes, via: [advisory, 'another']}] as const;
  });
  return JSON.stringify({auditReportVersion: 2, vulnerabilities: Object.fromEntries(vulnerabilities)});
}

async function audit(input: string) {
  const {code, stdout, stderr} = await run(node, [path.join(root, 'scripts/audit.mjs')], {input});
  return {code, text: stdout + stderr};
}

test('a known hole of a package in the program is a failure, and of no other package', async () => {
  const esbuild = {severity: 'critical', nodes: ['node_modules/esbuild']};
  const undici = {severity: 'high', nodes: ['node_modules/undici']};
  const {code, text} = await audit(reportOf({esbuild, undici}));
  expect(code).toBe(1);
  expect(text).toMatch(
    /^audit: undici \d+\.\d+\.\d+ is in the program: high: a hole in undici · https:\/\/x\/undici\n$/,
  );
  const elsewhere = {severity: 'high', nodes: ['node_modules/miniflare/node_modules/undici']};
  const none = await audit(reportOf({esbuild, undici: elsewhere}));
  expect(none.code).toBe(0);
  expect(none.text).toMatch(/^audit: no known hole in the \d+ packages in the program\n$/);
});

test('one that is not grave is told', async () => {
  const {code, text} = await audit(reportOf({yauzl: {severity: 'low', nodes: ['node_modules/yauzl']}}));
  expect({code, text}).toEqual({
    code: 0,
    text: expect.stringMatching(/^audit: yauzl \S+ is in the program: low: a hole in yauzl · https:\/\/x\/yauzl\n$/),
  });
});

test('a registry that does not answer is told, and no failure', async () => {
  const refusal = JSON.stringify({message: '405 Method Not Allowed', error: {summary: '', detail: ''}});
  expect(await audit(refusal)).toEqual({
    code: 0,
    text: 'audit: SKIPPED: the registry told nothing: 405 Method Not Allowed\n',
  });
  expect(await audit('')).toEqual({code: 0, text: 'audit: SKIPPED: the registry told nothing: no answer\n'});
});
