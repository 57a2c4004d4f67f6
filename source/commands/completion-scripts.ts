import {type Option, options} from '../settings/option-table.ts';
import type {Shell} from '../settings/request.ts';

/** The script for a shell. It runs `pipetail`, which prints a word a line, help after a tab; without words: files. */
export function completionScript(shell: Shell): string {
  return {bash, zsh, fish}[shell];
}

// bash splits words at `=` and `:`: a candidate must begin with bash's part of the last word.
const bash = `# pipetail: bash completion. In ~/.bashrc, after aliases: source <(pipetail completion bash)
_pipetail() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local typed=\${words[-1]}
  [[ $current == '=' ]] && current=''
  local before=\${typed%"$current"}
  COMPREPLY=()
  # An alias may hold the program after another one (node …/pipetail.js), and its first words (pipetail logs).
  local -a program=("\${words[0]}") expanded
  local seen=' '
  while [[ -n \${BASH_ALIASES[\${program[0]}]-} && $seen != *" \${program[0]} "* ]]; do
    seen+="\${program[0]} "
    read -ra expanded <<<"\${BASH_ALIASES[\${program[0]}]}"
    program=("\${expanded[@]}" "\${program[@]:1}")
  done
  local -i count=1 index
  for index in "\${!program[@]}"; do
    [[ \${program[index]##*/} == pipetail* ]] && count=index+1 && break
  done
  [[ \${program[0]} == *=* ]] && program=(env "\${program[@]}") && count+=1
  while IFS=$'\\t' read -r word _; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("\${word#"$before"}")
  done < <("\${program[@]:0:count}" completion answer -- "\${program[@]:count}" "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pipetail pipetail
# bash completes no alias by what it stands for.
for _pipetail_alias in "\${!BASH_ALIASES[@]}"; do
  [[ " \${BASH_ALIASES[$_pipetail_alias]}" == *[[:space:]/]pipetail* ]] && complete -o default -F _pipetail "$_pipetail_alias"
done
unset _pipetail_alias
`;

const zsh = `#compdef pipetail
# pipetail: zsh completion. In ~/.zshrc, after compinit and aliases: source <(pipetail completion zsh)
_pipetail() {
  local -a shown program=("\${(@)words[1,CURRENT-1]}")
  local line seen=' '
  local -i count
  # With COMPLETE_ALIASES, zsh does not do that itself.
  while [[ -n \${aliases[\${program[1]}]-} && $seen != *" \${program[1]} "* ]]; do
    seen+="\${program[1]} "
    program=("\${(@Q)\${(z)aliases[\${program[1]}]}}" "\${(@)program[2,-1]}")
  done
  # The program may follow another one (node …/pipetail.js).
  for (( count = 1; count <= \${#program}; count++ )); do
    [[ \${program[count]:t} == pipetail* ]] && break
  done
  (( count > \${#program} )) && return 1
  program+=("\${words[CURRENT]}")
  for line in "\${(@f)$("\${(@)program[1,count]}" completion answer -- "\${(@)program[count+1,-1]}" 2>/dev/null)}"; do
    [[ -n $line ]] && shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _compskip=all
  if (( \${#shown} )); then
    _describe -V pipetail shown
  else
    _files
  fi
}
compdef _pipetail pipetail
# An alias may stand for the program with Node in front of it.
compdef _pipetail -p '(|*/)node'
for _pipetail_alias in \${(k)aliases[(R)*pipetail*]}; do
  compdef _pipetail $_pipetail_alias
done
unset _pipetail_alias
`;

/** fish offers files only for these options. */
const fileFlags = options
  .filter((option: Option) => option.value === 'DIR' || option.value === 'FILE')
  .map(({flag}) => flag)
  .join('|');

// `-e` at the start keeps fish from adding the options of all commands, which it reads from the manual page.
const fish = `# pipetail: fish completion. In ~/.config/fish/config.fish, after aliases: pipetail completion fish | source
complete -c pipetail -e
# An alias of that name offers what it stands for, too: the options of node.
for __pipetail_wrapped in (complete -c pipetail | string replace -rf -- "^complete pipetail --wraps '?(.*?)'?\\$" '$1')
    complete -c pipetail -e -w $__pipetail_wrapped
end
set -e __pipetail_wrapped
function __pipetail_answers
    set -l words (commandline -opc)
    $words[1] completion answer -- $words[2..] (commandline -ct) 2>/dev/null
end
function __pipetail_wants_file
    string match -qr -- '^--(${fileFlags})$' (commandline -opc)[-1]
    or string match -qr -- '^--(${fileFlags})=' (commandline -ct)
end
complete -c pipetail -f -a '(__pipetail_answers)'
complete -c pipetail -n __pipetail_wants_file -F
`;
