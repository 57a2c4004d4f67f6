export type Shell = 'bash' | 'zsh' | 'fish';

/** The script for a shell. It runs `pipetail`, which prints a word a line, help after a tab; without words: files. */
export function completionScript(shell: Shell): string {
  return {bash, zsh, fish}[shell];
}

// bash splits words at `=` and `:`: a candidate must begin with bash's part of the last word.
const bash = `# pipetail: bash completion. In ~/.bashrc, after aliases: source <(pipetail completion bash)
_pipetail() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words
  local first=\${line%%[[:space:]]*}
  # bash does not expand an alias before it completes.
  [[ "\${BASH_ALIASES[$first]-} " == 'pipetail '* ]] && line="\${BASH_ALIASES[$first]}\${line#"$first"}"
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local typed=\${words[-1]}
  [[ $current == '=' ]] && current=''
  local before=\${typed%"$current"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("\${word#"$before"}")
  done < <(pipetail completion answer -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pipetail pipetail
for _pipetail_alias in "\${!BASH_ALIASES[@]}"; do
  [[ "\${BASH_ALIASES[$_pipetail_alias]} " == 'pipetail '* ]] && complete -o default -F _pipetail "$_pipetail_alias"
done
unset _pipetail_alias
`;

// Of one help for many words zsh makes columns of empty matches, which it counts: it asks whether to show them all.
const zsh = `#compdef pipetail
# pipetail: zsh completion. In ~/.zshrc, after compinit: source <(pipetail completion zsh)
_pipetail() {
  local -a shown names
  local line
  for line in "\${(@f)$(pipetail completion answer -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == *$'\\t'pipeline ]]; then
      names+=("\${\${line%%$'\\t'*}//:/\\\\:}")
    elif [[ -n $line ]]; then
      shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  if (( \${#shown} + \${#names} )); then
    _describe -V pipetail shown -- names
  else
    _files
  fi
}
compdef _pipetail pipetail
# As a file in fpath, this is the body of _pipetail, which zsh reads at the first Tab.
if [[ \${funcstack[1]-} == _pipetail ]]; then _pipetail "$@"; fi
`;

const fish = `# pipetail: fish completion. In ~/.config/fish/config.fish: pipetail completion fish | source
function __pipetail_answers
    set -l words (commandline -opc)
    set -l answers (pipetail completion answer -- $words[2..] (commandline -ct) 2>/dev/null)
    and test (count $answers) -gt 0
    and printf '%s\\n' $answers
    or __fish_complete_path (commandline -ct)
end
complete -c pipetail -f -a '(__pipetail_answers)'
`;
