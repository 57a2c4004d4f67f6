import {expect, test} from 'vitest';
import {openViewer, type Viewer} from './viewer.ts';

const esc = '\u001B';

/** Reports of xterm's mode 1006; columns and rows from 0, as the tests count. */
function report({terminal}: Viewer, button: number, column: number, row: number, end: 'M' | 'm' = 'M'): void {
  terminal.write(`${esc}[<${button};${column + 1};${row + 1}${end}`);
}

async function openWithMouse(): Promise<Viewer> {
  const viewer = await openViewer({args: ['--mouse']});
  await viewer.live();
  return viewer;
}

test('off by default: the terminal keeps its own selection', async () => {
  await using viewer = await openViewer();
  await viewer.live();
  expect(viewer.terminal.mouse).toBe('none');
  report(viewer, 0, 3, 2);
  viewer.write('alpha');
  await viewer.terminal.waitFor('line 1.');
  expect(viewer.tabBar()).toContain('1 alpha');
});

test('clicks choose a pipeline and a line, the wheel scrolls, the divider is dragged', async () => {
  await using viewer = await openWithMouse();
  const {terminal} = viewer;
  expect(terminal.mouse).toBe('drag');
  expect(terminal.privateMode(1006)).toBe(true);
  report(viewer, 0, 3, 3);
  report(viewer, 0, 3, 3, 'm');
  await terminal.waitFor(() => viewer.tabBar().includes('1 beta'));

  viewer.write('beta', 60);
  await terminal.waitFor('line 60.');
  report(viewer, 64, 50, 10);
  await terminal.waitForGone('line 60.');
  await terminal.waitFor('line 57.');
  expect(terminal.row(0)).toContain('PAUSED');
  report(viewer, 0, 50, 10);
  await terminal.waitFor(() => terminal.row(10).includes('▸'));
  report(viewer, 65, 50, 10);
  report(viewer, 65, 50, 10);
  await terminal.waitFor('following');

  const divider = () => terminal.row(5).indexOf('│');
  const before = divider();
  report(viewer, 0, before, 5);
  report(viewer, 32, before + 10, 5);
  report(viewer, 0, before + 10, 5, 'm');
  await terminal.waitFor(() => divider() === before + 10);
});

test('while another program has the terminal the mouse is its own', async () => {
  await using viewer = await openViewer({args: ['--mouse'], env: {PAGER: 'cat; sleep 1; cat'}});
  const {terminal} = viewer;
  await viewer.live();
  await terminal.press('Tab', '|');
  await terminal.waitFor('cat;');
  await terminal.press('Enter');
  await terminal.waitFor(() => terminal.mouse === 'none' && !terminal.alternateScreen);
  await terminal.waitFor(() => terminal.mouse === 'drag');
});
