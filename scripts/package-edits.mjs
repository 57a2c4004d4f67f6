import {readFile} from 'node:fs/promises';

/**
 * A plugin that changes files of packages on their way into the bundle. An edit has `files`, the end of their paths, and
 * `change`, which gets the text and throws when a newer version lacks what it changes.
 */
export const packageEdits = (edits) => ({
  name: 'package-edits',
  setup({onLoad}) {
    onLoad({filter: new RegExp(edits.map(({files}) => files.source).join('|'))}, async ({path: file}) => {
      let contents = await readFile(file, 'utf8');
      for (const {files, change} of edits) if (files.test(file)) contents = change(contents, file);
      return {contents};
    });
  },
});

/** `text` with `ours` instead of `theirs`, which it must contain once. */
export function replaced(text, theirs, ours, file) {
  const parts = text.split(theirs);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${theirs}`);
  return parts.join(ours);
}
