import {readFile} from 'node:fs/promises';

/**
 * A plugin that edits files of packages. An edit has `files`, a pattern for paths, and `change`, from the text to the new
 * text, which throws when a newer version of the package lacks what it changes.
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

/** Replaces `theirs` by `ours`. Throws unless the text contains it once. */
export function replaced(text, theirs, ours, file) {
  const parts = text.split(theirs);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${theirs}`);
  return parts.join(ours);
}
