import {readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, it, test} from 'vitest';
import {answerCompletion, complete, contextsOf} from '../../../source/shells/commands/completion.ts';
import {callerWith} from '../../harness/caller.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {withServer} from './with-server.ts';

describe('answer completion', () => {
  const words = (answer: string) => answer.split('\n').flatMap((line) => line.split('\t')[0] || []);

  it('asks the server for names, once in 30 seconds, and keeps them for their owner alone', async () => {
    await using folder = await temporaryDirectory();
    await withServer(['orders', 'fraud'], async (client, server) => {
      const clock = new FakeClock();
      let opened = 0;
      const open = async () => {
        opened += 1;
        return {client, close: async () => {}};
      };
      const state = path.join(folder.path, 'state');
      const answer = async (of: string, ...typed: string[]) =>
        words(
          await answerCompletion({
            words: typed,
            contexts: [],
            open,
            folder: state,
            server: of,
            clock,
          }),
        );

      expect(await answer('a', 'logs', 'or')).toContain('orders');
      expect(await answer('a', 'logs', '')).toEqual(expect.arrayContaining(['orders', 'fraud']));
      expect(opened).toBe(1);
      expect((await stat(path.join(state, 'completion.json'))).mode & 0o777).toBe(0o600);
      expect(await readFile(path.join(state, 'completion.json'), 'utf8')).toContain('orders');

      server.addPipeline('orders-eu');
      expect(await answer('a', 'logs', 'orders-')).toEqual([]);
      await clock.advance(30_000);
      expect(await answer('a', 'logs', 'orders-')).toEqual(['orders-eu']);
      // The names of another server are other names.
      expect(await answer('b', 'logs', 'f')).toEqual(['fraud']);
      expect(opened).toBe(3);
    });
  });

  it('has the tags of the server: in place of a name, and for list --tag', async () => {
    await using folder = await temporaryDirectory();
    await withServer(['orders'], async (client, server) => {
      server.addPipeline('eu', {tags: ['prod|ef4444', 'team/a', 'team billing']});
      server.addPipeline('us', {tags: ['prod', '$(reboot)']});
      const base = {contexts: [], folder: folder.path, server: 'a', clock: new FakeClock()};
      const open = async () => ({client, close: async () => {}});
      const answer = async (...typed: string[]) => words(await answerCompletion({...base, open, words: typed}));
      // What a shell would have to quote is not offered.
      expect(await answer('list', '--tag', '')).toEqual(['prod', 'team/a']);
      expect(await answer('list', '--tag=p')).toEqual(['--tag=prod']);
      expect(await answer('logs', 'tag:')).toEqual(['tag:prod', 'tag:team/a']);
      expect(await answer('logs', 'tag:t')).toEqual(['tag:team/a']);
      expect(await answer('logs', '')).toEqual(['orders', 'eu', 'us']);
    });
  });

  it('asks for nothing while a flag is typed, and answers what it can where there is no server', async () => {
    await using folder = await temporaryDirectory();
    let opened = 0;
    const open = async () => {
      opened += 1;
      return undefined;
    };
    const base = {contexts: [], open, folder: folder.path, server: 'a', clock: new FakeClock()};
    expect(words(await answerCompletion({...base, words: ['logs', '--fol']}))).toEqual(['--follow']);
    expect(opened).toBe(0);
    expect(words(await answerCompletion({...base, words: ['logs', 'or']}))).toEqual([]);
    expect(opened).toBe(1);
  });
});

describe('complete', () => {
  const words = (...typed: string[]) => complete(typed, []).candidates.map(({word}) => word);

  test.each([
    [[''], ['logs', 'list', 'status', 'diff', 'timeline', 'open', 'completion', 'config', 'demo', 'help', 'version']],
    [['l'], ['logs', 'list']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['completion', 'bash', ''], []],
    [
      ['config', ''],
      ['path', 'init'],
    ],
    [
      ['config', 'path', '-'],
      ['--config', '--help', '--version'],
    ],
    [['--context', ''], []],
    [['logs', '--out'], ['--output']],
    [
      ['logs', '--output', ''],
      ['raw', 'json'],
    ],
    [['logs', '-o', 'j'], ['json']],
    [
      ['list', '--output', ''],
      ['table', 'wide', 'name', 'json'],
    ],
    [['list', '--output=j'], ['--output=json']],
    [['logs', '--level', 'w'], ['warn']],
    [['--theme', 'm'], ['mono']],
    [
      ['list', '--status', 'R'],
      ['Running', 'RustError'],
    ],
    [
      ['--notify', 'o'],
      ['osc9', 'osc777', 'off'],
    ],
    [['demo', ''], []],
    [['version', ''], []],
    [
      ['help', 'l'],
      ['logs', 'list'],
    ],
    [['help', 'logs', 'a'], ['all']],
    [['orders', ''], []],
    [
      ['logs', '-fo', ''],
      ['raw', 'json'],
    ],
    [['logs', '--format', 'j'], ['json']],
  ])('%j', (typed, expected) => {
    expect(words(...typed)).toEqual(expected);
  });

  test('the contexts of the configuration file', () => {
    const completed = (...typed: string[]) => complete(typed, ['prod', 'test']).candidates.map(({word}) => word);
    expect(completed('--context', '')).toEqual(['prod', 'test']);
    expect(completed('list', '--context=p')).toEqual(['--context=prod']);
  });

  test('they are read although the variable of the default context is not set, and the line is not complete', async () => {
    await using home = await temporaryDirectory();
    const file = path.join(home.path, 'config.toml');
    const text = `context = "prod"
[contexts.prod]
host = "https://x"
auth-variable = "NOT_SET"
`;
    await writeFile(file, text);
    const caller = callerWith({PIPETAIL_CONFIG: file});
    const names = ['prod'];
    for (const words of [[''], ['--context', ''], ['logs', '--context', 'prod', ''], ['--nothing', '--context', 'p']]) {
      expect(await contextsOf(words, caller, home.path)).toEqual(names);
    }
    expect(await contextsOf(['list', '--config', file, '--context', ''], callerWith({}), home.path)).toEqual(names);
    expect(await contextsOf(['--config', '/no/such', ''], caller, home.path)).toEqual([]);
    // With a mistake in the file no command runs.
    await writeFile(file, `${text}fsp = 12\n`);
    expect(await contextsOf([''], caller, home.path)).toEqual([]);
  });

  describe('pipelines', () => {
    test.each([
      [[''], true],
      [['logs', 'o'], true],
      [['logs', '-f', 'a', 'o'], true],
      [['status', ''], true],
      [['--', 'l'], true],
      [['--host', 'h'], false],
      [['logs', '--grep', 'h'], false],
      // A switch, though the screen has an option of that name with a value.
      [['logs', '--watch', 'o'], true],
      [['--watch', 'o'], false],
      [['list', ''], false],
      [['demo', ''], false],
      [['open', ''], false],
      [['open', '--', ''], false],
      [['logs', '-'], false],
    ])('%j: %s', (typed, expected) => {
      expect(complete(typed, []).ofServer).toBe(expected ? 'names' : undefined);
    });
  });

  test('only flags that the command accepts', () => {
    expect(words('demo', '--')).toEqual(['--port', '--help', '--version']);
    expect(words('logs', '--')).not.toContain('--title');
  });

  test('the values of a flag as the command has it', () => {
    expect(words('--histogram', '')).toEqual(['auto', 'on', 'off']);
    expect(words('open', '--histogram=')).toEqual(['--histogram=auto', '--histogram=on', '--histogram=off']);
  });

  test('no setting, which has no flag', () => {
    expect(words('--').filter((word) => word === '--fps' || word === '--wrap')).toEqual([]);
    expect(words('--wrap=')).toEqual([]);
  });
});
