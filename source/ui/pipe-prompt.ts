import {newTally} from '../take/bytes-of.ts';
import type {Controller} from './controller.ts';
import {say, sayFailure} from './on-pane.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';
import {blocksOf, missingWords, settledPane} from './taking.ts';

/** `|`: to the pager or any other command, which gets the terminal until it ends. */
export const pipePrompt: PromptKind<'pipe'> = {
  label: ({what}) => `pipe the ${what} to: `,
  example: 'a shell command: less, jq ., grep -v INFO',
  keys: () => [
    ['Enter', 'run'],
    ['^U', 'clear'],
  ],
  submit(controller, prompt) {
    if (prompt.text.trim() !== '') void pipe(controller, prompt);
    return undefined;
  },
};

async function pipe(controller: Controller, {text, what}: PromptOf<'pipe'>): Promise<void> {
  const {terminal, closing: signal, services} = controller;
  const tally = newTally();
  try {
    const at = await settledPane(controller);
    if (!at) return;
    const blocks = blocksOf(what, at, {clock: services.clock, signal, tally});
    const problem = await services.pipe(text, blocks, {
      suspendTerminal: (callback) => terminal.lend(callback),
      signal,
    });
    const words = [problem ?? '', missingWords(tally)].filter((part) => part !== '');
    if (words.length > 0) say(controller, words.join(' · '));
  } catch (error) {
    sayFailure(controller, error);
  }
}
