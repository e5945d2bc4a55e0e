import { withoutBooleanValues } from './boolean-values.ts';

const flags = new Set(['--json', '--insecure-transport']);

describe('withoutBooleanValues', () => {
  it('takes =true and =false of flags away, as etcdctl takes them', () => {
    expect(withoutBooleanValues(['backup', '--json=true', '--insecure-transport=false'], flags)).toEqual([
      'backup',
      '--json',
      '--no-insecure-transport',
    ]);
  });

  it('leaves the values of other options, and what stands behind --, as they are', () => {
    const words = ['--label=true', 'a=false', '--json=maybe', '--', '--json=false'];
    expect(withoutBooleanValues(words, flags)).toEqual(words);
  });
});
