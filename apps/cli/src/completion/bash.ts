import { type Completes } from '../options/option.ts';
import { PROGRAM } from '../version.ts';
import { type CompletedCommand, type CompletedFlag } from './describe-commands.ts';

/** A script for bash 4 and later; it needs nothing of the bash-completion package. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const groups = commands.filter(({ path, subcommands }) => path.length > 0 && subcommands.length > 0);
  return `# bash completion of ${PROGRAM}; made by: ${PROGRAM} completion bash
_etcd_kloset() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= word at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    [[ $word == -* ]] && continue
    if [[ -z $command ]]; then
      command=$word
    elif [[ ${groups.map(({ path }) => `$command == ${path.join('-')}`).join(' || ')} ]]; then
      command+=" $word"
    fi
    [[ ${groups.map(({ path }) => `$command == ${path.join('-')}`).join(' || ')} ]] || break
  done
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}

# Names of files, with a slash behind folders.
_etcd_kloset_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_etcd_kloset_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$1")
}

complete -F _etcd_kloset ${PROGRAM}`;
}

function commandCase({ path, flags, subcommands, completes }: CompletedCommand): string {
  const valued = flags.filter((flag) => flag.completes !== undefined);
  const words = [...subcommands.map(({ name }) => name), ...flags.map(({ long }) => long)].join(' ');
  return `    ${path.length === 0 ? "''" : `'${path.join(' ')}'`})
${valued.length === 0 ? '' : `      case $previous in\n${groupByAnswer(valued).join('\n')}\n      esac\n`}      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '${flags.map(({ long }) => long).join(' ')}' -- "$current")
      else
        ${subcommands.length > 0 ? `mapfile -t COMPREPLY < <(compgen -W '${words}' -- "$current")` : answer(completes)}
      fi
      ;;`;
}

/** Flags with the same kind of value share one branch. */
function groupByAnswer(flags: readonly CompletedFlag[]): string[] {
  const byAnswer = new Map<string, string[]>();
  for (const { long, short, completes } of flags) {
    const names = byAnswer.get(answer(completes!)) ?? [];
    names.push(long, ...(short === undefined ? [] : [short]));
    byAnswer.set(answer(completes!), names);
  }
  return [...byAnswer].map(
    ([reply, names]) => `        ${names.join(' | ')})\n          ${reply}\n          return\n          ;;`,
  );
}

function answer(completes: Completes): string {
  if (completes === 'file') return '_etcd_kloset_files "$current"';
  if (completes === 'folder') return '_etcd_kloset_folders "$current"';
  if (completes === 'nothing') return ':';
  return `mapfile -t COMPREPLY < <(compgen -W '${completes.join(' ')}' -- "$current")`;
}
