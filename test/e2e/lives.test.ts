import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('a killed runner: the log of before stays, the new life is marked', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  viewer.server.killRunner();
  await viewer.connections(0);
  viewer.server.startRunner();
  await terminal.waitFor('runner restarted · server');
  await viewer.live();
  viewer.write('alpha');
  await terminal.waitFor('line 4.');
  for (let line = 1; line <= 4; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(viewer.countShown('Fresh start of pipeline logs')).toBe(2);
});

test('a runner that is stopped gently and comes back', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  await terminal.waitFor('line 3.');
  viewer.server.stopRunnerGently();
  await viewer.connections(0);
  viewer.server.startRunner();
  await viewer.live();
  await terminal.waitFor(/runner restarted|runner stopped/);
  expect(terminal.text()).not.toContain('Logs have ended');
  expect(viewer.countShown('line 3.')).toBe(1);
});

test('a deleted pipeline says so and keeps its tab', async () => {
  await using viewer = await openViewer({args: ['beta']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('beta', 3);
  await terminal.waitFor('line 3.');
  viewer.server.deletePipeline('beta');
  await terminal.waitFor(() => viewer.header().trimEnd().endsWith('deleted'));
  await terminal.waitFor(() => viewer.sidebar().length === 2, {hint: 'gone from the list'});
  expect(viewer.tabBar()).toContain('1 beta');
  expect(viewer.countShown('deleted')).toBe(1);
  expect(viewer.countShown('line 3.')).toBe(1);
  expect(terminal.text()).not.toContain('Logs have ended');
  await viewer.connections(0);
});

test('a pipeline that is deleted and created again is followed on, and told apart', async () => {
  await using viewer = await openViewer({args: ['beta']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('beta', 3);
  await terminal.waitFor('line 3.');
  viewer.server.recreatePipeline('beta').start();
  await terminal.waitFor('created again');
  await viewer.live();
  viewer.write('beta');
  await terminal.waitFor('line 4.');
  for (let line = 1; line <= 4; line++) expect(viewer.countShown(`line ${line}.`)).toBe(1);
  expect(viewer.countShown('created again')).toBe(1);
});

test('a deleted pipeline that appears again later is followed by itself', async () => {
  await using viewer = await openViewer({args: ['beta']});
  const {terminal} = viewer;
  await viewer.live();
  viewer.server.deletePipeline('beta');
  await terminal.waitFor(() => viewer.header().trimEnd().endsWith('deleted'));
  await terminal.waitFor(() => viewer.sidebar().length === 2);
  viewer.server.addPipeline('beta').start();
  await viewer.live();
  viewer.write('beta');
  await terminal.waitFor('line 1.');
});

test('a pipeline that fails draws a dated row with its cause where its log does not say it, although that stays live', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  const pipeline = viewer.server.pipeline('alpha');
  pipeline.setState({deploymentError: {message: 'the disk is full', error_code: 'RuntimeError', details: {}}});
  pipeline.stop();
  await terminal.waitFor(/\d\d:\d\d:\d\d Running → Stopped · the disk is full/);
  await terminal.waitFor(() => /LIVE · Failed\s*$/.test(viewer.header()));
  await terminal.waitFor('1 failing');
});
