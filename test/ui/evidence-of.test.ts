import {describe, expect, it} from 'vitest';
import {evidenceOf, versionWords} from '../../source/ui/evidence-of.ts';
import {paneAt} from '../../source/ui/on-pane.ts';
import type {Choice} from '../../source/ui/prompt.ts';
import {mostCopied} from '../../source/ui/taking.ts';
import {logged, pressed, reading, typed, workedOut} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = [
  logged(3600, 'INFO', 'step one'),
  logged(3601, 'ERROR', '\u001B[31mred\u001B[0m and ``` in it'),
  'a line without a time',
  logged(7322, 'INFO', 'step two'),
];

async function evidence({controller}: ScreenUnderTest, choice: Choice): Promise<string | undefined> {
  const at = paneAt(controller);
  if (!at) throw new Error('there is no pane');
  return await evidenceOf(controller, choice, at, controller.closing);
}

describe('evidence', () => {
  it('says of which pipeline, server and time the lines are, and has them without colours', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'g', 'j', 'v', 'G', 'p');
    const version = screen.controller.pipeline('orders')?.platformVersion;
    expect(version).toMatch(/^\d/);
    expect(await evidence(screen, 'selection')).toBe(
      [
        `**Log of \`orders\` on \`${new URL(screen.server.url).host}\`**`,
        '',
        '- Time: 2026-11-25 01:00:00 to 02:02:02 UTC',
        '- Lines: 4',
        `- Platform version: \`${version}\``,
        '- Filters: none',
        '- Gaps: none',
        '',
        '````text',
        log[0],
        logged(3601, 'ERROR', 'red and ``` in it'),
        ...log.slice(2),
        '````',
        '',
      ].join('\n'),
    );
  });

  it('names the filters that are on, those alone', async () => {
    await using screen = await reading(log);
    await typed(screen, '&', 'step|red');
    await typed(screen, '&', '!two');
    const both = await evidence(screen, 'view');
    expect(both).toContain('\n- Filters: `step|red`, `!two`\n');
    expect(both).toContain('\n- Lines: 3\n');
    await pressed(screen, '\\');
    expect(await evidence(screen, 'view')).toContain('\n- Filters: none\n');
  });

  it('names the gaps between the lines, those alone', async () => {
    await using screen = await reading(log);
    screen.controller.pane?.model.source.drawLine();
    await workedOut(screen);
    const before = screen.controller.pane?.model.source.buffer.endId ?? 0;
    // The server loses what it had: how much that was is unknown.
    screen.server.killRunner();
    screen.server.startRunner();
    screen.press('r');
    await screen.until(() => (screen.manager.get('orders')?.buffer.endId ?? 0) > before + 1, 'the new life');
    screen.server.pipeline('orders').write(logged(8000, 'INFO', 'another life'));
    await screen.untilLine('orders', 'another life');
    await workedOut(screen);
    const all = await evidence(screen, 'all');
    expect(all).toMatch(/\n- Gaps:\n {2}- .*\n\n```/);
    expect(all?.match(/\n {2}- /g)).toHaveLength(1);
    expect(await evidence(screen, 'record')).toContain('\n- Gaps: none\n');
  });

  it('of nothing has no time; of a line without a time that of its record', async () => {
    await using screen = await reading(log);
    await pressed(screen, 'k', 'k', 'v');
    expect(await evidence(screen, 'selection')).toContain('\n- Time: 2026-11-25 01:00:01 to 01:00:01 UTC\n');
    await typed(screen, '&', 'no such line');
    expect(await evidence(screen, 'view')).toMatch(/- Time: unknown\n- Lines: 0\n/);
  });

  it('of a merged tab names its pipelines and their version', async () => {
    await using screen = await reading(log, {names: ['orders', 'fraud']});
    screen.press('Tab', '+');
    await screen.until(() => screen.controller.pane?.model.source.snapshot.get().connection.kind === 'live', 'it');
    await workedOut(screen);
    const merged = await evidence(screen, 'all');
    expect(merged).toContain('**Log of `orders+fraud` on ');
    expect(merged).toContain(`\n- Platform version: \`${screen.controller.pipeline('orders')?.platformVersion}\`\n`);
  });

  it('ends where no clipboard would take it', async () => {
    await using screen = await reading(log);
    screen.controller.pane?.model.source.buffer.append(Buffer.alloc(2 * mostCopied, `${'x'.repeat(999)}\n`));
    expect((await evidence(screen, 'all')) === undefined).toBe(true);
  });
});

describe('the platform version of several pipelines', () => {
  const of = (name: string, platformVersion: string) => ({name, platformVersion});

  it.each<[string | undefined, readonly ReturnType<typeof of>[]]>([
    [undefined, []],
    ['0.337.0', [of('orders', '0.337.0')]],
    ['0.337.0', [of('orders', '0.337.0'), of('fraud', '0.337.0')]],
    ['orders 0.337.0, fraud 0.338.0', [of('orders', '0.337.0'), of('fraud', '0.338.0')]],
  ])('%s', (words, pipelines) => {
    expect(versionWords(pipelines)).toBe(words);
  });
});
