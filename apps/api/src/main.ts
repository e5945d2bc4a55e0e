import 'reflect-metadata';
import { runService } from '@etcd-kloset/platform';
import { apiModule, startApi } from './index.ts';

await runService('api', apiModule, { createApplication: startApi });
