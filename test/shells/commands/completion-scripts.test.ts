import {expect, test} from 'vitest';
import {completionScript} from '../../../source/shells/commands/completion.ts';
import {run} from '../../harness/program.ts';
import {requireTool} from '../../harness/tools.ts';

/** Completed is an alias for pipetail, not something that only mentions it. */
const aliases = `
alias pt=pipetail pt2=pt pl='pipetail logs' pe='FELDERA_HOST=http://x pipetail'
alias pn='/usr/bin/node --max-semi-space-size=4 /x/dist/pipetail.js'
alias rp='rm -rf ~/pipetail' vp='vim /docs/pipetail.md' ep='echo pipetail' cp='cd /x; pipetail' loop=loop
`;
const registered = ['pipetail', 'pl', 'pt'];

test('bash completes aliases that begin with pipetail, and runs no other', async (context) => {
  const bash = requireTool(context, 'bash');
  const tab = (line: string) =>
    `COMP_LINE='${line} ' COMP_POINT=${line.length + 1} COMP_WORDS=(${line} '') COMP_CWORD=1; _pipetail`;
  const script = [
    aliases,
    completionScript('bash'),
    'complete -p | grep -o "_pipetail .*" | cut -d" " -f2',
    // As if the user had registered it.
    'echo() { builtin echo ran "$@"; }',
    tab('ep'),
    `builtin echo "\${COMPREPLY[*]}"`,
  ];
  const {stdout, stderr} = await run(bash, ['--norc', '-c', script.join('\n')]);
  expect(stderr).toBe('');
  expect(stdout.trim().split('\n').toSorted()).toEqual(registered);
});
