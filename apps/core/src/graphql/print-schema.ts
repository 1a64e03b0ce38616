import { schemaText } from './schema-text.js';

// The generator of the repository (tools/generate.mjs) writes or compares what is printed here.
process.stdout.write(await schemaText());
