export { KlosetError, isKlosetError, type ErrorContext, type KlosetErrorOptions } from './kloset-error.ts';
export { describeError } from './describe-error.ts';
