export { type Api, createApi, startApi } from './api.ts';
export { apiModule } from './api.module.ts';
export { openApiDocument } from './contract/openapi.ts';
