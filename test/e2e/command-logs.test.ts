import path from 'node:path';
import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {held, linesOf, openRig} from './logs-rig.ts';

test('the last of the catch-up, then what comes', async () => {
  const {server, logs, write} = await openRig(['orders']);
  write('orders', 100);
  const program = await logs('orders', '-f', '--tail', '3');
  const last = linesOf(held(server, 'orders')).slice(-3);
  await program.untilStdout(`${last.at(-1)}\n`);
  expect(linesOf(program.stdout())).toEqual(last);
  const [line = ''] = write('orders', 1);
  await program.untilStdout(`${line}\n`);
  expect(linesOf(program.stdout())).toEqual([...last, line]);
});

test('a record that matches ends it with 0, though it is not printed', async () => {
  const {logs, write, server, untilConnections} = await openRig(['orders', 'fraud']);
  const program = await logs('orders', 'fraud', '-f', '--tail', '0', '--level', 'error', '--exit-on', 'all is done');
  await untilConnections(2);
  write('orders', 3);
  const fraud = server.pipeline('fraud');
  let looks = 0;
  await eventually(
    () => {
      looks += 1;
      // What comes before the log has rested once is of the catch-up.
      if (looks % 40 === 0) fraud.write(`[fraud] ${fraud.stamp()} ERROR test:  bad`);
      return program.stdout().length > 0;
    },
    () => program.stderr(),
  );
  await program.untilStdout('bad\n');
  server.pipeline('orders').write(`[orders] ${server.pipeline('orders').stamp()}  INFO test:  all is done`);
  expect(await program.ended).toBe(0);
  const lines = linesOf(program.stdout());
  expect(lines).toEqual(lines.map(() => expect.stringMatching(/^fraud {2}\| .*bad$/)));
});

test('a time limit: no failure, but for what was waited for', async () => {
  const {logs} = await openRig(['orders']);
  expect(await (await logs('orders', '-f', '--timeout', '1s')).ended).toBe(0);
  const program = await logs('orders', '-f', '--timeout', '1s', '--exit-on', 'never');
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toContain('pipetail: nothing matched --exit-on within 1 s\n');
});

test('a pattern in place of a name: those there are, and those that come', async () => {
  const {server, logs, write} = await openRig(['orders', 'fraud']);
  const program = await logs('ord*', '-f');
  await program.untilStdout('orders | ');
  server.addPipeline('orders-eu').start();
  const [line = ''] = write('orders-eu', 1);
  await program.untilStdout(`orders-eu | ${line}\n`);
  expect(program.stdout().toString()).not.toContain('fraud');
});

test('a pattern without follow ends with those there are; one that matches nothing is a failure', async () => {
  const {logs, server} = await openRig(['orders', 'fraud']);
  const program = await logs('/^ord/');
  expect(await program.ended).toBe(0);
  expect(linesOf(program.stdout())).toEqual(linesOf(held(server, 'orders')).map((line) => `orders | ${line}`));
  const one = await logs('ord*', 'x*');
  expect(await one.ended).toBe(0);
  expect(one.stderr()).toBe("pipetail: no pipeline matches 'x*'\n");
  const none = await logs('x*');
  expect(await none.ended).toBe(1);
  expect(none.stderr()).toBe("pipetail: no pipeline matches 'x*' · run pipetail list to see them all\n");
});

test('which was meant', async () => {
  const {logs} = await openRig(['orders']);
  const program = await logs('ordesr');
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toBe("pipetail: ordesr: there is no such pipeline · did you mean 'orders'?\n");
});

test('records of a recording pass as those of a server do', async () => {
  await using folder = await temporaryDirectory();
  const {logs, write, server} = await openRig(['orders']);
  write('orders', 20);
  server.pipeline('orders').write(`[orders] ${server.pipeline('orders').stamp()} ERROR test:  bad\n  and more`);
  write('orders', 1);
  expect(await (await logs('orders', '--record', folder.path)).ended).toBe(0);
  const program = await logs('orders', '--from', folder.path, '--level', 'error');
  expect(await program.ended).toBe(0);
  expect(linesOf(program.stdout())).toEqual([expect.stringContaining('bad'), '  and more']);
  const ended = await logs('orders', '--from', folder.path, '--exit-on', 'line 3$', '--tail', '18');
  expect(await ended.ended).toBe(1);
  expect(await (await logs('orders', '--from', folder.path, '--exit-on', 'line 3$')).ended).toBe(0);
  const failed = await logs('orders', '--from', folder.path, '--fail-on', 'line 3$', '--tail', '0');
  expect(await failed.ended).toBe(0);
  expect(await (await logs('orders', '--from', folder.path, '--fail-on', 'line 3$')).ended).toBe(1);
  const bundle = await logs('--from', path.join(root, 'test/wire/19-support-bundle.zip'), '--tail', '1', '-o', 'json');
  expect(await bundle.ended).toBe(0);
  expect(JSON.parse(bundle.stdout().toString())).toMatchObject({pipeline: 'c2', level: 'INFO'});
});

test('a pattern that takes for ever is given up, with a reason', async () => {
  const {logs, server} = await openRig(['orders']);
  server.pipeline('orders').write(`${'a'.repeat(60)}c`);
  const program = await logs('orders', '--grep', '(a+)+b');
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toContain('a pattern takes too long');
});
