import {expect, test} from 'vitest';
import {plainLine} from '../../demo/log-lines.ts';
import {openViewer, type Viewer} from './viewer.ts';

/** Later than the server's own lines in these tests. */
const firstTime = Date.now() + 60_000;

/** The lines in the rows: the pipeline's name in front of a line, and the line's last word. */
const lines = (viewer: Viewer): string[] =>
  viewer.shown().flatMap((row) => /(alpha|beta) +\d\d:\d\d:\S+ .*(line \d+)\./.exec(row)?.slice(1).join(' ') ?? []);

const pipelineOf = (line: number) => (line % 2 === 1 ? 'alpha' : 'beta');

/** Lines `from` to `to`, a millisecond apart, odd ones on `alpha`, even ones on `beta`, which comes last. */
function writeBoth(viewer: Viewer, from: number, to: number): string[] {
  const numbers = Array.from({length: to - from + 1}, (_, index) => from + index);
  for (const name of ['alpha', 'beta']) {
    for (const line of numbers.filter((each) => pipelineOf(each) === name)) {
      const event = {level: 'INFO', target: 'dbsp_adapters::controller', message: `line ${line}.`} as const;
      viewer.server.pipeline(name).write(plainLine({name}, new Date(firstTime + line).toISOString(), event));
    }
  }
  return numbers.map((line) => `${pipelineOf(line)} line ${line}`);
}

/** Two pipelines with lines of both, marked in the list and merged. */
async function openMerged(env: Readonly<Record<string, string>> = {}): Promise<Viewer> {
  const viewer = await openViewer({cols: 120, rows: 30, env});
  const {terminal} = viewer;
  await viewer.live();
  writeBoth(viewer, 1, 6);
  await terminal.press('m', 'j', 'm', '+');
  await terminal.waitFor(() => viewer.tabBar().includes('alpha+beta'));
  await terminal.waitFor(() => lines(viewer).length === 6);
  await viewer.live();
  return viewer;
}

test('two pipelines marked in the list are one tab, by time, named and coloured, on their own connections', async () => {
  await using viewer = await openMerged();
  const {terminal} = viewer;
  expect(viewer.tabBar()).toMatch(/1 alpha .*2 beta .*3 alpha\+beta/);
  const said = ['alpha line 1', 'beta line 2', 'alpha line 3', 'beta line 4', 'alpha line 5', 'beta line 6'];
  expect(lines(viewer)).toEqual(said);
  said.push(...writeBoth(viewer, 7, 16));
  await terminal.waitFor(() => lines(viewer).length === 16);
  expect(lines(viewer)).toEqual(said);
  const colorOf = (text: string) => terminal.styleOf(text).fg;
  const [alpha, beta] = viewer.shown().filter((row) => /line 1[56]\./.test(row));
  expect([alpha, beta].map((row) => row?.trim().split(' ')[0])).toEqual(['alpha', 'beta']);
  const nameBefore = (name: string, line: number) => {
    const row = terminal.screen().findIndex((each) => each.includes(`line ${line}.`));
    return terminal.cell(row, terminal.row(row).lastIndexOf(name));
  };
  const [first, second] = [nameBefore('alpha ', 15), nameBefore('beta ', 16)];
  expect(first.text).toBe('a');
  expect(second.text).toBe('b');
  expect(first.fg).not.toEqual(second.fg);
  expect([first.fg, second.fg]).not.toContain(colorOf('line 15.'));
  // One connection a pipeline: the merged tab has none.
  await viewer.connections(2);
  expect(viewer.server.totalLogConnections).toBe(2);
});

test('search, filter and copy work in it; what is copied carries no name', async () => {
  await using viewer = await openMerged({SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'});
  const {terminal} = viewer;
  await terminal.press('/');
  await terminal.type('line \\d');
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.status().includes('6 of 6'));
  writeBoth(viewer, 7, 7);
  await terminal.waitFor(() => viewer.status().includes('6 of 7'));
  await terminal.press('Esc', 'G', '&');
  await terminal.type('line [2345]');
  await terminal.press('Enter');
  await terminal.waitFor(() => viewer.shown().filter((row) => row.includes('controller')).length === 4);
  expect(lines(viewer)).toEqual(['beta line 2', 'alpha line 3', 'beta line 4', 'alpha line 5']);
  writeBoth(viewer, 8, 8);
  writeBoth(viewer, 25, 25);
  await terminal.waitFor('line 25.');
  expect(lines(viewer)).toHaveLength(5);
  await terminal.press('Y');
  await terminal.waitFor('sent 5 lines');
  const sent = ['alpha', 'beta'].map((name) => viewer.log(name).toString().split('\n'));
  const [alpha = [], beta = []] = sent.map((all) => all.filter((line) => /line (?:[2345]|25)\.$/.test(line)));
  const wanted = [beta[0], alpha[0], beta[1], alpha[1], alpha[2], ''];
  expect(terminal.copies.map(String)).toEqual([wanted.join('\n')]);
});
