import { asyncApiDocument } from './asyncapi.js';
import { jsonSchemaFiles } from './json-schema.js';
import { openApiDocument } from './openapi.js';

/** The generated files of this project: path from the repository's root → content. `npm run generate` writes them, `npm run generate:check` compares. */
export function generatedFiles(): Record<string, string> {
  const documents = { ...jsonSchemaFiles(), 'asyncapi.json': asyncApiDocument(), 'openapi.json': openApiDocument() };
  return Object.fromEntries(
    Object.entries(documents).map(([name, document]) => [`libs/contracts/generated/${name}`, `${JSON.stringify(document, null, 2)}\n`]),
  );
}
