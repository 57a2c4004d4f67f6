import {newTally} from '../take/bytes-of.ts';
import {suggestName} from '../take/suggest-name.ts';
import {byteSize, counted} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {evidenceOf} from './evidence-of.ts';
import {type PaneAt, paneAt, say, sayFailure} from './on-pane.ts';
import type {Choice} from './prompt.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';
import {blocksOf, missingWords, settledPane} from './taking.ts';

/** `S`: to a file. A name that ends in `.md` saves Markdown evidence. */
export const savePrompt: PromptKind<'save'> = {
  label: ({what, markers, replaces}) =>
    replaces ? 'Enter again replaces ' : `save ${choiceWords(what)}${markers ? ' with markers' : ''} to `,
  example: 'a file name',
  keys: ({replaces}) => [
    ['Enter', replaces ? 'replace' : 'save'],
    ['Tab', 'save something else'],
    ['^U', 'clear'],
  ],
  // Another name is another file, which may exist too.
  change(controller, prompt) {
    if (prompt.replaces) controller.dispatch({type: 'prompt', prompt: {...prompt, replaces: false}});
  },
  submit(controller, prompt) {
    if (prompt.text.trim() === '') return 'type a file name';
    void save(controller, prompt);
    return undefined;
  },
  turn(controller, prompt) {
    const choices = choicesOf(controller);
    const at = choices.findIndex(({what, markers}) => what === prompt.what && markers === prompt.markers);
    return {...prompt, ...choices[(at + 1) % choices.length], replaces: false};
  },
};

/** Asks where to save to; `problem` says why it is asked. */
export function openSavePrompt(controller: Controller, what: Choice, problem?: string, extension?: 'md'): void {
  const at = paneAt(controller);
  if (!at) return;
  const {buffer, name} = at.model.source;
  const time = at.model.index.timeAt(buffer.endId - 1) ?? controller.services.clock.wall();
  const text = suggestName(name, time, extension);
  controller.dispatch({type: 'prompt', prompt: {kind: 'save', text, what, markers: false, replaces: false, problem}});
}

async function save(controller: Controller, prompt: PromptOf<'save'>): Promise<void> {
  const {services, closing: signal} = controller;
  const {text, what, markers, replaces} = prompt;
  const tally = newTally();
  const isMarkdown = text.trim().endsWith('.md');
  try {
    const at = await settledPane(controller);
    if (!at) return;
    const blocks = isMarkdown
      ? markdownBlocks(controller, what, at)
      : blocksOf(what, at, {clock: services.clock, signal, markers, tally});
    const saved = await services.save(text, blocks, {overwrite: replaces, signal});
    switch (saved.kind) {
      case 'saved': {
        const lines = isMarkdown ? 'Markdown' : counted(tally.lines, 'line', 'lines');
        const words = [`saved ${lines}, ${byteSize(saved.bytes)}, to ${saved.path}`, missingWords(tally)];
        say(controller, words.filter((part) => part !== '').join(' · '));
        if (what === 'selection') controller.changePaneOf(at.tab.name, {selectedFrom: undefined});
        return;
      }
      case 'exists':
        controller.dispatch({
          type: 'prompt',
          prompt: {...prompt, replaces: true, problem: 'the file exists: Enter replaces it, Esc cancels'},
        });
        return;
      case 'failed':
        controller.dispatch({type: 'prompt', prompt: {...prompt, problem: saved.why}});
        return;
      case 'stopped':
        return;
    }
  } catch (error) {
    sayFailure(controller, error);
  }
}

async function* markdownBlocks(controller: Controller, what: Choice, at: PaneAt): AsyncGenerator<Buffer> {
  const evidence = await evidenceOf(controller, what, at, controller.closing);
  if (evidence === undefined) throw new Error('too large for Markdown: save it as .log');
  yield Buffer.from(evidence);
}

function choicesOf(controller: Controller): readonly {what: Choice; markers: boolean}[] {
  const selection = controller.pane?.tab.pane.selectedFrom === undefined ? [] : (['selection'] as const);
  return ([...selection, 'view', 'all'] as const).flatMap((what) => [
    {what, markers: false},
    {what, markers: true},
  ]);
}

function choiceWords(what: Choice): string {
  switch (what) {
    case 'record':
      return 'the record';
    case 'selection':
      return 'the selection';
    case 'screen':
      return 'the screen';
    case 'view':
      return 'the view';
    case 'all':
      return 'all';
  }
}
