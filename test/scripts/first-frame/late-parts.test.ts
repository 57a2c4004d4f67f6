import path from 'node:path';
import {expect, test} from 'vitest';
import {node, root, run} from '../../harness/program.ts';

/** Every copy that the bundle may hold, with what imports it. */
const copies = [
  '',
  'node_modules/ink',
  'node_modules/wrap-ansi',
  'node_modules/slice-ansi',
  'node_modules/cli-truncate',
];
const texts = ['plain', '日本', 'e\u0301', '👍🏽', '👩‍👩‍👧', '🇩🇪', '1\ufe0f\u20e3', 'é 한글 ✌️ │', '\x1b[31m👍\x1b[0m'];

/** Bundles string-width as `bundle.mjs` does, and says what it makes of Node's, and how wide texts are. */
const script = `
import {build} from 'esbuild';
import {lateParts} from './scripts/first-frame/late-parts.mjs';
import {packageEdits} from './scripts/package-edits.mjs';
const {copies, texts} = JSON.parse(process.argv[1]);
const Segmenter = Intl.Segmenter;
let made = 0;
Intl.Segmenter = class extends Segmenter { constructor(...given) { super(...given); made += 1; } };
const answers = [];
for (const resolveDir of copies) {
  const plain = await build({
    stdin: {contents: "export {default} from 'string-width';", resolveDir},
    bundle: true, format: 'esm', write: false, target: 'esnext',
  });
  const late = await build({
    stdin: {contents: "export {default} from 'string-width';", resolveDir},
    bundle: true, format: 'esm', write: false, target: 'esnext', plugins: [packageEdits(lateParts)],
  });
  const load = async ({outputFiles: [{text}]}) => {
    made = 0;
    const {default: width} = await import('data:text/javascript,' + encodeURIComponent(text));
    return {widths: texts.map((each) => width(each)), made, text};
  };
  const [before, after] = [await load(plain), await load(late)];
  const emojiAtImport = /^(?:var|let|const) \\w+ = \\/[^\\n]*RGI_Emoji/m;
  answers.push({
    segmenters: [before.made, after.made],
    emoji: [emojiAtImport.test(before.text), emojiAtImport.test(after.text)],
    widths: [before.widths, after.widths],
  });
}
console.log(JSON.stringify(answers));
`;

test('string-width creates no segmenter of Node’s, and returns the same widths', async () => {
  const given = JSON.stringify({copies: copies.map((copy) => path.join(root, copy)), texts});
  const {stdout, stderr} = await run(node, ['--input-type=module', '--eval', script, given], {cwd: root});
  expect(stderr).toBe('');
  const answers: {segmenters: number[]; emoji: boolean[]; widths: number[][]}[] = JSON.parse(stdout);
  expect(answers).toHaveLength(copies.length);
  for (const {segmenters, emoji, widths} of answers) {
    expect(segmenters).toEqual([1, 0]);
    expect(emoji).toEqual([true, false]);
    expect(widths[1]).toEqual(widths[0]);
  }
});

test('a version without the late parts stops the build', async () => {
  const edit = `
import {lateParts} from './scripts/first-frame/late-parts.mjs';
const said = lateParts.map(({change}) => {
  try { change('export default 1;\\n', 'string-width/index.js'); } catch (error) { return error.message; }
});
console.log(JSON.stringify(said));`;
  const {stdout} = await run(node, ['--input-type=module', '--eval', edit], {cwd: root});
  expect(JSON.parse(stdout)).toEqual([
    expect.stringMatching(/^string-width\/index\.js no longer has anything like .*RGI_Emoji/),
    expect.stringMatching(/^string-width\/index\.js no longer has anything like .*Segmenter/),
  ]);
});
