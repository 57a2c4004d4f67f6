import type {Option} from '../settings/option.ts';
import {options} from '../settings/option-table.ts';
import type {Shell} from '../settings/request.ts';

/** The script for a shell. It runs `pipetail`, which prints a word a line, help after a tab; without words: files. */
export function completionScript(shell: Shell): string {
  return {bash, zsh, fish}[shell];
}

// TAB runs what an alias stands for: only if that is certainly pipetail (no rm ~/pipetail), perhaps after variables or Node.
// bash splits words at `=` and `:`: a candidate must begin with bash's part of the last word.
const bash = `# pipetail: bash completion. In ~/.bashrc, after aliases: source <(pipetail completion bash)
# program: the words of a command, or of what it is an alias for; count: how many of them start pipetail.
_pipetail_program() {
  local seen=' '
  local -a expanded
  local -i index=0
  program=("$1") count=0
  while [[ -n \${BASH_ALIASES[\${program[0]}]-} && $seen != *" \${program[0]} "* ]]; do
    seen+="\${program[0]} "
    read -ra expanded <<<"\${BASH_ALIASES[\${program[0]}]}"
    program=("\${expanded[@]}" "\${program[@]:1}")
  done
  while [[ \${program[index]-} == [A-Za-z_]*=* ]]; do index+=1; done
  if [[ \${program[index]-} == @(node|*/node) ]]; then
    index+=1
    while [[ \${program[index]-} == -* ]]; do index+=1; done
  fi
  [[ \${program[index]-} == @(|*/)pipetail?(.js) ]] && count=index+1
}
_pipetail() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words program
  local -i count
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local typed=\${words[-1]}
  [[ $current == '=' ]] && current=''
  local before=\${typed%"$current"}
  COMPREPLY=()
  _pipetail_program "\${words[0]}"
  if (( count == 0 )); then
    # A function around pipetail.
    [[ -n \${BASH_ALIASES[\${words[0]}]-} ]] && return
    count=1
  fi
  [[ \${program[0]} == *=* ]] && program=(env "\${program[@]}") count+=1
  while IFS=$'\\t' read -r word _; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("\${word#"$before"}")
  done < <("\${program[@]:0:count}" completion answer -- "\${program[@]:count}" "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pipetail pipetail
_pipetail_aliases() {
  local -a program
  local -i count
  local name
  for name in "\${!BASH_ALIASES[@]}"; do
    _pipetail_program "$name"
    (( count > 0 )) && complete -o default -F _pipetail "$name"
  done
}
_pipetail_aliases
unset -f _pipetail_aliases
`;

const zsh = `#compdef pipetail
# pipetail: zsh completion. In ~/.zshrc, after compinit and aliases: source <(pipetail completion zsh)
# program: the words of a command, or of what it is an alias for; count: how many of them start pipetail.
_pipetail_program() {
  local seen=' '
  local -i index=1
  program=("$@") count=0
  # With COMPLETE_ALIASES, zsh has not done that itself.
  while [[ -n \${aliases[\${program[1]}]-} && $seen != *" \${program[1]} "* ]]; do
    seen+="\${program[1]} "
    program=("\${(@Q)\${(z)aliases[\${program[1]}]}}" "\${(@)program[2,-1]}")
  done
  while [[ \${program[index]} == [A-Za-z_]*=* ]]; do index+=1; done
  if [[ \${program[index]} == (|*/)node ]]; then
    index+=1
    while [[ \${program[index]} == -* ]]; do index+=1; done
  fi
  [[ \${program[index]} == (|*/)pipetail(|.js) ]] && count=index
}
_pipetail() {
  local -a shown names program
  local line
  local -i count
  _pipetail_program "\${(@)words[1,CURRENT-1]}"
  if (( count == 0 )); then
    # Another program of Node, or a function around pipetail.
    [[ \${words[1]} == (|*/)node || -n \${aliases[\${words[1]}]-} ]] && return 1
    count=1
  fi
  program+=("\${words[CURRENT]}")
  [[ \${program[1]} == *=* ]] && program=(env "\${(@)program}") count+=1
  for line in "\${(@f)$("\${(@)program[1,count]}" completion answer -- "\${(@)program[count+1,-1]}" 2>/dev/null)}"; do
    if [[ $line == *$'\\t'pipeline ]]; then
      # Of one help for many words zsh makes columns of empty matches, which it counts: it asks whether to show them all.
      names+=("\${\${line%%$'\\t'*}//:/\\\\:}")
    elif [[ -n $line ]]; then
      shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  _compskip=all
  if (( \${#shown} + \${#names} )); then
    _describe -V pipetail shown -- names
  else
    _files
  fi
}
compdef _pipetail pipetail
# What an alias stands for, where zsh expands it first.
compdef _pipetail -p '(|*/)node'
_pipetail_aliases() {
  local -a program
  local -i count
  local name
  for name in \${(k)aliases}; do
    _pipetail_program $name
    (( count > 0 )) && compdef _pipetail $name
  done
}
_pipetail_aliases
unfunction _pipetail_aliases
# As a file in fpath, this is the body of _pipetail, which zsh reads at the first Tab.
if [[ \${funcstack[1]-} == _pipetail ]]; then _pipetail "$@"; fi
`;

/** What takes a value, by its name in the help. */
const flagsOf = (isWanted: (value: string) => boolean) =>
  options
    .filter(({value, setting}: Option) => value !== undefined && !setting && isWanted(value))
    .map(({flag}) => flag)
    .join('|');

const isFile = (value: string) => ['DIR', 'FILE', 'WHAT'].includes(value);
/** fish offers files only for these options, and for `open`. */
const fileFlags = flagsOf(isFile);
const otherFlags = flagsOf((value) => !isFile(value));

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
    set -l words (commandline -opc)
    string match -qr -- '^--(${fileFlags})$' $words[-1]
    or string match -qr -- '^--(${fileFlags})=' (commandline -ct)
    and return
    # The value of another option, and a pipeline called open.
    string match -qr -- '^--(${otherFlags})$' $words[-1]
    or test "$words[2]" = --
    and return 1
    string match -q -- open (string match -rv -- '^-' $words[2..])[1]
end
complete -c pipetail -f -a '(__pipetail_answers)'
complete -c pipetail -n __pipetail_wants_file -F
`;
