import {expect, test} from 'vitest';
import {
  type MarkdownInput,
  MarkdownReport,
  pipelineMarkdown,
  textMarkdown,
} from '../../../source/kit/viewport/markdown.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {hostile} from '../../harness/hostile-answers.ts';
import {unprintableIn} from '../../harness/strict-output.ts';

const input: MarkdownInput = {
  pipeline: 'orders',
  server: 'https://user:secret@prod.example.com:8080/base?token=secret',
  platformVersion: '0.186.0',
  span: {from: Date.UTC(2026, 10, 25, 12, 1, 2), to: Date.UTC(2026, 10, 25, 12, 3, 44)},
  filters: [],
  gaps: [],
};

function markdownOf(lines: readonly string[], change: Partial<MarkdownInput> = {}): string {
  const report = new MarkdownReport();
  for (const line of lines) report.add(Buffer.from(line));
  return runAtOnce(report.finish({...input, ...change}));
}

test('the facts, then the lines in a fence', () => {
  const text = markdownOf(['step 12', '', 'step 13'], {
    filters: ['refused', 'not `heartbeat`'],
    gaps: ['1,204 entries lost between 12:02:01 and 12:02:07 (server_buffer *overflowed*)'],
  });
  expect(text).toBe(`**Log of \`orders\` on \`prod.example.com:8080\`**

- Time: 2026-11-25 12:01:02 to 12:03:44 UTC
- Lines: 3
- Platform version: \`0.186.0\`
- Filters: \`refused\`, \`\` not \`heartbeat\` \`\`
- Gaps:
  - 1,204 entries lost between 12:02:01 and 12:02:07 (server\\_buffer \\*overflowed\\*)

\`\`\`text
step 12

step 13
\`\`\`
`);
  expect(text).not.toContain('secret');
});

test("what Feldera's guide says of an error in the lines, or else of one that is not in the log", () => {
  expect(markdownOf(['step', 'panicked: StdIo(StorageFull)'])).toMatch(
    /\n- Feldera's guide: increase the storage .* · <https:\/\/docs\.feldera\.com\/operations\/guide\/#out-of-storage-errors>\n/,
  );
  const text = 'error: No space left on device';
  expect(markdownOf(['step'], {errors: [{title: 'a', text, origin: 'compiler'}]})).toMatch(
    /#rust-compilation-errors>\n/,
  );
  expect(markdownOf([text], {errors: [{title: 'a', text}]})).not.toContain("Feldera's guide");
});

test('missing facts are unknown', () => {
  const {platformVersion: _, ...unknown} = input;
  const report = new MarkdownReport();
  expect(runAtOnce(report.finish({...unknown, server: 'nonsense', span: undefined}))).toContain(
    '**Log of `orders` on `unknown`**\n\n- Time: unknown\n- Lines: 0\n- Platform version: unknown\n- Filters: none\n- Gaps: none\n',
  );
});

test('a span over midnight names both days', () => {
  const span = {from: Date.UTC(2026, 10, 25, 23, 59, 58), to: Date.UTC(2026, 10, 26, 0, 0, 1)};
  expect(markdownOf([], {span})).toContain('- Time: 2026-11-25 23:59:58 to 2026-11-26 00:00:01 UTC\n');
});

test.for<[string, string]>([
  ['', '```'],
  ['`code`', '```'],
  ['```', '````'],
  ['a ````` b `` c', '``````'],
])('no line closes the fence: %s', ([line, fence]) => {
  expect(markdownOf([line, 'after'])).toContain(`\n${fence}text\n${line}\nafter\n${fence}\n`);
});

test('lines are cleaned, and runs of backticks are counted after that', () => {
  const report = new MarkdownReport();
  report.add(Buffer.from('``\u001B[0m`'));
  expect(runAtOnce(report.finish(input))).toContain('\n````text\n```\n````\n');
});

test('nothing in a report can act on a terminal: names, filters, gaps, errors, facts and lines', () => {
  const facts = {pipeline: hostile, platformVersion: hostile, filters: [hostile], gaps: [hostile]};
  const errors = [{title: hostile, text: `${hostile}\n${hostile}`}];
  const texts = [
    markdownOf([hostile], {...facts, errors}),
    pipelineMarkdown({pipeline: hostile, server: hostile, facts: [[hostile, hostile]], errors}),
  ];
  expect(texts.flatMap(unprintableIn)).toEqual([]);
});

test('a filter or a gap of several lines stays in its place', () => {
  const text = markdownOf([], {filters: ['a\n\n```\nb'], gaps: ['Failed · <b>\n# heading']});
  expect(text).toContain('- Filters: ```` a ``` b ````\n');
  expect(text).toContain('  - Failed · \\<b\\> \\# heading\n');
});

const error = {title: 'Deployment error (Runner_Error)', text: 'out of ```memory\n  at a.rs'};

test('errors have a title and a fence each, above the lines', () => {
  const text = markdownOf(['step'], {errors: [error, {title: 'Compiler error', text: 'no such column'}]});
  expect(text.slice(text.indexOf('- Gaps'))).toBe(`- Gaps: none

**Deployment error (Runner\\_Error)**

\`\`\`\`text
out of \`\`\`memory
  at a.rs
\`\`\`\`

**Compiler error**

\`\`\`text
no such column
\`\`\`

\`\`\`text
step
\`\`\`
`);
});

test('a report without lines has no empty fence', () => {
  expect(markdownOf([], {errors: [error]}).endsWith('  at a.rs\n````\n')).toBe(true);
  expect(markdownOf([]).endsWith('- Gaps: none\n')).toBe(true);
});

test('a pipeline without its log: facts as a list, then its errors', () => {
  const {pipeline, server} = input;
  const facts = [
    ['state', 'Failed'],
    ['description', 'a *b*\u001B[0m'],
  ] as const;
  expect(pipelineMarkdown({pipeline, server, facts, errors: [{title: 'Compiler error', text: 'no\u001B[0m'}]})).toBe(
    [
      '**Pipeline `orders` on `prod.example.com:8080`**',
      '',
      ...['- state: Failed', '- description: a \\*b\\*', ''],
      ...['**Compiler error**', '', '```text', 'no', '```', ''],
    ].join('\n'),
  );
});

test('a text of very many lines is whole, with a fence that no line closes', () => {
  const lines = Array.from({length: 300_000}, (_, at) => (at === 200_000 ? '````' : ''));
  const markdown = textMarkdown({title: 't', server: '', text: `${lines.join('\n')}end`});
  const rows = markdown.split('\n');
  expect(rows.filter((row) => row.startsWith('`````'))).toEqual(['`````text', '`````']);
  expect(rows).toHaveLength(lines.length + 5);
});
