import {expect, test} from 'vitest';
import {held, linesOf, openRig} from './logs-rig.ts';

/** Lines of one pipeline, its prefix taken off. */
function of(lines: readonly string[], prefix: string): string[] {
  return lines.flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []));
}

test('each line has its pipeline in front, names padded', async () => {
  const {server, logs, write} = await openRig(['orders', 'etl']);
  write('orders', 100);
  server.pipeline('orders').write('');
  write('etl', 100);
  const program = await logs('orders', 'etl', 'orders');
  expect(await program.ended).toBe(0);
  const lines = linesOf(program.stdout());
  expect(of(lines, 'orders | ')).toEqual(linesOf(held(server, 'orders')));
  expect(of(lines, 'etl    | ')).toEqual(linesOf(held(server, 'etl')));
  expect(program.stderr()).toBe('');
  // A name that is given twice is one pipeline.
  expect(server.totalLogConnections).toBe(2);
});

test('a line is never broken by another, and no pipeline starves, while the reader is slow', async () => {
  const names = ['orders', 'etl', 'fraud'];
  const {server, logs, write, untilConnections} = await openRig(names);
  const program = await logs('-f', ...names);
  await untilConnections(3);
  program.standStill();
  const sent = new Map(names.map((name) => [name, linesOf(held(server, name))]));
  for (let round = 0; round < 20; round++) {
    for (const name of names) sent.get(name)?.push(...write(name, 500));
    await new Promise((resolve) => setImmediate(resolve));
  }
  program.attachTo();
  const total = [...sent.values()].flat().length;
  await expect.poll(() => linesOf(program.stdout()).length).toBe(total);
  const lines = linesOf(program.stdout());
  for (const name of names) expect(of(lines, `${name.padEnd(6)} | `)).toEqual(sent.get(name));
  // Whoever comes first when there is room again does not take it all.
  const turns = lines.map((line) => line.slice(0, 6)).filter((name, index, all) => name !== all[index - 1]);
  expect(turns.length).toBeGreaterThan(10);
});

test('one that is unknown is reported at once, the others continue, and the exit code is 1', async () => {
  const {server, logs, write} = await openRig(['orders']);
  const program = await logs('-f', '--exit-on-end', 'orders', 'nope');
  await program.untilStderr('pipetail: nope: there is no such pipeline · run pipetail list to see them all\n');
  const last = write('orders', 10).at(-1);
  await program.untilStdout(`${last}\n`);
  server.deletePipeline('orders');
  expect(await program.ended).toBe(1);
  expect(linesOf(program.stdout()).every((line) => line.startsWith('orders | '))).toBe(true);
});
