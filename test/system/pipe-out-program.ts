import {render, Text, useApp, useInput} from 'ink';
import {createElement, useState} from 'react';
import {commandEndWords, pagerOf, pipeOut} from '../../source/system/pipe-out.ts';

// A program with a screen, for the tests of pipeOut: `|` pipes lines to the command in its arguments, `q` ends it.
// SIGUSR1 calls the command off. After the lines asked for, `broken` makes the source of lines fail.
// Keys that it gets are shown, and so is a count that goes on while the terminal is handed over.

const [command = '', lines = '1000', pause = 'on-failure'] = process.argv.slice(2);
const isBroken = lines === 'broken';
const stop = new AbortController();
let ticks = 0;
setInterval(() => {
  ticks += 1;
}, 10).unref();

function* blocks() {
  const count = isBroken ? 3 : Number(lines);
  for (let line = 1; line <= count; line++) yield Buffer.from(`line ${line} \u001B[31mred\u001B[0m\n`);
  if (isBroken) throw new Error('the source broke');
}

function App() {
  const {exit, suspendTerminal} = useApp();
  const [said, setSaid] = useState('ready');
  const [keys, setKeys] = useState('');
  const run = async () => {
    const before = ticks;
    const {env} = pagerOf(process.env);
    const end = await pipeOut({
      command,
      blocks: blocks(),
      suspendTerminal: async (callback) => {
        await suspendTerminal(callback);
      },
      env,
      shell: '/bin/sh',
      process,
      keys: process.stdin,
      pause: pause === 'always' ? 'always' : 'on-failure',
      signal: stop.signal,
    });
    setSaid(`back: ${commandEndWords(command, end)}, ${ticks > before ? 'ticking' : 'held'}`);
  };
  useInput((input) => {
    setKeys((before) => before + input);
    if (input === 'q') exit();
    if (input === '|') run().catch((error: unknown) => setSaid(`back: ${String(error)}`));
  });
  return createElement(Text, null, `${said} keys=${keys}`);
}

process.on('SIGUSR1', () => stop.abort());
// Where nothing holds it back, ^C ends the program.
process.on('SIGINT', () => process.exit(130));
render(createElement(App), {alternateScreen: true, exitOnCtrlC: false});
