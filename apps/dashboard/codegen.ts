import type { CodegenConfig } from '@graphql-codegen/cli';

const client = {
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string',
    useTypeImports: true,
    enumsAsTypes: true,
    scalars: { DateTime: 'string', Date: 'string', MinorUnits: 'number', JSON: 'unknown', ID: 'string' },
  },
} as const;

/** Types of every operation, made from core's checked-in schema; checked in, and CI fails on a difference. */
const config: CodegenConfig = {
  schema: '../core/schema.graphql',
  generates: {
    'src/graphql/generated/': { ...client, documents: ['src/graphql/documents/*.graphql'] },
    // Operations are one module: what only the pages about money ask is a module of its own, which no other page loads.
    'src/graphql/generated/money/': { ...client, documents: ['src/graphql/documents/money/*.graphql'] },
  },
};

export default config;
