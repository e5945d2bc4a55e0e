import { redactUrl } from './redact-url.ts';

describe('redactUrl', () => {
  it.each([
    ['sftp://alice:secret@host:22/path', 'sftp://alice:***@host:22/path'],
    ['sftp://alice@host/path', 'sftp://alice@host/path'],
    ['s3://key:sec/ret@bucket', 's3://key:***@bucket'],
    ['s3://key:sec@ret@bucket', 's3://key:***@bucket'],
    ['s3://key:sec?ret#@bucket/x', 's3://key:***@bucket/x'],
    ['s3://key:sec\nret@bucket/x', 's3://key:***@bucket/x'],
    ['s3:key:secret@bucket', 's3:key:***@bucket'],
    ['s3://bucket/x?token=secret#secret', 's3://bucket/x'],
    ['s3://bucket/x?user:secret@there', 's3://bucket/x'],
    ['file:///srv/backups', 'file:///srv/backups'],
  ])('shows %j as %j', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
    expect(redactUrl(url)).not.toMatch(/sec|ret/);
  });
});
