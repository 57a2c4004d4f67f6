import {type Option, options} from '../settings/option-table.ts';
import type {Shell} from '../settings/request.ts';

/** The script for a shell. It runs `pipetail`, which prints a word a line, help after a tab; without words: files. */
export function completionScript(shell: Shell): string {
  return {bash, zsh, fish: `${fish}${fishFiles()}\n`}[shell];
}

// bash splits words at `=` and `:`: a candidate must begin with bash's part of the last word.
const bash = `# pipetail: bash completion. In ~/.bashrc: source <(pipetail completion bash)
_pipetail() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local typed=\${words[-1]}
  [[ $current == '=' ]] && current=''
  local before=\${typed%"$current"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("\${word#"$before"}")
  done < <("\${words[0]}" completion answer -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pipetail pipetail
`;

const zsh = `#compdef pipetail
# pipetail: zsh completion. In ~/.zshrc, after compinit: source <(pipetail completion zsh)
_pipetail() {
  local -a answers shown
  local line
  for line in "\${(@f)$("\${words[1]}" completion answer -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#shown} )); then
    _describe -V pipetail shown
  else
    _files
  fi
}
compdef _pipetail pipetail
`;

const fish = `# pipetail: fish completion. In ~/.config/fish/config.fish: pipetail completion fish | source
function __pipetail_answers
    set -l words (commandline -opc)
    $words[1] completion answer -- $words[2..] (commandline -ct) 2>/dev/null
end
complete -c pipetail -f -a '(__pipetail_answers)'
`;

/** fish offers files only for these options. */
function fishFiles(): string {
  return options
    .filter((option: Option) => option.value === 'DIR' || option.value === 'FILE')
    .map(({flag}) => `complete -c pipetail -l ${flag} -r -F`)
    .join('\n');
}
