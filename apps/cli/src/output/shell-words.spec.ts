import { shellCommand } from './shell-words.ts';

describe('shellCommand', () => {
  it('quotes what a shell would not take as it is', () => {
    const words = [
      'etcd-kloset',
      '--cluster',
      "it's prod",
      '--initial-cluster=m1=http://10.0.0.1:2380,m2=http://[::1]:1',
      '',
    ];
    expect(shellCommand(words)).toBe(
      `etcd-kloset --cluster 'it'\\''s prod' '--initial-cluster=m1=http://10.0.0.1:2380,m2=http://[::1]:1' ''`,
    );
  });
});
