import {Box, Static, Text} from 'ink';
import {useEffect, useState} from 'react';
import {clean} from '../../terminal/clean.ts';
import {clip} from '../../terminal/fit.ts';
import {plain} from '../../terminal/styled-text.ts';
import {useController, useStore} from '../hooks/use-controller.ts';
import {Speaker} from '../speaker.ts';

type Line = {readonly key: number; readonly text: string};

/** Lines that are being printed, and the number of the batch. */
type Batch = {readonly number: number; readonly lines: readonly Line[]};

function withLines({number, lines}: Batch, texts: readonly string[]): Batch {
  return {number, lines: [...lines, ...texts.map((text, index) => ({key: lines.length + index, text}))]};
}

/**
 * The screen for a screen reader: lines that are printed once, and one line of status below them. Ink's own form for
 * readers prints the whole screen again with every change.
 */
export function SpokenScreen({columns}: {readonly columns: number}) {
  const {controller} = useController();
  const [batch, setBatch] = useState<Batch>({number: 0, lines: []});
  const [speaker] = useState(
    () =>
      new Speaker({
        controller,
        // Several calls may come before one is printed.
        say: (texts) => setBatch((before) => withLines(before, texts)),
        // Of what waits in the stream, a stalled terminal's writer drops the newest (`boundWrites`).
        isReady: () => !controller.terminal.isLent && controller.services.isStalled?.() !== true,
      }),
  );
  useEffect(() => speaker.start(), [speaker]);
  // What is printed is forgotten: a log goes on for days. Another batch is another `Static`.
  useEffect(() => {
    if (batch.lines.length === 0) return;
    setBatch((now) => (now === batch ? {number: now.number + 1, lines: []} : now));
  }, [batch]);
  const status = useStore(speaker.status);
  return (
    <Box flexDirection="column">
      <Static key={batch.number} items={[...batch.lines]}>
        {({key, text}) => <Text key={key}>{clean(text)}</Text>}
      </Static>
      {/* A longer one would be two rows, of which a reader reads both again. */}
      <Text>{clip(plain(status), 0, columns - 1).text}</Text>
    </Box>
  );
}
