import {expect, test} from 'vitest';
import {node, root, run} from '../harness/program.ts';

test('an edit whose text is not there once is an error', async () => {
  const script = `
import {replaced} from './scripts/package-edits.mjs';
const said = (text) => {
  try { return replaced(text, 'there', 'here', 'a.js'); } catch (error) { return error.message; }
};
console.log(JSON.stringify([said('over there'), said('nowhere'), said('there and there')]));`;
  const {stdout} = await run(node, ['--input-type=module', '--eval', script], {cwd: root});
  expect(JSON.parse(stdout)).toEqual([
    'over here',
    'a.js has 0 times, not once: there',
    'a.js has 2 times, not once: there',
  ]);
});

test('all edits of a file are made, each in its own files only', async () => {
  const script = `
import {build} from 'esbuild';
import {packageEdits} from './scripts/package-edits.mjs';
const edits = [
  {files: /strip-ansi\\/index\\.js$/, change: (text) => text + 'console.log("first");'},
  {files: /\\/index\\.js$/, change: (text) => text + 'console.log("second");'},
  {files: /other\\.js$/, change: () => { throw new Error('not this one'); }},
];
const {outputFiles: [{text}]} = await build({
  stdin: {contents: "import 'strip-ansi';", resolveDir: '.'}, ignoreAnnotations: true,
  bundle: true, write: false, format: 'esm', plugins: [packageEdits(edits)],
});
console.log(JSON.stringify(['strip-ansi/index.js', 'ansi-regex/index.js'].map((file) => {
  const after = text.slice(text.indexOf('// node_modules/' + file)).split('// ').slice(1, 2).join('');
  return after.match(/first|second/g);
})));`;
  const {stdout, stderr} = await run(node, ['--input-type=module', '--eval', script], {cwd: root});
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([['first', 'second'], ['second']]);
});
