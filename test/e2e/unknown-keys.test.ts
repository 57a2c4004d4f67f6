import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

const esc = '\u001B';

/** What terminals send that is no key of ours: see the table of `test/kit/system/terminal-input.test.ts` for more. */
const unknown = [
  `${esc}[1;5A`,
  `${esc}[2~`,
  `${esc}[113u`,
  `${esc}[27;5;113~`,
  `${esc}[12;40R`,
  `${esc}[?64;1;2c`,
  `${esc}]11;rgb:1e1e/1e1e/1e1e${esc}\\`,
  `${esc}P>|q q q${esc}\\`,
  `${esc}_Gi=31;q${esc}\\`,
  `${esc}[I`,
  `${esc}[M !!`,
];

test('sequences that are no key do nothing: no command runs, nothing is typed', async () => {
  await using viewer = await openViewer({args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  await terminal.stable();
  const before = terminal.screen();
  for (const sequence of unknown) terminal.write(sequence);
  // One tells how light the ground is.
  await terminal.waitFor(() => terminal.styleOf('LIVE').fg === 'palette-71');
  await terminal.stable();
  // Over a slow line: what begins here ends after the time in which a lone Esc would have become the key.
  terminal.write(`${esc}[1;`);
  await terminal.stable(300);
  terminal.write('5B');
  await terminal.stable(300);
  expect(terminal.screen()).toEqual(before);

  for (const functionKey of [`${esc}OQ`, `${esc}[15~`, `${esc}[[B`]) {
    terminal.write(functionKey);
    await terminal.waitFor('this key has no effect here: press ? to list the keys');
    await terminal.press('G');
    await terminal.waitForGone('no effect');
  }

  await terminal.press('/');
  await terminal.waitFor(() => viewer.status().startsWith(' /'));
  for (const sequence of [...unknown, `${esc}OQ`, `${esc}[15~`, `${esc}[[B`]) terminal.write(sequence);
  await terminal.type('ok');
  await terminal.waitFor(() => viewer.status().startsWith(' /ok'));

  // F1, as terminals send it, is the help of the prompt.
  for (const helpKey of [`${esc}OP`, `${esc}[11~`, `${esc}[[A`]) {
    terminal.write(helpKey);
    await terminal.waitFor(' in this prompt');
    terminal.write(helpKey);
    await terminal.waitFor(() => viewer.status().startsWith(' /ok'));
  }

  // Alt with a key in one read is not Esc there: these would close the tab, hide the list, quit.
  for (const key of ['X', 'z', 'q', `${esc}[A`, `${esc}[15~`, '\r', '\u0003']) terminal.write(esc + key);
  await terminal.press('M-b', 'C-Right', 'C-Left', 'd', 'F5', 'C-z');
  await terminal.waitFor(() => viewer.status().startsWith(' /dok'));
  await terminal.press('C-c');
  await terminal.waitFor(() => viewer.status().includes('press ^C again to quit'));
  await terminal.press('C-c');
  expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
});

test('a paste into a prompt is text, never keys, whatever it holds', async () => {
  await using viewer = await openViewer({args: ['alpha']});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  terminal.paste('q\rq\r');
  await terminal.press('/');
  await terminal.waitFor(() => viewer.status().startsWith(' /'));
  terminal.paste(`a${esc}[I b${esc}[<0;1;1M c`);
  await terminal.waitFor(() => viewer.status().startsWith(' /a [I b [<0;1;1M c'));
  // Neither Enter nor ^C nor ^Z.
  terminal.write(`${esc}[200~\r\u0003\u001A${esc}[201~`);
  await terminal.type('d');
  await terminal.waitFor(() => /^ \/a \[I b \[<0;1;1M c\s+d/.test(viewer.status()));
  expect(terminal.running).toBe(true);
});
