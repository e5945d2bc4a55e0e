import { KlosetError } from '@etcd-kloset/errors';
import { linesForPeople } from './lines-for-people.ts';
import { createLogger } from './logger.ts';

it('tells people the time, the level, the sentence and the fields, and what went wrong below', () => {
  let text = '';
  const log = createLogger({
    service: 'api',
    destination: linesForPeople({ write: (line) => (text += line) }),
  });
  log.info('Started.', { port: 8080, of: { a: 1 } });
  log.warn('It failed.', {
    error: new KlosetError('etcd.unreachable', 'No member answers.', { advice: 'Look.' }),
  });
  expect(text).toMatch(
    /^\d\d:\d\d:\d\d info {2}api: Started\. port=8080 of=\{"a":1\}\n\d\d:\d\d:\d\d warn {2}api: It failed\.\n {2}No member answers\.\n {2}Look\. \(etcd\.unreachable\)\n$/,
  );
});
