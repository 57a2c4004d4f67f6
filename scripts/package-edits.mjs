import {readFile} from 'node:fs/promises';

/**
 * A plugin that changes files of packages on their way into the bundle. An edit: `files`, how their paths end, and
 * `change`, which is given the text and throws when a newer version no longer has what it changes.
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

/** `text` with `ours` for the one place where `there` stands. */
export function replaced(text, there, ours, file) {
  const parts = text.split(there);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once: ${there}`);
  return parts.join(ours);
}
