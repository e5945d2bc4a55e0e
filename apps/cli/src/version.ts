export const PROGRAM = 'etcd-kloset';

/** As in package.json; written here so that the program need not read a file for it. */
export const version = '0.1.0';
