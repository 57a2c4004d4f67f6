import {takeLines} from '../take/bytes-of.ts';
import {currentOf, hold} from '../viewport/position.ts';
import {byteSize} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {evidenceOf} from './evidence-of.ts';
import {keyDoes, keysDo, withHint} from './key-hint.ts';
import {goToEntry, type PaneAt, paneAt, say, sayFailure} from './on-pane.ts';
import type {Choice} from './prompt.ts';
import {openSavePrompt} from './save-prompt.ts';
import {bytesOf, copiedWords, idsOf, mostCopied, settledPane} from './taking.ts';

/** Commands that take something out of the log: to the clipboard, a file, a command; and the user's own marks. */
export const takeHandlers = {
  select(controller: Controller) {
    const at = paneAt(controller);
    if (!at || at.current === undefined) return;
    if (at.tab.pane.selectedFrom !== undefined) {
      controller.changePane({selectedFrom: undefined});
      return;
    }
    const position = hold(at.tab.pane.position, at.geometry);
    controller.changePane({position, selectedFrom: currentOf(position, at.geometry)});
    say(controller, selectionHint(controller));
  },
  copy: (controller: Controller) => void copy(controller, hasSelection(controller) ? 'selection' : 'record'),
  'copy-view': (controller: Controller) => void copy(controller, 'view'),
  save(controller: Controller) {
    controller.keepTab();
    openSavePrompt(controller, hasSelection(controller) ? 'selection' : 'view');
  },
  pipe(controller: Controller) {
    if (!controller.pane) return;
    controller.keepTab();
    const what = hasSelection(controller) ? 'selection' : 'view';
    controller.dispatch({type: 'prompt', prompt: {kind: 'pipe', text: controller.services.pager, what}});
  },
  markdown: (controller: Controller) =>
    void copyMarkdown(controller, hasSelection(controller) ? 'selection' : 'screen'),
  mark(controller: Controller) {
    const at = paneAt(controller);
    if (!at || at.current === undefined) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Set(at.tab.pane.marks);
    if (!marks.delete(head)) marks.add(head);
    controller.changePane({position: hold(at.tab.pane.position, at.geometry), marks});
  },
  'next-mark': (controller: Controller) => goToMark(controller, 'next'),
  'previous-mark': (controller: Controller) => goToMark(controller, 'previous'),
  record(controller: Controller) {
    const {pane} = controller;
    if (!pane) return;
    const stream = controller.services.manager.get(pane.tab.name);
    if (!stream) {
      say(controller, 'a merged log is not recorded: record its pipelines');
      return;
    }
    // The stream of a preview ends with it, and so would the recording.
    controller.keepTab();
    const isOn = stream.snapshot.get().recording !== undefined;
    stream.setRecording(!isOn);
    say(controller, isOn ? 'no longer recorded' : 'recorded from now on');
  },
  'list-marks'(controller: Controller) {
    const at = paneAt(controller);
    if (!at) return;
    if (marksOf(at).length === 0) say(controller, noMarks(controller));
    else controller.dispatch({type: 'page', page: {kind: 'marks', offset: 0, cursor: 0}});
  },
};

/** Heads of the marked records that are still held, in order. */
export function marksOf({tab, model}: Pick<PaneAt, 'tab' | 'model'>): readonly number[] {
  const {firstId} = model.source.buffer;
  return [...tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

/** Copies what is chosen, as the log has it, and says what became of it. What is too large is offered for saving. */
export async function copy(controller: Controller, choice: Choice): Promise<void> {
  await take(controller, async (at, signal) => {
    const taken = await bytesOf(choice, at, {clock: controller.services.clock, signal});
    if (!taken) {
      openSavePrompt(
        controller,
        choice,
        `more than ${byteSize(mostCopied)}: too large for a clipboard; Enter saves it`,
      );
      return;
    }
    if (taken.lines === 0) {
      say(controller, 'nothing to copy here');
      return;
    }
    const answer = await controller.services.copy(taken.bytes, taken.lines, signal);
    if (answer.kind === 'too-large') {
      openSavePrompt(controller, choice, `${copiedWords(answer)}; Enter saves it`);
      return;
    }
    say(controller, copiedWords(answer));
    if (answer.kind === 'sent') endSelection(controller, choice, at);
  });
}

async function copyMarkdown(controller: Controller, choice: Choice): Promise<void> {
  await take(controller, async (at, signal) => {
    if (takeLines(at.model.source.buffer, idsOf(choice, at)).next().done) {
      say(controller, 'nothing to copy here');
      return;
    }
    const evidence = await evidenceOf(controller, choice, at, signal);
    if (!evidence) {
      say(controller, withHint('too large for Markdown', controller.commands, 'save', 'saves it'));
      return;
    }
    const text = Buffer.from(evidence);
    const answer = await controller.services.copy(text, evidence.split('\n').length - 1, signal);
    if (answer.kind === 'too-large') {
      openSavePrompt(controller, choice, `${copiedWords(answer)}; Enter saves it`, 'md');
      return;
    }
    say(controller, `Markdown: ${copiedWords(answer)}`);
    if (answer.kind === 'sent') endSelection(controller, choice, at);
  });
}

/** What was taken need not be selected any more; what could not be taken still has to be. */
function endSelection(controller: Controller, choice: Choice, {tab}: PaneAt): void {
  if (choice === 'selection') controller.changePaneOf(tab.name, {selectedFrom: undefined});
}

/** Runs something that takes a while; what fails is said. */
async function take(controller: Controller, run: (at: PaneAt, signal: AbortSignal) => Promise<void>): Promise<void> {
  controller.keepTab();
  try {
    const at = await settledPane(controller);
    if (at) await run(at, controller.closing);
  } catch (error) {
    sayFailure(controller, error);
  }
}

function hasSelection(controller: Controller): boolean {
  return controller.pane?.tab.pane.selectedFrom !== undefined;
}

function noMarks({commands}: Controller): string {
  return withHint('no marks', commands, 'mark', 'marks a record');
}

function selectionHint({commands}: Controller): string {
  const takes = [
    ['copy', 'copies'],
    ['save', 'saves'],
    ['pipe', 'pipes'],
    ['markdown', 'Markdown'],
  ] as const;
  return ['move to select', keysDo(commands, takes), keyDoes(commands, 'back', 'ends')].filter(Boolean).join(' · ');
}

function goToMark(controller: Controller, direction: 'next' | 'previous'): void {
  const at = paneAt(controller);
  if (!at) return;
  const marks = marksOf(at);
  const {entries} = at.geometry;
  const current = at.model.index.headOf(at.current ?? 0);
  // For a mark that a filter hides stands the row that is gone to.
  const place = (id: number) =>
    (at.model.shown?.includes(id) ?? true) ? id : (entries.atOrAfter(id) ?? entries.atOrBefore(id) ?? id);
  const near =
    direction === 'next' ? marks.find((id) => place(id) > current) : marks.findLast((id) => place(id) < current);
  const mark = near ?? (direction === 'next' ? marks[0] : marks.at(-1));
  if (mark === undefined) say(controller, noMarks(controller));
  else goToEntry(controller, mark);
}
