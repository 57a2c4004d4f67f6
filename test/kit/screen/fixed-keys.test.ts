import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {root} from '../../harness/program.ts';

/** Keys of a prompt cannot be changed: what is typed there is text. */
const ofPrompts = ['Enter to save it', 'Enter to replace it', 'Enter again to replace', 'Esc to remove the one'];
/** Said on the command line, before a screen has the keys of the user. */
const ofCommandLine = ['M copies one of eight digits'];
/** A key's name and what it does, behind `press` or a mark: `…: press / to search`, `…: / searches`. */
const hint = /(?:^|[:;,·] |press )((?:\^[A-Z]|Esc|Enter|Tab|Space|PgUp|PgDn|[!-~]) (?:again )?(?:to |[a-z]+s\b).*)/;

/** The texts between quotes of a source file that say what a key does. */
function hintsIn(source: string): readonly string[] {
  const code = source.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  const texts = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, one, other]) => one ?? other ?? '',
  );
  return texts.flatMap((text) => hint.exec(text)?.[1] ?? []);
}

test('the test sees a key in a text', () => {
  expect(hintsIn("  // 'x: / searches'\nsay('no filters: press & to add one');")).toEqual(['& to add one']);
  expect(hintsIn('`Trying again now; r tries at once`')).toEqual(['r tries at once']);
});

test('no text of the screen names a key that the user may have changed: it is taken from the table', () => {
  const folder = path.join(root, 'source');
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((file) =>
    /^(?:kit\/(?!settings|shell|system|words\/marker-words)|features|shells\/screen\/(?!run)).*\.tsx?$/.test(file),
  );
  // The table itself; what its texts say is checked here, too.
  const found = files.flatMap((file) => {
    const hints = hintsIn(readFileSync(path.join(folder, file), 'utf8'));
    return hints
      .filter((text) => ![...ofPrompts, ...ofCommandLine].some((known) => text.startsWith(known)))
      .map((text) => `${file}: ${text}`);
  });
  expect(files.length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
