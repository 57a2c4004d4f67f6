import {showsAbsence} from '../../features/errors/errors-feature.ts';
import {
  type Command,
  type CommandTable,
  commandFor,
  commandOf,
  isTyped,
  type KeyContext,
  keyInWords,
  keyOf,
  type PromptCommandId,
  promptCommands,
} from '../../kit/keys/commands.ts';
import {alt} from '../../kit/keys/key-names.ts';
import {kindOf, openKind} from '../../kit/pages/page.ts';
import {runCommand} from '../../kit/pages/page-driver.ts';
import {sayNotOpen} from '../../kit/screen/common.ts';
import {
  cancelPrompt,
  cyclePrompt,
  editPrompt,
  pasteIntoPrompt,
  recallPrompt,
  submitPrompt,
} from '../../kit/screen/prompts.ts';
import {sayNoPipeline} from '../../kit/screen/server-state.ts';
import {type Edit, withSuggestion} from '../../kit/state/edit-line.ts';
import {type Prompt, promptBelow, promptInUse} from '../../kit/state/view-state.ts';
import type {Controller} from './controller.ts';

/** Presses keys of one read, in order. Those after a key that opens a prompt are for the prompt. */
export function pressKeys(controller: Controller, names: readonly string[]): void {
  if (!showsAbsence(controller)) pressAll(controller, names);
}

/** Pasted text, which never acts as keys; after an absence it only shows what happened, as a key does. */
export function paste(controller: Controller, text: string): void {
  if (!showsAbsence(controller)) pasteIntoPrompt(controller, text);
}

function pressAll(controller: Controller, names: readonly string[]): void {
  for (let at = 0; at < names.length; ) {
    const typed = promptInUse(controller.state) ? typedFrom(names, at) : [];
    // Typed in one read, it is one change: a search starts once.
    if (typed.length > 0) type(controller, typed.join(''));
    else press(controller, names[at] ?? '');
    at += Math.max(1, typed.length);
  }
}

function type(controller: Controller, text: string): void {
  controller.together(() => editPrompt(controller, {kind: 'insert', text}));
}

/** The characters that were typed from `at` on. */
function typedFrom(names: readonly string[], at: number): readonly string[] {
  const characters = names.slice(at).map((name) => (name === 'Space' ? ' ' : name));
  const end = characters.findIndex((name) => [...name].length !== 1);
  return end === -1 ? characters : characters.slice(0, end);
}

function press(controller: Controller, name: string): void {
  controller.together(() => pressOne(controller, name));
}

function pressOne(controller: Controller, name: string): void {
  if (promptInUse(controller.state)) pressInPrompt(controller, name);
  else if (name.startsWith(alt)) {
    // No command has Alt: these were two keys in one read, as on a slow line.
    pressAll(controller, ['Esc', ...[name.slice(alt.length)].filter((key) => key !== '')]);
  } else if (!typeOnPage(controller, name)) runKey(controller, name);
}

/** A key that a prompt does not use does nothing there. */
function pressInPrompt(controller: Controller, name: string): void {
  const id = promptCommandFor(name);
  if (id === undefined) return;
  const handler = promptHandlers[id];
  if (typeof handler === 'function') handler(controller, name);
  else editPrompt(controller, handler);
}

const promptHandlers: Readonly<Record<PromptCommandId, Edit | ((controller: Controller, keyName: string) => void)>> = {
  submit: submitPrompt,
  cancel: cancelPrompt,
  help: (controller, keyName) => openKind(controller, 'help', {keyName}),
  interrupt(controller, keyName) {
    cancelPrompt(controller);
    // The first press of the command that quits at the second.
    if (commandFor(controller.commands, controller.keyContext, keyName) === 'interrupt') runKey(controller, keyName);
  },
  older: (controller) => void recallPrompt(controller, 1),
  newer: (controller) => void recallPrompt(controller, -1),
  cycle: cyclePrompt,
  start: {kind: 'move', to: 'start'},
  end: {kind: 'move', to: 'end'},
  previous: {kind: 'move', to: 'previous'},
  next: {kind: 'move', to: 'next'},
  'previous-word': {kind: 'move', to: 'previous-word'},
  'next-word': {kind: 'move', to: 'next-word'},
  'delete-previous'(controller) {
    if (isEmpty(controller.state.prompt)) cancelPrompt(controller);
    else editPrompt(controller, {kind: 'delete', to: 'previous'});
  },
  'delete-next': {kind: 'delete', to: 'next'},
  'delete-next-or-cancel'(controller) {
    const {prompt} = controller.state;
    // Held to delete the whole text, it must not leave, as in readline.
    const hasDeleted = prompt?.last?.kind === 'delete' && prompt.last.to === 'next';
    if (isEmpty(prompt) && !hasDeleted) cancelPrompt(controller);
    else editPrompt(controller, {kind: 'delete', to: 'next'});
  },
  'kill-start': {kind: 'kill', to: 'start'},
  'kill-end': {kind: 'kill', to: 'end'},
  'kill-blank-word': {kind: 'kill', to: 'previous-blank-word'},
  'kill-previous-word': {kind: 'kill', to: 'previous-word'},
  'kill-next-word': {kind: 'kill', to: 'next-word'},
  yank: {kind: 'yank'},
};

/** Tells whether there is neither text nor a suggestion. */
function isEmpty(prompt: Prompt | undefined): boolean {
  return !prompt || withSuggestion(prompt).text === '';
}

/** Edits of the text that is typed on a page, by their keys, besides characters. */
const pageEdits: Readonly<Record<string, Edit>> = {
  Space: {kind: 'insert', text: ' '},
  Backspace: {kind: 'delete', to: 'previous'},
  '^U': {kind: 'kill', to: 'start'},
  '^W': {kind: 'kill', to: 'previous-blank-word'},
};

/** Types on a page that takes text. Returns false for a key that does not type, or is a command there. */
function typeOnPage(controller: Controller, name: string): boolean {
  const {commands, keyContext, state} = controller;
  const {page} = state;
  const type = page && kindOf(controller, page).type;
  if (!type) return false;
  // The key that opened it from a prompt closes it, whatever key the user gave the help elsewhere.
  if (promptBelow(state) && promptCommandFor(name) === 'help') {
    controller.dispatch({type: 'page', page: page.under});
    return true;
  }
  if (commandFor(commands, keyContext, name) !== undefined) return false;
  const edit = pageEdits[name] ?? (isTyped(commands, name) ? {kind: 'insert' as const, text: name} : undefined);
  if (edit) type(controller, page, edit);
  return edit !== undefined;
}

function runKey(controller: Controller, keyName: string): void {
  const {state} = controller;
  if (state.notice !== undefined) controller.clearNotice();
  const command = commandOf(controller.commands, controller.keyContext, keyName);
  if (state.pendingConfirmation !== undefined && command?.id !== state.pendingConfirmation) {
    controller.dispatch({type: 'set', change: {pendingConfirmation: undefined}});
  }
  if (command?.context === 'log' && controller.keyContext === 'list') runOnShownLog(controller, command, keyName);
  else if (command) runCommand(controller, command, keyName);
  else sayUnused(controller, keyName);
}

/** Says of a key that a page covers where it works, and of any other that it has no effect. */
function sayUnused(controller: Controller, keyName: string): void {
  const {commands, keyContext, state} = controller;
  const key = keyInWords(keyName);
  const covered = state.page && commandOf(commands, state.focus, keyName);
  const closing = covered && closingCommand(commands, keyContext);
  if (!closing) {
    // There its key closes the list.
    if (keyContext === 'help') controller.say(`${key} has no effect here`);
    else controller.sayHint(`${key} has no effect here`, 'help', 'list the keys');
    return;
  }
  controller.sayHint(
    `${key} works in the ${covered.context === 'list' ? 'list' : 'log'}`,
    closing.id,
    'close this page',
  );
}

/** A key that the list does not use acts on the log shown, which is that of the cursor. The list keeps the focus. */
function runOnShownLog(controller: Controller, command: Command, keyName: string): void {
  const {commands} = controller;
  controller.tabSwitcher.settleCursor();
  if (controller.tab === undefined) {
    if (!sayNoPipeline(controller)) controller.sayHint('no log is open', 'open-tab', 'show the one under the cursor');
    return;
  }
  if (command.notInList) {
    const way = keyOf(commands, 'other-side');
    controller.say(`this works in the log${way === undefined ? '' : `: press ${way}, then ${keyInWords(keyName)}`}`);
    return;
  }
  const before = controller.state;
  runCommand(controller, command, keyName);
  if (controller.pane === undefined && controller.state === before) sayNotOpen(controller);
}

function closingCommand(table: CommandTable, page: KeyContext): Command | undefined {
  return table.find(({does, context}) => does === 'close' && context === page);
}

function promptCommandFor(keyName: string): PromptCommandId | undefined {
  return promptCommands.find(({keys}: {readonly keys: readonly string[]}) => keys.includes(keyName))?.id;
}
