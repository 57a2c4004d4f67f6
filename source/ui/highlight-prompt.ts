import type {PromptKind} from './prompt-kind.ts';
import {recallPattern} from './recall-pattern.ts';

/** `*`: one more pattern in a colour of its own; one that has a colour already loses it. */
export const highlightPrompt: PromptKind<'highlight'> = {
  label: () => '* ',
  example: 'text or regex; one that has a colour loses it',
  keys: () => [
    ['Enter', 'highlight'],
    ['↑', 'earlier ones'],
  ],
  submit(controller, {text}) {
    const {highlights} = controller.pane?.tab.pane ?? {};
    if (!highlights || text === '') return undefined;
    controller.services.history.add(text);
    const others = highlights.filter((each) => each !== text);
    controller.changePane({highlights: others.length < highlights.length ? others : [...highlights, text]});
    return undefined;
  },
  recall: recallPattern,
};
