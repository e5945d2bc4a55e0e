export { ApiProblem, type Problem } from './api-problem.ts';
export { type Answered, bodyOf, itemsOf } from './body-of.ts';
export { type ClientOptions, createClient, type KlosetClient } from './create-client.ts';
export { type CloudEvent, events, type EventsOptions, type ReceivedEvent } from './events.ts';
export { type components, type paths } from './api-types.ts';
