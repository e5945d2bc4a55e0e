import { defineCommand } from './command.ts';

export const completionOptions = {} as const;

export const completion = defineCommand({
  name: 'completion',
  about: 'print the completion script of a shell: bash, zsh or fish',
  arguments: [{ name: 'SHELL', about: 'bash, zsh or fish', completes: ['bash', 'zsh', 'fish'] }],
  options: completionOptions,
  examples: [
    { what: 'bash', line: 'completion bash > /etc/bash_completion.d/etcd-kloset' },
    { what: 'zsh', line: 'completion zsh > "${fpath[1]}/_etcd-kloset"' },
    { what: 'fish', line: 'completion fish > ~/.config/fish/completions/etcd-kloset.fish' },
  ],
  load: async () => (await import('../actions/completion.ts')).completion,
});
