"""Write completion scripts, based on shtab's: they add names of apps and environments, and ``python -m generator``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Final

from generator.cli import console

# The shell function that completes an argument, by shell.
_APPS, _ENVIRONMENTS, _EITHER = "_gitops_generator_apps", "_gitops_generator_environments", "_gitops_generator_either"

_HEAD: Final = {
    "bash": """\
# To complete `{program}` in bash, put this line into ~/.bashrc:
#   source <({program} completion bash)
""",
    "zsh": """\
# To complete `{program}` in zsh, put these lines into ~/.zshrc:
#   autoload -Uz compinit && compinit
#   eval "$({program} completion zsh)"
""",
    "tcsh": """\
# To complete `gitops-generator` in tcsh, put this line into ~/.tcshrc:
#   eval "`{program} completion tcsh`"
""",
}

_ITS_HEAD: Final = re.compile(r"^# AUTOMATICALLY GENERATED(?:\n?.*)*?(?=\n\n)", re.MULTILINE)

_SEVERAL: Final = re.compile(r'^  "\(\*\)::?', re.MULTILINE)

_NAMES: Final = {
    "bash": """\
_gitops_generator_program=(gitops-generator)

# $1=apps or environments, $2=what is typed so far; in the repository that -C names
_gitops_generator_names() {
  local place=() at
  for ((at = 1; at < COMP_CWORD; at++)); do
    [[ ${COMP_WORDS[at]} == -C ]] && place=(-C "${COMP_WORDS[at + 1]}")
  done
  compgen -W "$("${_gitops_generator_program[@]}" "${place[@]}" list "$1" -o name 2>/dev/null)" -- "$2"
}
_gitops_generator_apps() { _gitops_generator_names apps "$1"; }
_gitops_generator_environments() { _gitops_generator_names environments "$1"; }
_gitops_generator_either() {
  case " ${COMP_WORDS[*]} " in
    *" environment "*) _gitops_generator_environments "$1" ;;
    *) _gitops_generator_apps "$1" ;;
  esac
}
""",
    "zsh": """\
typeset -ga _gitops_generator_program=(gitops-generator)

# $1=apps or environments; in the repository that -C names
_gitops_generator_names() {
  local -a place names line=(${(z)LBUFFER})
  local at=${line[(i)-C]} what=$1
  shift
  (( at < $#line )) && place=(-C "${(Q)line[at+1]}")
  names=(${(f)"$($_gitops_generator_program $place list $what -o name 2>/dev/null)"})
  compadd "$@" -a names
}
_gitops_generator_apps() { _gitops_generator_names apps "$@" }
_gitops_generator_environments() { _gitops_generator_names environments "$@" }
_gitops_generator_either() {
  if (( ${words[(Ie)environment]} )); then _gitops_generator_environments "$@"; else _gitops_generator_apps "$@"; fi
}
""",
}

# `python -m generator` is completed like the program; other calls of Python are completed as before.
_MODULE: Final = {
    "bash": """

_gitops_generator_module() {
  local at=1 before
  [[ ${COMP_WORDS[at]-} == -P ]] && at=2
  if [[ ${COMP_WORDS[at]-} == -m && ${COMP_WORDS[at + 1]-} == generator ]] && ((COMP_CWORD > at + 1)); then
    local _gitops_generator_program=("${COMP_WORDS[@]:0:at + 2}")
    local COMP_WORDS=(gitops-generator "${COMP_WORDS[@]:at + 2}") COMP_CWORD=$((COMP_CWORD - at - 1))
    _shtab_gitops_generator
  else
    before=${_gitops_generator_before[${1##*/}]-}
    [[ -n $before ]] && "$before" "$@"
  fi
}
[[ -v _gitops_generator_before ]] || declare -gA _gitops_generator_before=()
for _gitops_generator_name in python python3; do
  if [[ $(complete -p "$_gitops_generator_name" 2>/dev/null) =~ -F\\ ([^ ]+) &&
        ${BASH_REMATCH[1]} != _gitops_generator_module ]]; then
    _gitops_generator_before[$_gitops_generator_name]=${BASH_REMATCH[1]}
  fi
  complete -o bashdefault -o default -F _gitops_generator_module "$_gitops_generator_name"
done
unset _gitops_generator_name
""",
    "zsh": """

_gitops_generator_module() {
  local at=2
  [[ ${words[at]} == -P ]] && at=3
  if (( CURRENT > at + 1 )) && [[ "${words[at]} ${words[at+1]}" == "-m generator" ]]; then
    local -a _gitops_generator_program=("${(@)words[1,at+1]}")
    words=(gitops-generator "${(@)words[at+2,-1]}")
    (( CURRENT -= at ))
    _shtab_gitops_generator
  elif (( $+functions[_python] )); then
    _python "$@"
  else
    _default "$@"
  fi
}
if [[ $zsh_eval_context[-1] == eval ]]; then
  compdef _gitops_generator_module python python3
fi
""",
}


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for a shell; its first lines say how to install it."""
    import shtab

    parser.prog = console.INSTALLED
    for action in _actions(parser):
        if completed := _completed(action):
            action.complete = completed  # type: ignore[attr-defined]
    text: str = shtab.complete(parser, shell=shell, preamble=_NAMES.get(shell, ""))
    # Replace shtab's own instructions: for zsh, they need a folder of functions that few users have.
    if shell == "zsh":  # shtab's script completes only the first of several values of an argument.
        text = _SEVERAL.sub('  "*:', text)
    head = _HEAD[shell].format(program=console.program())
    return _ITS_HEAD.sub(lambda _: head, text, count=1) + _MODULE.get(shell, "")


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of all commands."""
    for action in parser._actions:  # argparse has no public way to list them.
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)


def _completed(action: argparse.Action) -> object:
    """Return what shtab needs to complete an argument; None if its values are no names or a fixed list."""
    import shtab

    if action.choices is not None or action.nargs == 0:
        return None
    if action.dest in ("app", "apps"):
        return _by(_APPS)
    if action.dest in ("old", "after", "before"):
        return _by(_EITHER)
    match action.metavar:
        case "ENV":
            return _by(_ENVIRONMENTS)
        case "DIR":
            return shtab.DIRECTORY
        case "FILE" | "PATH":
            return shtab.FILE
    return None


def _by(function: str) -> dict[str, str]:
    return {"bash": function, "zsh": function, "tcsh": ""}
