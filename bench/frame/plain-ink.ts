import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import {Box, render, Text, useApp, useInput} from 'ink';
import {createElement as h, useEffect, useState} from 'react';

/** Follows a log as a program does that uses Ink as it comes. Argument: the log's URL. */
const [, , url = ''] = process.argv;
const rows = process.stdout.rows;
const lines: string[] = [];

async function read(onLine: () => void): Promise<void> {
  const headers = {authorization: `Bearer ${process.env.FELDERA_API_KEY}`};
  const {body} = await fetch(url, {headers});
  if (!body) return;
  for await (const line of createInterface({input: Readable.fromWeb(body)})) {
    lines.push(line);
    onLine();
  }
}

function Viewer() {
  const {exit} = useApp();
  const [count, setCount] = useState(0);
  const [isHelp, setHelp] = useState(false);
  useEffect(() => void read(() => setCount(lines.length)), []);
  useInput((key) => {
    if (key === '?') setHelp((before) => !before);
    if (key === 'q') exit();
  });
  const shown = isHelp ? ['Keys: type to find, ? closes, q quits'] : lines.slice(-(rows - 1));
  return h(
    Box,
    {flexDirection: 'column', height: rows},
    h(
      Box,
      {flexDirection: 'column', flexGrow: 1},
      ...shown.map((line, index) => h(Text, {key: index, wrap: 'truncate'}, line)),
    ),
    h(Text, null, `${count} lines`),
  );
}

const {waitUntilExit} = render(h(Viewer), {alternateScreen: true, incrementalRendering: true});
await waitUntilExit();
process.exit();
