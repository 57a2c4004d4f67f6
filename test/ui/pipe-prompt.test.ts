import {describe, expect, it} from 'vitest';
import {promptLabel} from '../../source/ui/prompt-actions.ts';
import type {Services} from '../../source/ui/services.ts';
import {logged, noticeOf, reading, typed, viewOf} from './reading.ts';
import type {ScreenUnderTest} from './screen-under-test.ts';

const log = Array.from({length: 20}, (_, index) => logged(index, 'INFO', `step ${index}`));

/** A screen whose commands read all, with what they read; each answers with `problem`. */
async function piping(problem?: string): Promise<{screen: ScreenUnderTest; read: {command: string; text: string}[]}> {
  const read: {command: string; text: string}[] = [];
  const pipe: Services['pipe'] = async (command, blocks, {suspendTerminal}) => {
    await suspendTerminal(async () => {
      const taken: Uint8Array[] = [];
      for await (const block of blocks) taken.push(block);
      read.push({command, text: Buffer.concat(taken).toString()});
    });
    return problem;
  };
  const screen = await reading(log, {services: {pipe, pager: 'more'}});
  screen.controller.terminal.attach((callback) => callback());
  return {screen, read};
}

describe('the pipe prompt', () => {
  it('begins with the pager, and hands the view over', async () => {
    const {screen, read} = await piping();
    await using _ = screen;
    await typed(screen, '&', 'step 1');
    screen.press('|');
    const {prompt} = screen.controller.state;
    expect([prompt && promptLabel(prompt), prompt?.text]).toEqual(['pipe the view to: ', 'more']);
    screen.pressTogether('Enter');
    await screen.until(() => read.length === 1, 'the command');
    expect(read).toEqual([{command: 'more', text: `${[log[1], ...log.slice(10)].join('\n')}\n`}]);
    expect(noticeOf(screen)).toBeUndefined();
  });

  it('hands the selection over, which stays for another command', async () => {
    const {screen, read} = await piping();
    await using _ = screen;
    screen.press('v', 'k', '|');
    screen.pressTogether('^U', 'j', 'q', 'Enter');
    await screen.until(() => read.length === 1, 'the command');
    expect(read).toEqual([{command: 'jq', text: `${log.slice(18).join('\n')}\n`}]);
    expect(viewOf(screen).selectedFrom).toBe(20);
  });

  it('says how a command ended that failed', async () => {
    const {screen} = await piping('jq failed with code 5');
    await using _ = screen;
    await typed(screen, '|', '');
    await screen.until(() => noticeOf(screen) !== undefined, 'the notice');
    expect(noticeOf(screen)).toBe('jq failed with code 5');
  });

  it('without a command does nothing', async () => {
    const {screen, read} = await piping();
    await using _ = screen;
    screen.press('|');
    screen.pressTogether('^U', 'Space', 'Enter');
    await screen.clock.advance(100);
    expect(screen.controller.state.prompt).toBeUndefined();
    expect(read).toEqual([]);
  });

  it('says what the pager came too late for', async () => {
    const pipe: Services['pipe'] = async (_, blocks) => {
      screen.controller.pane?.model.source.buffer.append(Buffer.alloc(40 << 20, `${'x'.repeat(1 << 16)}\n`));
      for await (const block of blocks) expect(block.length).toBe(0);
      return undefined;
    };
    await using screen = await reading(log, {services: {pipe}});
    await typed(screen, '|', '');
    await screen.until(() => noticeOf(screen) !== undefined, 'the notice');
    expect(noticeOf(screen)).toBe('21 older lines were dropped meanwhile');
  });
});
