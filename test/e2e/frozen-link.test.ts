import {expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {FrozenLink} from '../harness/frozen-link.ts';
import {openRig} from './logs-rig.ts';
import {openView} from './viewer.ts';

test.each([
  ['quiet', 0],
  ['busy', 20],
])('on a link that freezes, no frame says that a %s log is live and that nothing is answered', async (_, every) => {
  const {server, write} = await openRig(['orders']);
  await using link = await FrozenLink.open(server.url);
  await using view = await openView(['--host', link.url, 'orders'], {cols: 140, rows: 30});
  write('orders', 1);
  await view.live('line 1');
  const timer = every > 0 ? setInterval(() => write('orders', 1), every) : undefined;
  try {
    if (timer) await view.terminal.waitFor('line 20');
    const headers = new Set<string>();
    const stop = view.terminal.eachFrame(() => void headers.add(view.header()));
    link.freeze();
    await view.terminal.waitFor(() => /no answer/.test(view.header()));
    await view.terminal.waitFor(() => /last known: .* no answer for \d+ s$/.test(view.header()));
    stop();
    const both = [...headers].filter((header) => /waiting for the list|no answer/.test(header) && /LIVE/.test(header));
    expect(both).toEqual([]);
    link.thaw();
    await view.live();
    await eventually(
      () => !/no answer|waiting/.test(view.header()),
      () => view.header(),
    );
  } finally {
    clearInterval(timer);
  }
});
