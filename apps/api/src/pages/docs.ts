import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import express, { type Router } from 'express';
import { PAGE, securityHeaders } from '../http/security-headers.ts';
import { type Parts } from '../parts.ts';

/** From the package, so that nothing is loaded from elsewhere. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const PAGE_HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>etcd-kloset API</title>
    <link rel="icon" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

/** A script of its own: the page's policy allows none within it. Addresses are relative, for proxies with a prefix. */
const START_JS = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

/** Swagger UI over /openapi.json. It shows nothing that needs a key; to try something out, one is entered there. */
export function docsPage({ limits }: Pick<Parts, 'limits'>): Router {
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const router = express.Router({ strict: true, caseSensitive: true });
  router.use(['/docs', '/docs/*path'], async (request, _response, next) => {
    await limits.takeAddress(request);
    next();
  });
  router.use(['/docs', '/docs/*path'], securityHeaders(PAGE));
  router.get('/docs', (_request, response) => {
    response.type('html').send(PAGE_HTML);
  });
  router.get('/docs/start.js', (_request, response) => {
    response.type('text/javascript').send(START_JS);
  });
  for (const [name, type] of Object.entries(ASSETS)) {
    router.get(`/docs/${name}`, async (_request, response) => {
      const bytes = await readFile(path.join(folder, name));
      response.set({ 'Content-Type': type, 'Cache-Control': 'public, max-age=3600' }).send(bytes);
    });
  }
  return router;
}
