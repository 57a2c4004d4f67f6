import {Box, type Key, Text, useInput} from 'ink';
import TextInput from 'ink-text-input';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {promptExample, promptLabel} from '../handlers/prompts.ts';
import {useController, useModelProgress} from '../hooks/use-controller.ts';
import {usePromptKeys} from '../hooks/use-keys.ts';
import {searchStatus} from '../pane/pane-at.ts';
import type {Prompt} from '../state/view-state.ts';
import {searchWords} from './status-line.tsx';

const minTextCells = 16;

/** The line being typed, in place of the status line. */
export function PromptLine({prompt}: {readonly prompt: Prompt}) {
  const {controller} = useController();
  useModelProgress(controller.pane?.model);
  const {generation, onKey, onChange, onSubmit} = usePromptKeys(controller, prompt);
  const status = prompt.kind === 'search' ? statusOf(controller) : undefined;
  const example = promptExample(prompt);
  const label = ` ${promptLabel(prompt)}`;
  return (
    <Box height={1}>
      <KeyGuard onKey={onKey} />
      <Box flexShrink={0} width={Math.min(textWidth(label), controller.size.columns - minTextCells)}>
        <Text bold wrap="truncate">
          {label}
        </Text>
      </Box>
      {/* Long text wraps; only its last row, which has the cursor, is shown. */}
      <Box flexShrink={100} minWidth={minTextCells} height={1} overflow="hidden" alignItems="flex-end">
        <TextInput key={generation} value={prompt.text} onChange={onChange} onSubmit={onSubmit} />
      </Box>
      {status ? <Text dimColor wrap="truncate">{`  ${status}`}</Text> : null}
      {example ? <Text dimColor wrap="truncate">{` ${example}`}</Text> : null}
    </Box>
  );
}

function statusOf(controller: Controller): string | undefined {
  const at = controller.paneAt;
  const status = at && searchStatus(at);
  return status && searchWords(status, controller.services.symbols);
}

/** Gets each key before TextInput does: Ink calls the handlers of siblings in their order. */
function KeyGuard({onKey}: {readonly onKey: (input: string, key: Key) => void}) {
  useInput(onKey);
  return null;
}
