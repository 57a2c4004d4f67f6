import type {Controller} from './controller.ts';
import {paneAt, say} from './on-pane.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';
import {blocksOf} from './taking.ts';

/** `|`: to the pager or any other command, which gets the terminal until it ends. */
export const pipePrompt: PromptKind<'pipe'> = {
  label: ({what}) => `pipe the ${what} to: `,
  submit(controller, prompt) {
    if (prompt.text.trim() !== '') void pipe(controller, prompt);
    return undefined;
  },
};

async function pipe(controller: Controller, {text, what}: PromptOf<'pipe'>): Promise<void> {
  const at = paneAt(controller);
  const {terminal, closing: signal, services} = controller;
  if (!at) return;
  const blocks = blocksOf(what, at, {clock: services.clock, signal});
  try {
    const problem = await services.pipe(text, blocks, {
      suspendTerminal: (callback) => terminal.lend(callback),
      signal,
    });
    if (problem !== undefined) say(controller, problem);
  } catch (error) {
    if (!signal.aborted) say(controller, error instanceof Error ? error.message : String(error));
  }
}
