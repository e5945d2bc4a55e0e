import { configurationFrom } from './load-configuration.ts';
import { describeConfiguration } from './describe-configuration.ts';

describe('a configuration in the log', () => {
  it('has no secret', () => {
    const config = configurationFrom({
      redis: { url: 'redis://user:s3cret@host:6379/1' },
      stores: { main: { url: 's3://key:s3cret@bucket/path?token=s3cret', writerKeyFile: '/keys/writer' } },
      api: { keys: [{ name: 'ci', role: 'operator', hash: `sha256:${'5'.repeat(64)}` }] },
      webhooks: [
        { name: 'pager', url: 'https://pager.example.net/s3cret?s3cret', secretFile: '/hooks/pager' },
      ],
    });
    const described = JSON.stringify(describeConfiguration(config));
    expect(described).not.toContain('s3cret');
    expect(described).not.toContain('5555');
    for (const shown of [
      'redis://user:***@host:6379/1',
      's3://key:***@bucket/path',
      '/keys/writer',
      '"ci"',
      'https://pager.example.net',
    ])
      expect(described).toContain(shown);
  });
});
