import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { scriptBudget } from './src/build/budget.js';
import { catalogueParts } from './src/build/catalogue-parts.js';
import { separateDocuments } from './src/build/documents.js';
import { precompress } from './src/build/precompress.js';

/** Sources of the pages about money, and of what they ask. */
const MONEY = /src[\\/](?:charts|settlement|statements|differences|funding|terms|graphql[\\/]generated[\\/]money)[\\/]/;

/** Where `npm run dev` finds core. */
const core = 'http://127.0.0.1:8080';

/** One page, loaded in parts; the build fails when a page is over its script budget. */
export default defineConfig(({ command }) => {
  // A build started from a test inherits NODE_ENV=test and would carry React's development code.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    plugins: [catalogueParts(), separateDocuments(), react(), scriptBudget(), precompress()],
    build: {
      target: 'es2022',
      sourcemap: false,
      cssCodeSplit: true,
      rolldownOptions: {
        output: {
          // Few files instead of dozens of tiny ones: every request costs a phone a round trip.
          codeSplitting: {
            groups: [
              {
                name: 'vendor',
                test: /node_modules[\\/](?:react|react-dom|scheduler|@tanstack|i18next|react-i18next|use-sync-external-store)[\\/]/,
                priority: 2,
              },
              // What only the pages about money share is not for a manager's phone at the door.
              { name: 'shared', test: (id: string) => !MONEY.test(id), minShareCount: 3, priority: 1 },
              { name: 'money', test: MONEY, minShareCount: 2, priority: 0 },
            ],
          },
        },
      },
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1000,
    },
    server: { proxy: { '/graphql': { target: core, ws: true }, '/api': core, '/healthz': core } },
  };
});
