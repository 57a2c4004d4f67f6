import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {listText} from '../../../source/shells/commands/list.ts';
import {withRecordedList, withServer} from './with-server.ts';

const signal = new AbortController().signal;
const common = {clock: systemClock, random: () => 0};

async function list(change: Partial<Parameters<typeof listText>[0]> = {}): Promise<string> {
  return await withServer(['alpha', 'beta'], async (client, server) => {
    server.pipeline('alpha').fail('the disk is full');
    const clock = {...systemClock, wall: () => Date.now() + 3 * 3_600_000};
    const usual = {...common, clock, client, output: 'table', status: undefined, isColored: false, signal} as const;
    return await listText({...usual, ...change});
  });
}

const columns = (text: string) => text.split('\n').map((row) => row.split(/ {2,}/));

it('is a table of names, states and how long they have been in them', async () => {
  const [heads, ...rows] = columns(await list());
  expect(heads).toEqual(['NAME', 'STATE', 'SINCE']);
  expect(rows.map(([name, state]) => [name, state])).toEqual([
    ['alpha', 'Failed'],
    ['beta', 'Running'],
    ['', undefined],
  ]);
  expect(rows[0]?.[2]).toMatch(/^\d+[hm]$/);
});

it('has more columns with wide, the cause of an error among them', async () => {
  const [heads, alpha, beta] = columns(await list({output: 'wide'}));
  expect(heads).toEqual(['NAME', 'STATE', 'SINCE', 'PROGRAM', 'ERRORS', 'PLATFORM', 'ERROR']);
  expect(alpha?.[6]).toBe('the disk is full');
  expect(beta?.[6]).toBe('-');
});

it('says in wide and in JSON which of the pipelines that run are degraded, by their statistics and logs', async () => {
  await withServer(['orders', 'fraud', 'quiet'], async (client, server) => {
    for (const [name, good] of [
      ['orders', 1],
      ['fraud', 500],
    ] as const) {
      const pipeline = server.pipeline(name);
      pipeline.run.receive(`${name}.kafka`, good);
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      for (let event = 1; event <= 3; event++) report(parseError(`${name}.kafka`, event, 'missing field `id`', '{}'));
    }
    const asked: string[] = [];
    const counting = {
      ...client,
      getStats(name: string, signal: AbortSignal) {
        asked.push(name);
        return client.getStats(name, signal);
      },
    };
    const usual = {
      ...common,
      client: counting,
      status: undefined,
      isColored: false,
      signal,
    } as const;
    const wide = await listText({...usual, output: 'wide'});
    expect(wide).toMatch(
      /^orders +Running \(degraded\) .* orders\.kafka rejected 75 % of its records since its start: missing field `id`/m,
    );
    // What is no trouble by itself is the cause of the number beside it.
    expect(wide).toMatch(/^fraud +Running {2,}.* 3 .* fraud\.kafka rejected 1 % of its records since its start: /m);
    expect(wide).toMatch(/^quiet +Running .* -$/m);
    const json: {name: string; degraded: boolean | null; logRead: boolean | null}[] = JSON.parse(
      await listText({...usual, output: 'json'}),
    );
    expect(json.map(({name, degraded, logRead}) => [name, degraded, logRead])).toEqual([
      ['fraud', false, true],
      ['orders', true, true],
      ['quiet', false, true],
    ]);
    expect(asked.toSorted()).toEqual(['fraud', 'fraud', 'orders', 'orders', 'quiet', 'quiet']);
    await listText({...usual, output: 'table'});
    expect(asked).toHaveLength(6);
  });
});

it('says in wide and in JSON what the compiler says, below the warnings', async () => {
  await withServer(['alpha', 'beta', 'gamma'], async (client, server) => {
    const place = {start_line_number: 2, start_column: 18, end_line_number: 2, end_column: 22, snippet: ''};
    const unused = {...place, error_type: 'Unused', message: 'x is never used', warning: true};
    const failed = {...place, error_type: 'Error parsing SQL', message: 'unexpected FAIL', warning: false};
    for (const name of ['alpha', 'beta']) server.pipeline(name).stop();
    server.pipeline('alpha').setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [unused, failed]}});
    const marks = '1 | foo\n  | ^^^ not found in this scope';
    const stderr = `   Compiling a v0.1.0\nerror[E0425]: cannot find value \`foo\`\n --> a/src/lib.rs:1:3\n  |\n${marks}\n\nerror: x\n`;
    server.pipeline('beta').setProgram('RustError', {rust_compilation: {exit_code: 101, stdout: '', stderr}});
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    const [, alpha, beta, gamma] = columns(await listText({...usual, output: 'wide'}));
    const causes = [
      'line 2: unexpected FAIL',
      'error[E0425]: cannot find value `foo`: not found in this scope (lib.rs:1:3)',
    ];
    expect([alpha?.[6], beta?.[6], gamma?.[6]]).toEqual([...causes, '-']);
    const objects: {cause: string | null}[] = JSON.parse(await listText({...usual, output: 'json'}));
    expect(objects.map(({cause}) => cause)).toEqual([...causes, null]);
  });
});

it('has the number of connector errors where there are any', async () => {
  await withServer(['alpha', 'beta'], async (client, server) => {
    server.pipeline('beta').setState({connectorErrors: 838});
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    const rows = columns(await listText({...usual, output: 'table'})).map(([name, , , errors]) => [name, errors]);
    expect(rows.slice(0, 3)).toEqual([
      ['NAME', 'ERRORS'],
      ['alpha', '0'],
      ['beta', '838'],
    ]);
  });
});

it('is in the order of the screen, by name', async () => {
  await withServer(['gamma', 'alpha', 'beta'], async (client) => {
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    expect(await listText({...usual, output: 'name'})).toBe('alpha\nbeta\ngamma\n');
    expect((await listText({...usual, output: 'table'})).match(/^\w+/gm)).toEqual(['NAME', 'alpha', 'beta', 'gamma']);
  });
});

it('42a-v0.280: connector errors that the server does not send are not 0', async () => {
  await withRecordedList('42a-v0.280-list-status.raw', async (client) => {
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    const objects = JSON.parse(await listText({...usual, output: 'json'}));
    expect(objects.map(({connectorErrors}: {connectorErrors: unknown}) => connectorErrors)).toEqual(
      objects.map(() => null),
    );
    const [heads, ...rows] = columns((await listText({...usual, output: 'wide'})).trimEnd());
    expect(rows.map((row) => row[heads?.indexOf('ERRORS') ?? 0])).toEqual(rows.map(() => '-'));
  });
});

it('colours states alone, and not those of the heading', async () => {
  const text = await list({isColored: true});
  expect(text).toContain('\u001B[31mFailed\u001B[39m');
  expect(text).toContain('\u001B[32mRunning\u001B[39m');
  expect(text.split('\n')[0]).not.toContain('\u001B');
});

it('gives names alone, or objects', async () => {
  expect(await list({output: 'name'})).toBe('alpha\nbeta\n');
  const [alpha, beta] = JSON.parse(await list({output: 'json'}));
  expect(alpha).toMatchObject({
    name: 'alpha',
    state: 'Failed',
    cause: 'the disk is full',
    deploymentError: {cause: 'the disk is full', message: expect.stringMatching(/^Pipeline check failed.*\n/)},
  });
  expect(beta).toMatchObject({name: 'beta', state: 'Running', cause: null, connectorErrors: 0, deploymentError: null});
});

it('leaves out what is in another state, and knows which states there are', async () => {
  expect(await list({output: 'name', status: ['running', 'paused']})).toBe('beta\n');
  expect(await list({status: ['paused']})).toBe('');
  await expect(list({status: ['runing']})).rejects.toThrow(/unknown state 'runing' for --status.*did you mean/);
});

it('--tag leaves out what has not all of the tags; the tags are in wide, where there are any, and in JSON', async () => {
  await withServer(['alpha'], async (client, server) => {
    server.addPipeline('eu', {tags: ['prod|ef4444', 'team billing']});
    server.addPipeline('us', {tags: ['prod']});
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    const named = async (...tags: string[]) => (await listText({...usual, output: 'name', tag: tags})).split('\n');
    expect(await named('prod')).toEqual(['eu', 'us', '']);
    expect(await named('prod', 'team*')).toEqual(['eu', '']);
    const [heads, alpha, eu] = columns(await listText({...usual, output: 'wide'}));
    expect(heads).toEqual(['NAME', 'STATE', 'SINCE', 'PROGRAM', 'ERRORS', 'TAGS', 'PLATFORM', 'ERROR']);
    expect([alpha?.[5], eu?.[5]]).toEqual(['-', 'prod, team billing']);
    expect(JSON.parse(await listText({...usual, output: 'json'}))).toMatchObject([
      {name: 'alpha', tags: []},
      {name: 'eu', tags: ['prod', 'team billing']},
      {name: 'us', tags: ['prod']},
    ]);
    await expect(named('prd')).rejects.toThrow(/^no pipeline has the tag 'prd' · did you mean 'prod'\?$/);
    await expect(named('x')).rejects.toThrow(/^no pipeline has the tag 'x' · the tags are prod, team billing$/);
  });
});

it('42a-v0.280: where the server sends no tags, that is said', async () => {
  await withRecordedList('42a-v0.280-list-status.raw', async (client) => {
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    await expect(listText({...usual, output: 'name', tag: ['prod']})).rejects.toThrow(
      /^no pipeline has the tag 'prod' · this server sends no tags: Feldera 0\.313 and newer do$/,
    );
    const [first] = JSON.parse(await listText({...usual, output: 'json'}));
    expect(first.tags).toBeNull();
  });
});

it('dates the stage of the compiler, not the stop before it', async () => {
  await withServer(['alpha'], async (client, server) => {
    const now = Date.now();
    const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();
    const pipeline = server.pipeline('alpha');
    pipeline.stop();
    pipeline.setState({deploymentStatusSince: ago(600), programStatus: 'CompilingRust', programStatusSince: ago(5)});
    const usual = {...common, client, status: undefined, isColored: false, now, signal} as const;
    expect(columns(await listText({...usual, output: 'table'}))[1]).toEqual(['alpha', 'CompilingRust', '5m']);
    expect(JSON.parse(await listText({...usual, output: 'json'}))).toMatchObject([
      {state: 'CompilingRust', since: ago(5), programStatusSince: ago(5), deploymentStatusSince: ago(600)},
    ]);
    pipeline.setState({programStatus: 'Success'});
    expect(columns(await listText({...usual, output: 'table'}))[1]).toEqual(['alpha', 'Stopped', '10h']);
  });
});

it('says of a log that could not be read that it was not, in place of "not degraded"', async () => {
  await withServer(['orders', 'fraud'], async (client, server) => {
    const pipeline = server.pipeline('orders');
    pipeline.start([{kind: 'input', name: 'orders.web'}]);
    const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
    report({endpoint: 'orders.web', kind: 'transport', fatal: true, error: 'no route'});
    pipeline.run.step();
    const usual = {...common, client, status: undefined, isColored: false, signal} as const;
    const facts = async () => {
      const objects: {name: string; degraded: boolean | null; logRead: boolean | null}[] = JSON.parse(
        await listText({...usual, output: 'json'}),
      );
      return objects.map(({name, degraded, logRead}) => [name, degraded, logRead]);
    };
    // Only the log tells of it.
    expect(await facts()).toEqual([
      ['fraud', false, true],
      ['orders', true, true],
    ]);
    server.pipeline('fraud').stop();
    server.killRunner();
    expect(await facts()).toEqual([
      ['fraud', false, null],
      ['orders', null, false],
    ]);
    const wide = await listText({...usual, output: 'wide'});
    expect(wide).toMatch(/^orders +Running .* Log unreachable: the pipeline's runner does not answer \(503/m);
  });
});
