import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {felderaForAll, needsOwnServer, prepare, prepareOwn, type Rig, rowOf} from './suite.ts';

const feldera = felderaForAll();

prepare(async (rig) => {
  await rig.client.put(rig.named('broken'), 'create table a (x int);\ncreate view v as FAIL x from a;');
  await rig.client.put(rig.named('life'));
  await rig.client.put(rig.named('gone'));
});
prepareOwn(async ({client}) => {
  await client.put('told');
});

/** What `list` and `status` say of a pipeline in one word each. */
async function told(rig: Rig, name: string) {
  const [list, status] = await Promise.all([rig.run('list', '-o', 'json'), rig.run('status', name)]);
  expect([list.code, status.code]).toEqual([0, 0]);
  const listed = JSON.parse(list.stdout).find((each: {name: string}) => each.name === name);
  return {list: listed?.state, status: /^ {2}state +(.*)$/m.exec(status.stdout)?.[1]};
}

test('a program with a SQL error: where it is wrong, in the list, in status and on its page', async () => {
  const rig = feldera();
  const name = rig.named('broken');
  await rig.client.until(name, ({program_status}) => program_status === 'SqlError');
  expect(await told(rig, name)).toEqual({list: 'SqlError', status: 'SqlError'});
  expect((await rig.run('status', name)).stdout).toMatch(/\n {2}program error\n.*line 2, column 18.*FAIL/s);
  expect((await rig.run('list', '-o', 'name', '--status', 'SqlError')).stdout).toContain(`${name}\n`);
  expect((await rig.run('list', '-o', 'wide')).stdout).toMatch(new RegExp(`^${name} .*line 2: .*FAIL`, 'm'));
  const listed: {name: string; cause: string | null}[] = JSON.parse((await rig.run('list', '-o', 'json')).stdout);
  expect(listed.find((each) => each.name === name)?.cause).toMatch(/line 2: .*FAIL/);
  await using view = await rig.open([name], {cols: 120, rows: 30});
  await view.terminal.waitFor(() => /✗ SQL error/.test(rowOf(view, name)));
  await view.terminal.waitFor(() => /LIVE *$/.test(view.header()));
  await view.terminal.press('d');
  await view.terminal.waitFor(
    /1 │ create table a \(x int\); *\n.* 2 │ create view v as FAIL x from a; *\n +│ {18}\^{4}/,
  );
  await view.terminal.press('S');
  await view.terminal.type('broken.sql');
  await view.terminal.press('Enter');
  await view.terminal.waitFor(/saved 2 lines, .*broken\.sql/);
});

test('tags that the web console stores with a colour: in the list, for logs, and on the page', async () => {
  const rig = feldera();
  const name = rig.named('broken');
  const tag = `of-${name}`;
  await rig.client.tag(name, [`${tag}|ef4444`, 'team billing']);
  expect(await rig.run('list', '--tag', tag, '-o', 'name')).toMatchObject({code: 0, stdout: `${name}\n`});
  const [listed] = JSON.parse((await rig.run('list', '--tag', tag, '-o', 'json')).stdout);
  expect(listed.tags).toEqual([tag, 'team billing']);
  expect((await rig.run('logs', `tag:${tag}`, '-o', 'json')).stdout).toContain(`{"pipeline":"${name}"`);
  await using view = await rig.open([`tag:${tag}`], {cols: 120, rows: 60});
  await view.terminal.waitFor(() => /LIVE *$/.test(view.header()));
  await view.terminal.press('d');
  await view.terminal.waitFor(new RegExp(`^ tags +${tag}, team billing`, 'm'));
});

test('stopped, running, paused, running again, stopped', async () => {
  const rig = feldera();
  const {client} = rig;
  const name = rig.named('life');
  await client.compiled(name);
  // The slower the machine, the more lines there are between two states.
  await using view = await rig.open([name], {cols: 120, rows: 200});
  const seen = async (header: RegExp, row: string, word: string, of = name): Promise<void> => {
    await view.terminal.waitFor(() => header.test(view.header()) && rowOf(view, of).includes(row));
    expect(await told(rig, of)).toEqual({list: word, status: word});
  };
  await seen(/LIVE · Stopped *$/, '○ Stopped', 'Stopped');
  await client.run(name);
  await seen(/LIVE *$/, '● Running', 'Running');
  expect(view.shown()[0]).toMatch(/^ ?run 1 of 1 · running · since \d\d:/);
  const since = () => / · since (\S+)/.exec(view.shown()[0] ?? '')?.[1] ?? '';
  const began = since();
  await view.terminal.press('c');
  await view.terminal.waitFor('The statistics list no connectors');
  await view.terminal.press('Esc');
  await client.pause(name);
  await client.status(name, 'Paused');
  await seen(/LIVE *$/, '‖ Paused', 'Paused');
  expect(view.shown()[0]).toMatch(/^ ?run 1 of 1 · paused · since \d\d:/);
  expect(since() > began, `paused since ${since()}, in a run since ${began}`).toBe(true);
  await client.resume(name);
  await client.status(name, 'Running');
  await seen(/LIVE *$/, '● Running', 'Running');
  await client.stop(name);
  await seen(/LIVE *$/, '○ Stopped', 'Stopped');
  expect(view.shown()[0]).toMatch(/^ ?run 1 of 1 · stopped · \d\d:/);
  // Of what the runner's own lines say, no row repeats anything.
  expect(view.shown().filter((row) => row.includes('Runtime transition: initializing -> running'))).toHaveLength(1);
  expect(view.shown().filter((row) => row.includes('────'))).toEqual([]);
  // Through the start of a pipeline that is stopped, to its next stop.
  await using waiting = await rig.start('logs', '--follow', '--tail', '0', '--exit-on', 'never', name);
  await waiting.untilStderr('the pipeline is Stopped · waiting for it to start');
  await client.run(name);
  await using ending = await rig.start('logs', '--follow', '--exit-on-end', name);
  await ending.untilStdout('initializing -> running');
  await seen(/LIVE *$/, '● Running', 'Running');
  expect(view.shown()[0]).toMatch(/^ ?run 2 of 2 · running · since \d\d:/);
  expect(view.shown().filter((row) => row.includes('────'))).toEqual(['──── run 2 ────']);
  await client.stop(name);
  expect(await ending.ended).toBe(0);
  expect(ending.stderr()).toBe('');
  expect(ending.stdout().toString()).toMatch(/stopping -> stopped.*\n$/);
  expect(await waiting.ended).toBe(1);
  expect(waiting.stderr()).toContain('nothing matched --exit-on before the end of the log');
  // Its tab, its log and its runs go on under another name.
  const renamed = `${name}-2`;
  await client.rename(name, renamed);
  await view.terminal.waitFor(`${renamed}: renamed from ${name}`);
  await view.terminal.waitFor(() => rowOf(view, renamed).includes('○ Stopped') && rowOf(view, name) === '');
  await view.terminal.waitFor(new RegExp(`──── \\d\\d:\\d\\d:\\d\\d renamed from ${name} to ${renamed}`));
  await client.run(renamed);
  await view.terminal.waitFor(/run 3 of 3 · running · since \d\d:/);
  await seen(/LIVE *$/, '● Running', 'Running', renamed);
  await client.stop(renamed);
});

test('deleted, and created again: the tab goes on, and logs ends or waits as asked', async () => {
  const rig = feldera();
  const {client} = rig;
  const [name, other] = [rig.named('gone'), rig.named('broken')];
  await client.compiled(name);
  await using view = await rig.open([name, other], {cols: 120, rows: 40});
  await using waiting = await rig.start('logs', '--follow', name);
  await using ending = await rig.start('logs', '--follow', '--exit-on-end', name);
  await view.live('Fresh start of pipeline logs');
  await Promise.all([waiting, ending].map((each) => each.untilStdout('Fresh start of pipeline logs')));
  await client.remove(name);
  expect(await ending.ended).toBe(0);
  await view.terminal.waitFor(() => /deleted *$/.test(view.header()));
  await view.terminal.waitFor(/──── .*deleted ────/);
  await view.terminal.waitFor(() => rowOf(view, name) === '');
  await waiting.untilStderr('deleted');
  for (const command of [
    ['status', name],
    ['logs', name],
  ]) {
    const answer = await rig.run(...command);
    expect(answer).toMatchObject({code: 1, stdout: ''});
    expect(answer.stderr).toMatch(/there is no (?:such )?pipeline/);
  }
  await client.put(name);
  await view.terminal.waitFor(/──── created again .*────\n.*Fresh start of pipeline logs/);
  await waiting.untilStderr('created again');
  await view.terminal.waitFor(() => rowOf(view, name) !== '');
  await client.compiled(name);
  await view.terminal.waitFor(() => /LIVE · Stopped *$/.test(view.header()));
  waiting.kill('SIGTERM');
  expect(await waiting.ended).toBe(143);
  expect(
    waiting
      .stdout()
      .toString()
      .match(/Fresh start of pipeline logs/g),
  ).toHaveLength(2);
  // A pipeline that takes the name of a deleted one goes on in the tab of that; its own is not called deleted.
  await client.remove(name);
  await view.terminal.waitFor(() => /deleted *$/.test(view.header()));
  await client.rename(other, name);
  await view.terminal.press('2');
  await view.terminal.waitFor(() => view.header().trimEnd().endsWith(`renamed to ${name}`));
  await view.terminal.press('1');
  await view.terminal.waitFor(() => /LIVE *$/.test(view.header()));
  expect(rowOf(view, other)).toBe('');
});

test('what happened before: two restarts by the events and by the log, and the kind of error that came with the last', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  for (const run of [1, 2, 3]) {
    if (run > 1) await client.stop('told');
    await client.run('told');
    await client.control('told', {burst: 3});
  }
  // Quiet, so that its log comes to rest for each command.
  await client.control('told', {rate: 0, panic: 'no space left on device'});
  await client.control('told', {panic: 'index out of bounds'});
  // At one place, in threads of other ids: two kinds by their messages.
  const panics = ['no space left on device', 'index out of bounds'];
  type Row = {readonly what: string; readonly text: string; readonly from: string; readonly time: string | null};
  let last = '';
  const timeline = await eventually(
    async () => {
      const {code, stdout, stderr} = await rig.run('timeline', 'told', '-o', 'json');
      last = `${stderr}${stdout}`;
      expect(code).toBe(0);
      const {rows, missing}: {readonly rows: readonly Row[]; readonly missing: readonly object[]} = JSON.parse(stdout);
      // Until the runner has seen the end of the process, the statistics cannot be read: that is said in both places.
      expect(stderr.split('\n').filter(Boolean)).toHaveLength(missing.length);
      const isThere = (message: string) => rows.some(({text}) => text.startsWith(`panic: ${message}`));
      return missing.length === 0 && panics.every(isThere) ? rows : undefined;
    },
    () => `a panic is not in the timeline, or something is missing: ${last}`,
  );
  const told = (what: string, text: RegExp) => timeline.filter((row) => row.what === what && text.test(row.text));
  expect(told('run', /^run \d of 3: /).map(({from, text}) => `${from} ${text}`)).toEqual([
    'log run 3 of 3: running',
    'log run 2 of 3: stopped',
    'log run 1 of 3: stopped',
  ]);
  expect(told('state', /→ Running$/).map(({from}) => from)).toEqual(['API', 'API', 'API']);
  expect(told('state', /→ Stopped$/).map(({from}) => from)).toEqual(['API', 'API']);
  for (const message of panics)
    expect(told('error', new RegExp(`^panic: ${message} \\(`)).map(({from}) => from)).toEqual(['log']);
  const times = timeline.flatMap(({time}) => (time === null ? [] : Date.parse(time)));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const diff = await rig.run('diff', 'told');
  expect(diff).toMatchObject({code: 0, stderr: ''});
  expect(diff.stdout).toMatch(/^told: run 3, .*\ncompared with run 2, /);
  for (const message of panics) expect(diff.stdout).toMatch(new RegExp(`^ +new +x1 +ERROR panic +${message} \\(`, 'm'));
});
